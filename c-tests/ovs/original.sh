# Open vSwitch as it is, in a folder of the scratch folder.  Read by whatever builds it.

# The objects of its library that this one stands for.
replaced="netlink-socket netlink ofpbuf"

# build TREE all|library OPTION...: configured with the options, all that is in it or its library
# only, unless that is there from a run before.
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
    # Position-independent code, since a program's data may have to be shared with the library.
    # AF_XDP needs more libraries, and uses none of this code.
    ./configure CFLAGS="-O2 -g -fPIC" PYTHON3=/usr/bin/python3 --disable-afxdp "$@"
}

# make_all TREE: all that its tests need, too; so that none of them builds anything.
make_all() {
    make -C "$1" -j"$(nproc)" && make -C "$1" -j"$(nproc)" check TESTSUITEFLAGS=--version
}

# make_library TREE: what is generated comes first, which only its target for everything sees to.
make_library() {
    # shellcheck disable=SC2016 # make's
    printf 'include Makefile\ngenerated: $(BUILT_SOURCES)\n' \
        | make -C "$1" -j"$(nproc)" -f - generated \
        && make -C "$1" -j"$(nproc)" lib/libopenvswitch.la
}
