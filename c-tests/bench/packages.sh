#!/bin/sh
# Installs what is measured beside this library, and what it is measured with, where root may and it
# is lacking.  Without it, the columns concerned are empty.
set -eu

missing=
need() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

need valgrind command -v valgrind
need util-linux command -v unshare
need libmnl-dev test -e /usr/include/libmnl/libmnl.h
need libnl-3-dev test -e /usr/include/libnl3/netlink/netlink.h
need libnl-genl-3-dev test -e /usr/include/libnl3/netlink/genl/ctrl.h

[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    exit 0
fi
echo "# installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # words
{ apt-get update && apt-get install -y --no-install-recommends $missing; } >/dev/null 2>&1 \
    || echo "# could not be installed:$missing"
