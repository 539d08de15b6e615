#!/bin/sh
# All Python tests in two halves side by side, so that two cores are busy: what computes (the model, the formats),
# and what waits (servers, browsers). Arguments: the Python, then pytest's own, which go to both.
set -u
py=$1
shift
computing="tests/sam2 tests/formats tests/fuzz tests/exchange"
waiting=$(for folder in tests/*/; do
    folder=${folder%/}
    case " $computing tests/__pycache__ " in *" $folder "*) ;; *) echo "$folder" ;; esac
done)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'kill "$half" 2>/dev/null; exit 130' INT TERM
"$py" -m pytest -p no:cacheprovider "$@" $computing >"$log" 2>&1 &
half=$!
echo "      (the model, formats and imports are tested beside these; their report follows)"
"$py" -m pytest "$@" $waiting tests/test_*.py
waited=$?
wait "$half"
computed=$?
cat "$log"
[ "$waited" -eq 0 ] && [ "$computed" -eq 0 ]
