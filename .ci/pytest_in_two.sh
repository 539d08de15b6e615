#!/bin/sh
# All Python tests in two halves side by side, so that two cores are busy: the parts (the model, the service, the
# formats), and the whole (browsers, attacks, crashes, load). Arguments: the Python, then pytest's own, for both.
# What failed is run once more when the machine is free. Both runs are printed: a test that fails in the first alone
# has found a race, its own or Masklet's.
set -u
py=$1
shift
parts="tests/sam2 tests/backend tests/formats tests/fuzz tests/exchange"
whole=$(for folder in tests/*/; do
    folder=${folder%/}
    case " $parts tests/__pycache__ " in *" $folder "*) ;; *) echo "$folder" ;; esac
done)
whole="$whole $(echo tests/test_*.py)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'kill "$half" 2>/dev/null; exit 130' INT TERM

"$py" -m pytest -o cache_dir=.pytest_cache/parts "$@" $parts >"$log" 2>&1 &
half=$!
echo "      (the model, the service and the formats are tested beside these; their report follows)"
"$py" -m pytest -o cache_dir=.pytest_cache/whole "$@" $whole
result_of_whole=$?
wait "$half"
result_of_parts=$?
cat "$log"

again="--last-failed --last-failed-no-failures none"
if [ "$result_of_whole" -eq 1 ]; then
    echo "      (once more, what failed in the browsers, attacks, crashes and load)"
    "$py" -m pytest -o cache_dir=.pytest_cache/whole $again "$@" $whole
    result_of_whole=$?
fi
if [ "$result_of_parts" -eq 1 ]; then
    echo "      (once more, what failed in the model, the service and the formats)"
    "$py" -m pytest -o cache_dir=.pytest_cache/parts $again "$@" $parts
    result_of_parts=$?
fi
[ "$result_of_whole" -eq 0 ] && [ "$result_of_parts" -eq 0 ]
