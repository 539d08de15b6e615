#!/bin/sh
# Finds a Python >= 3.11 and checks Node >= 20.19; prints the Python. Fails with one sentence.
set -eu

fail() {
    echo "$1" >&2
    exit 1
}

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

python=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
    if "$candidate" -c "$new_enough" 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    found=$("${PYTHON:-python3}" --version 2>/dev/null || echo none)
    fail "Masklet needs Python 3.11 or newer (found: $found); install it from https://www.python.org/downloads/, then run make again."
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    fail "This Python cannot make virtual environments; install its venv package (Debian, Ubuntu: sudo apt-get install python3-venv), then run make again."
fi

node_version=$(node --version 2>/dev/null || echo none)
major=${node_version#v}
minor=${major#*.}
major=${major%%.*}
minor=${minor%%.*}
case $major in
    *[!0-9]* | '') major=0 minor=0 ;;
esac
if [ "$major" -lt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -lt 19 ]; }; then
    fail "Masklet needs Node 20.19 or newer (found: $node_version); install it from https://nodejs.org/, then run make again."
fi
if ! command -v npm >/dev/null; then
    fail "Masklet needs npm, which comes with Node; install it, then run make again."
fi

echo "$python"
