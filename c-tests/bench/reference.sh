#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# reference.sh FOLDER: builds the library of Open vSwitch in FOLDER, and makes a shared library of
# the part that the interface needs.  Uses what an earlier run, also of check-ovs.sh, has built.
# The last line of the output is the path of the shared library, its interface, and the tree's version.
#
#   OVS=DIR  a source tree of Open vSwitch; the default is Debian's package openvswitch-source
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
SCRATCH=$1

finish() {
    exit 1
}

. "$root/c-tests/check/results.sh"
. "$root/c-tests/ovs/common.sh"
. "$root/c-tests/check/packages.sh"
. "$root/c-tests/ovs/packages.sh"
. "$root/c-tests/ovs/tree.sh"
. "$root/c-tests/ovs/original.sh"

choose_tree
install_packages ovs_packages
if [ -n "$missing" ]; then
    echo "not installed here: apt-get install$missing"
    exit 1
fi
choose_scratch
if ! has_space 500; then
    echo "$why_not"
    exit 1
fi
set_build_options
build original library || exit 1

# Of the archive, only the objects that these functions need, as in a daemon.
cd "$original" || exit 1
names=$(sed 's/^/-Wl,-u,/' "$exports")
# shellcheck disable=SC2046,SC2086 # words
gcc -shared -o "$scratch/libreference.so" $names lib/.libs/libopenvswitch*.a $(libraries .) \
    -lpthread -Wl,-z,defs || exit 1
echo "$scratch/libreference.so $interface $version"
