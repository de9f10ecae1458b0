# SPDX-License-Identifier: Apache-2.0
# The library's headers with this tree: its nlmon is compiled with the compatibility headers, and a
# program includes headers of both.  Read by check-ovs.sh.

# compile_nlmon STANDARD [FLAG...]: compiles the tree's nlmon.c, unchanged, without the tree's
# headers.
compile_nlmon() {
    standard=$1
    shift
    gcc -std="$standard" -O2 -Wall -Wno-sign-compare -Werror "$@" -o "$scratch/nlmon" \
        "$original/utilities/nlmon.c" -I"$own_headers" -I"$own_headers/compat" \
        "$scratch/library/$library_name.so" -Wl,-rpath,"$scratch/library"
}

# Copies the headers that Open vSwitch installs.
install_headers() {
    rm -rf "$scratch/installed"
    mkdir "$scratch/installed" && cp -r "$original/include/openvswitch" "$scratch/installed"
}

# With NLSOCK_OWN_TYPES, no header of Open vSwitch is included.
own_types() {
    gcc -E -DNLSOCK_OWN_TYPES -isystem "$scratch/installed" -I"$own_headers" \
        -include netlink.h -include netlink-socket.h -x c /dev/null > "$scratch/names" \
        && grep -q 'struct ovs_list' "$scratch/names" \
        && ! grep "$scratch/installed" "$scratch/names"
}

# The headers that Open vSwitch installs are in the include path, although nlmon.c does not need
# them.
beside_installed_headers() {
    check "the tree's public headers are copied" install_headers || return
    check "nlmon compiles as gnu11 with these in the include path" \
        compile_nlmon gnu11 -isystem "$scratch/installed"
    check "NLSOCK_OWN_TYPES keeps these out" own_types
}

nlmon_prints_the_same() {
    rm -rf "$scratch/links"
    mkdir "$scratch/links" || return
    in_namespace 60 "$here/watch-links.sh" "$original/utilities/nlmon" "$scratch/nlmon" \
        "$scratch/links"
}

# Sets 'folders' to the options for both kinds of headers, and which of them is found first.
choose_folders() {
    theirs="-I$original -I$original/include -I$original/lib"
    case $1 in
        ours) folders="-I$own_headers $theirs" ;;
        theirs) folders="$theirs -I$own_headers" ;;
    esac
}

# compile_both ours|theirs COMPILER STANDARD: compiles both.c, which includes either kind first.
compile_both() {
    choose_folders "$1"
    for order in -DOURS_FIRST -UOURS_FIRST; do
        # The tree's own headers have warnings in C++.
        # shellcheck disable=SC2086 # words
        "$2" -std="$3" -w -fsyntax-only $order $folders "$here/both.c" || return
    done
}

# run_both ours|theirs: links both.c with the library and the rest of Open vSwitch, and runs it.
run_both() {
    choose_folders "$1"
    for order in -DOURS_FIRST -UOURS_FIRST; do
        # shellcheck disable=SC2046,SC2086 # words
        gcc -O2 -w -o "$scratch/both" $order $folders "$here/both.c" \
            "$scratch/library/$library_name.so" -Wl,-rpath,"$scratch/library" \
            "$relinked/lib/.libs/libopenvswitch.a" $(libraries "$relinked") || return
        "$scratch/both" || return
    done
}

both_kinds() {
    for first in ours theirs; do
        for standard in gnu99 gnu11; do
            check "headers of both compile as $standard, $first found first" \
                compile_both $first gcc $standard
        done
        name="headers of both compile as gnu++17, $first found first"
        if command -v g++ > /dev/null; then
            check "$name" compile_both $first g++ gnu++17
        else
            skip "$name" "no g++"
        fi
        check "a program with headers of both works, $first found first" run_both $first
    done
}

own_headers() {
    own_headers=$stage/include/${library_name#lib}
    for standard in gnu99 gnu11; do
        check "nlmon compiles as $standard with the compatibility headers" compile_nlmon $standard
    done
    if ! try_namespace; then
        skip "nlmon prints the same as the original" "$why_not"
    elif check "nlmon prints the same as the original" nlmon_prints_the_same; then
        cat "$scratch/output"
    fi
    if [ "$interface" != 2014 ]; then
        beside_installed_headers
        both_kinds
    fi
}
