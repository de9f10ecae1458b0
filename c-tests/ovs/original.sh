# Open vSwitch as it is, in the folder 'original'.  Read by check-ovs.sh and check-diff.sh.

# The objects of its library that this one stands for.
replaced="netlink-socket netlink ofpbuf"

# build_original all|library: builds all that is in it, or its library only, unless that is there
# from a run before.
build_original() {
    wanted=$(cksum < "$source")
    if [ "$(cat "$original/.configured" 2>/dev/null)" != "$wanted" ]; then
        rm -rf "$original"
        mkdir "$original" || return
        check "Debian's source unpacks" tar -xzf "$source" -C "$original" --strip-components=1 \
            && check "the original is configured" configure_original \
            && echo "$wanted" > "$original/.configured" || return
    fi
    if [ -e "$original/.built-$1" ]; then
        echo "# the original is in $original already"
        ok "the original builds"
        return
    fi
    check "the original builds" "make_$1" "$original" && : > "$original/.built-$1"
}

configure_original() {
    # Position-independent code, since a program's data may have to be shared with the library.
    # AF_XDP needs more libraries, and uses none of this code.
    cd "$original" && ./configure CFLAGS="-O2 -g -fPIC" PYTHON3=/usr/bin/python3 --disable-afxdp
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
