# SPDX-License-Identifier: Apache-2.0
# Chooses the source of Open vSwitch, and the library for it.  Read by the scripts that build it,
# after packages.sh, with 'root' set.

# version_of TREE: prints the version in its configure.ac.
version_of() {
    sed -n 's/^AC_INIT(\[*[a-z]*\]*, *\[*\([0-9.]*\).*/\1/p' "$1/configure.ac"
}

# Prints the interface that this version has; nothing if there is no library for it.
interface_of() {
    case $1 in
        2.3 | 2.3.*) echo 2014 ;;
        2.1[7-9]* | [3-9].* | [1-9][0-9].*) echo ovs3 ;;
    esac
}

# use_interface INTERFACE: sets 'interface', 'library_name', and 'exports' to the list of its names.
use_interface() {
    interface=$1
    case $interface in
        2014) library_name=libnlsock flavour=v2014 ;;
        ovs3) library_name=libnlsock-ovs3 flavour=ovs3 ;;
    esac
    exports=$root/src/flavour/$flavour/exports.list
}

# With OVS=DIR, 'source' becomes that folder, else it stays Debian's archive.  Sets 'version' (empty
# for Debian's), and the interface.
choose_tree() {
    version=
    interface=ovs3
    if [ -n "${OVS-}" ]; then
        source=$(cd "$OVS" && pwd -P) || exit 2
        case $source/ in
            "$root"/*) echo "$source is inside the source tree of the library" >&2; exit 2 ;;
        esac
        [ -e "$source/configure.ac" ] && version=$(version_of "$source")
        if [ ! -e "$source/lib/netlink-socket.c" ] || [ -z "$version" ]; then
            echo "OVS=$OVS: not a source tree of Open vSwitch" >&2
            exit 2
        fi
        interface=$(interface_of "$version")
    fi
    if [ -z "$interface" ]; then
        echo "OVS=$OVS: no library has the interface of Open vSwitch $version." >&2
        echo "libnlsock has that of July 2014 (2.3.90), libnlsock-ovs3 that of 2.17 and later." >&2
        exit 2
    fi
    use_interface "$interface"
}

# Chooses OVN=DIR with the Open vSwitch in it, or else OVS=DIR.
choose_ovn() {
    ovn=$(cd "$OVN" && pwd -P) || exit 2
    if [ ! -e "$ovn/configure.ac" ] || [ ! -d "$ovn/controller" ]; then
        echo "OVN=$OVN: not a source tree of OVN" >&2
        exit 2
    fi
    [ -n "${OVS-}" ] || OVS=$ovn/ovs
    if [ ! -e "$OVS/configure.ac" ]; then
        echo "$OVS is empty: set OVS to a tree of the Open vSwitch that belongs to this OVN" >&2
        exit 2
    fi
    choose_tree
    embedded=$source
    source=$ovn
    parts="ovs ."
    version=ovn-$(version_of "$ovn")
}

# The options of configure and flags of the compiler that a tree of this version needs today.
set_build_options() {
    options=
    flags=
    [ "$interface" = 2014 ] || return 0
    echo "# a tree of 2014: compiled with -fcommon, as compilers did then, and without warnings"
    flags="-fcommon -w"
    if ! printf '%s\n' '#include <openssl/opensslv.h>' '#if OPENSSL_VERSION_NUMBER >= 0x10100000L' \
            '#error' '#endif' | gcc -E -o /dev/null - 2>/dev/null; then
        echo "# configured with --disable-ssl: it does not compile with OpenSSL 1.1 and later"
        options=--disable-ssl
    fi
    use_python_2
}

# Its build and some of its tests run scripts with "python", which was Python 2.
use_python_2() {
    for python in "${PYTHON-}" python2 python; do
        "$python" -c 'import sys; sys.exit(sys.version_info[0] != 2)' 2> /dev/null || continue
        mkdir -p "$scratch/bin"
        ln -sf "$(command -v "$python")" "$scratch/bin/python"
        PATH=$scratch/bin:$PATH
        return
    done
    echo "# such a tree cannot be built without Python 2: set PYTHON to one"
    not_ok "there is a Python 2"
    finish
}
