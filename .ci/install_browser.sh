#!/bin/sh
# Finds a Chromium for the browser tests, or installs one: install_browser.sh PYTHON
# An installed one first, then Debian's package, then Playwright's own download. None is no error:
# the browser tests are then skipped.
set -eu

python=$1
cd "$(dirname "$0")/.."

found() { "$python" -m tests.e2e.chromium 2>/dev/null; }

if found; then
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
fi
if [ -r /etc/debian_version ] && ! grep -qi '^ID=ubuntu' /etc/os-release && $as_root true 2>/dev/null; then
    echo "      installing Debian's chromium"
    if $as_root apt-get update -qq >/dev/null 2>&1 &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1 &&
        found; then
        exit 0
    fi
fi

echo "      installing Playwright's chromium"
limit=
if command -v timeout >/dev/null; then # macOS has none
    limit="timeout 600"
fi
if $limit "$python" -m playwright install chromium >/dev/null 2>&1 && found; then
    exit 0
fi
echo "      No Chromium here and none could be installed: the browser tests will be skipped."
