# SPDX-License-Identifier: Apache-2.0
# The packages that Open vSwitch is built and run with.  Read by every script that builds it, after
# packages.sh of ../check.

source=/usr/src/openvswitch/openvswitch.tar.gz

have_header() {
    echo "#include <$1>" | gcc -E -o /dev/null -
}

autotools() {
    need_program autoreconf autoconf
    need_program automake automake
    need_program libtoolize libtool
}

ovs_packages() {
    if [ -n "${OVS-}" ]; then
        # What boot.sh needs, if a tree has no "configure".
        for tree in "$source" ${embedded:+"$embedded"}; do
            [ -x "$tree/configure" ] || autotools
        done
    else
        need openvswitch-source test -f "$source"
    fi
    need_program gcc gcc
    need_program make make
    need_program nm binutils
    need python3 test -x /usr/bin/python3
    need libc6-dev have_header stdio.h
    # Without these two, the daemon would be another than Debian's.
    need libssl-dev have_header openssl/ssl.h
    need libcap-ng-dev have_header cap-ng.h
    need_program ip iproute2
    need_program unshare util-linux
    need_program ps procps
}
