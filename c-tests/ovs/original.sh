# SPDX-License-Identifier: Apache-2.0
# Builds Open vSwitch without changes, in a folder of the scratch folder.  Read by the scripts that
# need it.

# The objects of its library that libnlsock replaces.
replaced="netlink-socket netlink ofpbuf"

# More options of configure and flags of the compiler: see tree.sh.
options=
flags=

# The folders of a tree that are configured and made, one after another.  OVN contains Open vSwitch,
# whose source is 'embedded', in the folder "ovs".
parts=.
embedded=

# pack FOLDER: packs a source tree, without its history.
pack() {
    tar -cf - -C "$1" --exclude=./.git .
}

# unpack FOLDER: writes the source there.
unpack() {
    if [ ! -d "$source" ]; then
        tar -xzf "$source" -C "$1" --strip-components=1
        return
    fi
    pack "$source" | tar -xpf - --no-same-owner -C "$1" || return
    [ -z "$embedded" ] || pack "$embedded" | tar -xpf - --no-same-owner -C "$1/ovs"
}

# Prints a number that changes with the source.
fingerprint() {
    if [ -d "$source" ]; then
        pack "$source"
        [ -z "$embedded" ] || pack "$embedded"
    else
        cat "$source"
    fi | cksum
}

# build TREE all|library OPTION...: builds everything or the library only, configured with the
# options, unless an earlier run has built it.
build() {
    tree=$1
    part=$2
    shift 2
    wanted="$(fingerprint)${*:+ $*}"
    if [ "$(cat "$scratch/$tree/.configured" 2>/dev/null)" != "$wanted" ]; then
        rm -rf "${scratch:?}/$tree"
        mkdir "$scratch/$tree" || return
        check "the source is copied to the $tree tree" unpack "$scratch/$tree" \
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
    tree=$1
    shift
    for part in $parts; do
        configure_part "$scratch/$tree/$part" "$@" || return
    done
}

# configure_part FOLDER OPTION...
configure_part() {
    cd "$1" || return
    shift
    built=
    [ ! -e Makefile ] || built=yes
    [ -x configure ] || ./boot.sh || return
    # Position-independent code, since a program may have to share its data with the library.
    # Without AF_XDP, which needs more libraries and does not use netlink.
    # shellcheck disable=SC2086 # words
    ./configure CFLAGS="-O2 -g -fPIC $flags" PYTHON3=/usr/bin/python3 --disable-afxdp $options \
        "$@" || return
    # What the user has built in the tree was compiled with other flags.
    [ -z "$built" ] || make clean
}

# make_all TREE: also builds what the tests need, so that they need not build anything.
make_all() {
    for part in $parts; do
        make -C "$1/$part" -j"$(nproc)" || return
    done
    make -C "$1" -j"$(nproc)" check TESTSUITEFLAGS=--version
}

# libraries TREE: prints what its programs are linked with, as arguments.
libraries() {
    # shellcheck disable=SC2016 # make's variables
    make -s -C "$1" --no-print-directory print-libraries \
        --eval='print-libraries: ; @echo $(SSL_LIBS) $(CAPNG_LDADD) $(LIBS)'
}

# make_library TREE: builds the generated files first, since only the target "all" depends on them.
make_library() {
    # shellcheck disable=SC2016 # make's
    printf 'include Makefile\ngenerated: $(BUILT_SOURCES)\n' \
        | make -C "$1" -j"$(nproc)" -f - generated \
        && make -C "$1" -j"$(nproc)" lib/libopenvswitch.la
}
