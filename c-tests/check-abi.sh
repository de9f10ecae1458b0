# The binary interface: symbols, names and dependencies.  Read by check.sh.

exports=src/abi/exports.list
so=$stage/lib/libnlsock.so

# Says what differs, and what to do about it.
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
    nm --defined-only --extern-only "$stage/lib/libnlsock.a" | awk 'NF == 3 { print $3 }' \
        | compare_exports
}

interface_is_whole() {
    [ "$(grep -vc '^nlsock_' "$exports")" = 114 ]
}

# Weak references apart, only libc's symbols are wanted.
only_libc_is_wanted() {
    ! nm -D --undefined-only "$so" | awk '$1 == "U" { print $2 }' | grep -v '@GLIBC_' || return 1
    ! readelf -d "$so" | grep NEEDED | grep -vE '\[(libc\.so|ld-linux)'
}

soname() {
    readelf -d "$so" | grep -q 'SONAME.*\[libnlsock\.so\.1\]'
}

# A version node would keep the library from taking the place of another's functions.
no_version_nodes() {
    ! readelf -V "$so" | grep -q 'Version definition'
}

install_and_uninstall() {
    make --no-print-directory -s install DESTDIR="$scratch/root" PREFIX=/usr LIBDIR=/usr/lib/x \
        || return 1
    for file in lib/x/libnlsock.so lib/x/libnlsock.so.1 lib/x/libnlsock.a \
            lib/x/pkgconfig/nlsock.pc lib/x/pkgconfig/nlsock-compat.pc \
            include/nlsock/netlink-socket.h include/nlsock/compat/util.h; do
        [ -e "$scratch/root/usr/$file" ] || { echo "$file is not installed"; return 1; }
    done
    grep -q '^libdir=/usr/lib/x$' "$scratch/root/usr/lib/x/pkgconfig/nlsock.pc" || return 1
    make --no-print-directory -s uninstall DESTDIR="$scratch/root" PREFIX=/usr LIBDIR=/usr/lib/x \
        || return 1
    ! find "$scratch/root" ! -type d | grep .
}

abi() {
    check "the shared library exports what is listed" so_exports
    check "the static library exports what is listed" archive_exports
    check "all 114 functions are listed" interface_is_whole
    check "only libc is needed" only_libc_is_wanted
    check "the SONAME is libnlsock.so.1" soname
    check "symbols have no versions" no_version_nodes
    check "what is installed can be uninstalled" install_and_uninstall
}
