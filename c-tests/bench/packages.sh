#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the libraries and tools that the library is measured with.  Without one of them, its
# columns are empty.
set -eu

. "$(dirname "$0")/../check/packages.sh"

packages() {
    need_program valgrind valgrind
    need_program unshare util-linux
    need libmnl-dev test -e /usr/include/libmnl/libmnl.h
    need libnl-3-dev test -e /usr/include/libnl3/netlink/netlink.h
    need libnl-genl-3-dev test -e /usr/include/libnl3/netlink/genl/ctrl.h
}
ensure_packages packages
