# Builds Open vSwitch without changes, in a folder of the scratch folder.  Read by the scripts that
# need it.

# The objects of its library that libnlsock replaces.
replaced="netlink-socket netlink ofpbuf"

# build TREE all|library OPTION...: builds everything or the library only, configured with the
# options, unless an earlier run has built it.
build() {
    tree=$1
    part=$2
    shift 2
    wanted="$(cksum < "$source")${*:+ $*}"
    if [ "$(cat "$scratch/$tree/.configured" 2>/dev/null)" != "$wanted" ]; then
        rm -rf "${scratch:?}/$tree"
        mkdir "$scratch/$tree" || return
        check "Debian's source unpacks for the $tree tree" \
            tar -xzf "$source" -C "$scratch/$tree" --strip-components=1 \
            && check "the $tree tree is configured" configure "$tree" "$@" \
            && echo "$wanted" > "$scratch/$tree/.configured" || return
    fi
    if [ -e "$scratch/$tree/.built-$part" ]; then
        echo "# the $tree tree is in $scratch/$tree already"
        ok "the $tree tree builds"
        return
    fi
    check "the $tree tree builds" "make_$part" "$scratch/$tree" \
        && : > "$scratch/$tree/.built-$part"
}

# configure TREE OPTION...
configure() {
    cd "$scratch/$1" || return
    shift
    # Position-independent code, since a program may have to share its data with the library.
    # Without AF_XDP, which needs more libraries and does not use netlink.
    ./configure CFLAGS="-O2 -g -fPIC" PYTHON3=/usr/bin/python3 --disable-afxdp "$@"
}

# make_all TREE: also builds what the tests need, so that they need not build anything.
make_all() {
    make -C "$1" -j"$(nproc)" && make -C "$1" -j"$(nproc)" check TESTSUITEFLAGS=--version
}

# make_library TREE: builds the generated files first, since only the target "all" depends on them.
make_library() {
    # shellcheck disable=SC2016 # make's
    printf 'include Makefile\ngenerated: $(BUILT_SOURCES)\n' \
        | make -C "$1" -j"$(nproc)" -f - generated \
        && make -C "$1" -j"$(nproc)" lib/libopenvswitch.la
}
