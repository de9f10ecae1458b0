#!/bin/sh
# Installs what the kernel in the VM needs, where root may and it is lacking.  Without it, what runs
# in the VM is skipped by name.
set -eu

# A user's path may lack the folders of the administrator's programs.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
missing=
need() {
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

need linux.uml user-mode-linux
need modprobe kmod
need ip iproute2
need setpriv util-linux
need pivot_root util-linux

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
