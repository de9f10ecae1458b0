# SPDX-License-Identifier: Apache-2.0
# Compiles the drivers.  Read by bench.sh and bench-check.sh, which set 'here', 'stage' and 'bin'.

# Prints the compiler and its version.
rust() {
    rustc --version 2>/dev/null | cut -d' ' -f1,2
}

# compile NAME SOURCE... [-- FLAG...]
compile() {
    program=$1
    shift
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -I"$here" -I"$here/../support" \
        -o "$bin/$program" "$@"
}

# driver NAME SOURCE... FLAG...: compiles a driver.
driver() {
    name=$1
    shift
    compile "$name" "$here/driver.c" "$here/subscriber.c" "$here/notifier.c" "$@" -lpthread
}

# Two libraries can be measured.  FLAVOUR is 2014 or ovs3.
#
# interface_of FLAVOUR: prints the interface that it has.
interface_of() {
    case $1 in
        2014) echo "the 2014 interface" ;;
        ovs3) echo "the 3.x interface" ;;
    esac
}

# library_of FLAVOUR: prints its name, which is also the name of its folder of headers.
library_of() {
    case $1 in
        2014) echo nlsock ;;
        ovs3) echo nlsock-ovs3 ;;
    esac
}

# copy_library FLAVOUR: copies it, since it may be built again meanwhile.
copy_library() {
    mkdir -p "$bin" && cp -L "$stage/lib/lib$(library_of "$1").so.1" "$bin/" \
        && ln -sf "lib$(library_of "$1").so.1" "$bin/lib$(library_of "$1").so"
}

# api NAME FLAVOUR FLAG...: compiles the driver that uses the interface.
api() {
    name=$1
    flavour=$2
    shift 2
    driver "$name" "$here"/api*.c -I"$stage/include/$(library_of "$flavour")" "$@"
}

build_ours() {
    copy_library "$1" && api "ours-$1" "$1" -L"$bin" "-l$(library_of "$1")" -Wl,-rpath,"$bin"
}

# build_original FLAVOUR LIBRARY: the same against another library.
build_original() {
    api original "$1" "$here/../faults/reference.c" "$2" -Wl,-rpath,"$(dirname "$2")"
}

# buffer_of FLAVOUR: the receive buffer of the other drivers has the size of the library's.
buffer_of() {
    case $1 in
        2014) echo -DSUBSCRIBER_BUFFER=1048576 ;;
        ovs3) echo -DSUBSCRIBER_BUFFER=4194304 ;;
    esac
}

# These take the FLAVOUR that they are compared with.
build_raw() {
    driver raw "$here"/raw*.c "$(buffer_of "$1")" \
        && compile notifier -DNOTIFIER_PROGRAM "$here/notifier.c"
}

build_mnl() {
    driver mnl "$here"/mnl*.c "$(buffer_of "$1")" -lmnl
}

build_libnl() {
    driver libnl "$here"/libnl*.c "$(buffer_of "$1")" -I/usr/include/libnl3 -lnl-genl-3 -lnl-3
}
