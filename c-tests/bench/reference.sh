#!/bin/sh
# reference.sh FOLDER: builds Debian's Open vSwitch (package openvswitch-source) as far as its
# library goes, in FOLDER, and makes a shared library of what the interface needs of it:
# FOLDER/libreference.so.  What is there from the run before stays.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
folder=$1

# Nothing of make's own, and no other Python than the system's.
PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS LDFLAGS LIBS PYTHONPATH PYTHONHOME

in_background() {
    "$@"
}
. "$root/c-tests/ovs/packages.sh"
install_packages >&2
if [ -n "$missing" ]; then
    echo "not installed here: apt-get install$missing" >&2
    exit 1
fi

wanted=$(cksum < "$source")
if [ "$(cat "$folder/built" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

echo "building Open vSwitch's library in $folder" >&2
rm -rf "$folder/tree"
mkdir -p "$folder/tree" || exit 1
tar -xzf "$source" -C "$folder/tree" --strip-components=1 || exit 1
cd "$folder/tree" || exit 1
# As in c-tests/ovs/trees.sh.
./configure CFLAGS="-O2 -g -fPIC" PYTHON3=/usr/bin/python3 --disable-afxdp || exit 1
# expand WORDS: with the Makefile's variables replaced.
expand() {
    make -s --eval="expand: ; @echo $1" expand
}

# shellcheck disable=SC2016,SC2046 # make's variables, words
make -j"$(nproc)" $(expand '$(BUILT_SOURCES)') && make -j"$(nproc)" lib/libopenvswitch.la || exit 1

# Of the archives, only what these names lead to: so it is in a daemon.
names=$(sed 's/^/-Wl,-u,/' "$root/src/abi/ovs3/exports.list")
# shellcheck disable=SC2016,SC2046,SC2086 # make's variables, words
gcc -shared -o "$folder/libreference.so" $names lib/.libs/libopenvswitch*.a \
    $(expand '$(SSL_LIBS) $(CAPNG_LDADD) $(LIBS)') -lpthread -Wl,-z,defs || exit 1
echo "$wanted" > "$folder/built"
