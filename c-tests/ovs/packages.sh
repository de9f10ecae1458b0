# The packages that Open vSwitch is built and run with.  Read by every script that builds it, after
# packages.sh of ../check.

source=/usr/src/openvswitch/openvswitch.tar.gz

have_header() {
    echo "#include <$1>" | gcc -E -o /dev/null -
}

ovs_packages() {
    need openvswitch-source test -f "$source"
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
