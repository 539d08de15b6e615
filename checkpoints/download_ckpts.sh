#!/bin/sh
# Fetches Meta's SAM 2 and SAM 2.1 weights into this folder and checks them against SHA256SUMS.
#
#   ./download_ckpts.sh                      all eight (3.1 GB)
#   ./download_ckpts.sh sam2.1_hiera_tiny    one, or several names
#
# Stop it and run it again: it goes on where it stopped. A file is called .pt only once its checksum
# is right. MASKLET_CKPT_URL names a mirror with the same two folders.
set -eu

cd "$(dirname "$0")"
base_url=${MASKLET_CKPT_URL:-https://dl.fbaipublicfiles.com/segment_anything_2}
failed=0
lock=

say() { echo "$1" >&2; }

list_names() { sed 's/^[0-9a-f]*  //; s/\.pt$//' SHA256SUMS; }

expected_sum() { sed -n "s/^\([0-9a-f]*\)  $1\.pt\$/\1/p" SHA256SUMS; }

sum_of() {
    if command -v sha256sum >/dev/null; then
        sha256sum "$1"
    elif command -v shasum >/dev/null; then
        shasum -a 256 "$1"
    else
        openssl dgst -sha256 -r "$1"
    fi | sed 's/[^0-9a-f].*//'
}

is_intact() { [ -f "$1" ] && [ "$(sum_of "$1")" = "$2" ]; }

# fetch URL PART: go on with PART if it is there. A server that cannot go on from there makes this fail.
fetch() {
    if command -v curl >/dev/null; then
        curl --fail --location --continue-at - --output "$2" --connect-timeout 20 --retry 3 --progress-bar "$1"
    else
        wget --continue --output-document="$2" --timeout=20 --tries=3 --no-verbose --show-progress "$1"
    fi
}

unlock() { [ -z "$lock" ] || rm -f "$lock"; lock=; }
trap unlock EXIT
trap 'exit 130' INT TERM

# One download of a file at a time: two would write into the same .part.
take_lock() {
    if ! (set -C; echo $$ >"$1.lock") 2>/dev/null; then
        owner=$(cat "$1.lock")
        if kill -0 "$owner" 2>/dev/null; then
            say "$1: another download of it is running (process $owner); left to that one."
            return 1
        fi
        echo $$ >"$1.lock" # its owner was killed
    fi
    lock=$1.lock
}

# download NAME
download() {
    file=$1.pt
    part=$file.part
    sum=$(expected_sum "$1")
    case $1 in
        sam2.1_*) url=$base_url/092824/$file ;;
        *) url=$base_url/072824/$file ;;
    esac
    if [ -z "$sum" ]; then
        say "$1: no such checkpoint; choose from: $(list_names | tr '\n' ' ')"
        return 1
    fi
    if is_intact "$file" "$sum"; then
        echo "$file is here and its checksum is right."
        return 0
    fi
    if [ -f "$file" ]; then
        say "$file is here but is not Meta's file (its SHA-256 is another); move it away, then run this again."
        return 1
    fi
    take_lock "$file" || return 1

    echo "Fetching $url"
    while :; do
        resumed=no
        [ ! -s "$part" ] || resumed=yes
        status=0
        is_intact "$part" "$sum" || fetch "$url" "$part" || status=$?
        if [ $status -eq 0 ]; then
            if is_intact "$part" "$sum"; then
                mv "$part" "$file" || return 1
                echo "$file: checksum right."
                return 0
            fi
            reason="$file came with a wrong checksum and was thrown away; run this again, or use another network."
        else
            reason="Could not fetch $file; check the network and the disk's free space and run this again: it goes on where it stopped."
            if [ "$resumed" = no ] || ! cannot_go_on $status "$url" "$part"; then
                break
            fi
        fi
        rm -f "$part"
        [ "$resumed" = yes ] || break
        say "What was fetched of $file earlier does not fit; starting over."
    done
    say "$reason"
    return 1
}

# cannot_go_on STATUS URL PART: PART is no beginning of the file (it is as long, or longer), or the
# server does not serve ranges (curl's 33).
cannot_go_on() {
    [ "$1" -ne 33 ] || return 0
    command -v curl >/dev/null || return 1
    length=$(curl --silent --fail --location --head "$2" | tr -d '\r' | sed -n 's/^[Cc]ontent-[Ll]ength: //p' | tail -n 1)
    [ -n "$length" ] && [ "$(wc -c <"$3")" -ge "$length" ]
}

if ! command -v curl >/dev/null && ! command -v wget >/dev/null; then
    say "This needs curl or wget; install one of them, then run it again."
    exit 1
fi
if ! command -v sha256sum >/dev/null && ! command -v shasum >/dev/null && ! command -v openssl >/dev/null; then
    say "This needs sha256sum, shasum or openssl to check what it fetches; install one of them, then run it again."
    exit 1
fi

if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046 # the names have no spaces
    set -- $(list_names)
    echo "Fetching all eight checkpoints, 3.1 GB; name one (sam2.1_hiera_tiny is 156 MB) to fetch only that."
fi
for name in "$@"; do
    download "${name%.pt}" || failed=1
    unlock
done
exit $failed
