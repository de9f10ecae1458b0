# What is needed, by the name of its package.  Read by check-ovs.sh and check-kernel.sh.

source=/usr/src/openvswitch/openvswitch.tar.gz

# need PACKAGE COMMAND...: the package is missing unless the command succeeds.
need() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

have_header() {
    echo "#include <$1>" | gcc -E -o /dev/null -
}

# Sets 'missing'.
find_missing() {
    missing=
    need openvswitch-source test -f "$source"
    need gcc command -v gcc
    need make command -v make
    need binutils command -v nm
    need python3 test -x /usr/bin/python3
    need libc6-dev have_header stdio.h
    # Without these two, the daemon would be another than Debian's.
    need libssl-dev have_header openssl/ssl.h
    need libcap-ng-dev have_header cap-ng.h
    need iproute2 command -v ip
    need util-linux command -v unshare
    need procps command -v ps
}

# install_packages [FUNCTION]: installs what is missing by that function, where root may; sets 'missing'
# to what still is.
install_packages() {
    find=${1:-find_missing}
    $find
    [ -n "$missing" ] || return
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return
    echo "# installing:$missing"
    # shellcheck disable=SC2086 # words
    DEBIAN_FRONTEND=noninteractive in_background sh -c \
        'apt-get update && apt-get install -y --no-install-recommends "$@"' sh $missing \
        >/dev/null 2>&1
    $find
}
