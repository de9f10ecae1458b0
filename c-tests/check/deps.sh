#!/bin/sh
# Installs what the tests use beyond a C compiler, make and cargo, where root may and it is lacking.
# Without it, the tests concerned are skipped by name.
set -eu

missing=
need() {
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

need pkg-config pkg-config
need g++ g++
need clang clang
need valgrind valgrind
need unshare util-linux

[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "note: not installed here, so what needs it is skipped:$missing"
    exit 0
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # words
{ apt-get update && apt-get install -y --no-install-recommends $missing; } >/dev/null 2>&1 \
    || echo "note: could not be installed, so what needs it is skipped:$missing"
