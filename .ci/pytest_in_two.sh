#!/bin/sh
# All Python tests in two halves side by side, so that two cores are busy: the parts (the model, the service, the
# formats), and the whole (browsers, attacks, crashes, load). Arguments: the Python, then pytest's own, for both.
set -u
py=$1
shift
parts="tests/sam2 tests/backend tests/formats tests/fuzz tests/exchange"
whole=$(for folder in tests/*/; do
    folder=${folder%/}
    case " $parts tests/__pycache__ " in *" $folder "*) ;; *) echo "$folder" ;; esac
done)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'kill "$half" 2>/dev/null; exit 130' INT TERM
"$py" -m pytest -p no:cacheprovider "$@" $parts >"$log" 2>&1 &
half=$!
echo "      (the model, the service and the formats are tested beside these; their report follows)"
"$py" -m pytest "$@" $whole tests/test_*.py
result_of_whole=$?
wait "$half"
result_of_parts=$?
cat "$log"
[ "$result_of_whole" -eq 0 ] && [ "$result_of_parts" -eq 0 ]
