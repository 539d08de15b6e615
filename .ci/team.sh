#!/bin/sh
# make team: a closed Masklet for a team, by Docker Compose, and the link that lets its owner in.
# MASKLET_DOMAIN is the name or address that people type; without it, this machine's address in its network.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "$1" >&2
    exit 1
}

# The address that this machine uses in its own network; empty where there is none.
own_address() {
    if command -v ip >/dev/null; then
        ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p'
    elif command -v route >/dev/null && command -v ipconfig >/dev/null; then
        ipconfig getifaddr "$(route -n get default 2>/dev/null | sed -n 's/.*interface: //p')" 2>/dev/null || true
    fi
}

if docker compose version >/dev/null 2>&1; then
    compose="docker compose"
elif command -v docker-compose >/dev/null; then
    compose=docker-compose
else
    fail "make team needs Docker with Compose: install them (https://docs.docker.com/engine/install/), then run make team again."
fi
if ! docker info >/dev/null 2>&1; then
    fail "Docker does not answer: start it, or get into its group (sudo usermod -aG docker \$USER, then log in anew), then run make team again."
fi

if [ -z "${MASKLET_DOMAIN:-}" ] && ! grep -qs '^MASKLET_DOMAIN=' .env; then
    MASKLET_DOMAIN=$(own_address)
    export MASKLET_DOMAIN="${MASKLET_DOMAIN:-localhost}"
fi

echo "[1/2] Building and starting the team's Masklet (the first time, minutes)"
$compose --profile team up --build --detach https

echo "[2/2] Waiting for its link"
for _ in $(seq 60); do
    link=$($compose --profile team logs --no-color team 2>/dev/null | sed -n 's,.*\(https://[^ "]*/join#[A-Za-z0-9_-]*\).*,\1,p' | tail -n 1)
    if [ -n "$link" ]; then
        echo "The owner's link, for you alone: $link"
        echo "How others join, and how browsers come to trust this server: docs/team.md"
        exit 0
    fi
    sleep 1
done
fail "Masklet has not printed its link: see what it says with \`$compose --profile team logs team\`."
