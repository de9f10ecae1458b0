# SPDX-License-Identifier: Apache-2.0
# Checks the binary interface of each library: symbols, names and dependencies.  Read by check.sh.

# choose_library LIBRARY FOLDER FUNCTIONS: sets what the checks below look at.
choose_library() {
    library=$1
    exports=src/flavour/$2/exports.list
    functions=$3
    so=$stage/lib/lib$library.so
}

# Compares standard input with the list; prints what differs, and what to do about it.
compare_exports() {
    LC_ALL=C sort > "$scratch/exports"
    diff "$exports" "$scratch/exports" && return
    echo "the exported symbols are not those of $exports (< listed, > exported)"
    echo "if that is meant, run: make exports"
    return 1
}

so_exports() {
    nm -D --defined-only "$so" | awk 'NF == 3 { print $3 }' | compare_exports
}

archive_exports() {
    nm --defined-only --extern-only "$stage/lib/lib$library.a" | awk 'NF == 3 { print $3 }' \
        | compare_exports
}

interface_is_whole() {
    [ "$(grep -vc '^nlsock_' "$exports")" = "$functions" ]
}

# Apart from weak references, the library needs only libc's symbols.
only_libc_is_wanted() {
    ! nm -D --undefined-only "$so" | awk '$1 == "U" { print $2 }' | grep -v '@GLIBC_' || return 1
    ! readelf -d "$so" | grep NEEDED | grep -vE '\[(libc\.so|ld-linux)'
}

soname() {
    readelf -d "$so" | grep -qF "[lib$library.so.1]"
}

# With versions of its symbols, the library could not take the place of another one's.
no_version_nodes() {
    ! readelf -V "$so" | grep -q 'Version definition'
}

install_and_uninstall() {
    make --no-print-directory -s install DESTDIR="$scratch/root" PREFIX=/usr LIBDIR=/usr/lib/x \
        || return 1
    for file in lib/x/libnlsock.so lib/x/libnlsock.so.1 lib/x/libnlsock.a \
            lib/x/pkgconfig/nlsock.pc lib/x/pkgconfig/nlsock-compat.pc \
            include/nlsock/netlink-socket.h include/nlsock/compat/util.h \
            lib/x/libnlsock-ovs3.so.1 lib/x/pkgconfig/nlsock-ovs3.pc \
            lib/x/pkgconfig/nlsock-ovs3-compat.pc include/nlsock-ovs3/openvswitch/ofpbuf.h \
            include/nlsock-ovs3/compat/util.h include/nlsock-ovs3/compat/openvswitch/vlog.h; do
        [ -e "$scratch/root/usr/$file" ] || { echo "$file is not installed"; return 1; }
    done
    grep -q '^libdir=/usr/lib/x$' "$scratch/root/usr/lib/x/pkgconfig/nlsock.pc" || return 1
    make --no-print-directory -s uninstall DESTDIR="$scratch/root" PREFIX=/usr LIBDIR=/usr/lib/x \
        || return 1
    ! find "$scratch/root" ! -type d | grep .
}

check_library() {
    choose_library "$@"
    check "$library.so exports what is listed" so_exports
    check "$library.a exports what is listed" archive_exports
    check "all $functions functions of $library are listed" interface_is_whole
    check "$library.so needs only libc" only_libc_is_wanted
    check "the SONAME of $library.so" soname
    check "symbols of $library.so have no versions" no_version_nodes
}

abi() {
    check_library nlsock v2014 114
    check_library nlsock-ovs3 ovs3 129
    check "what is installed can be uninstalled" install_and_uninstall
}
