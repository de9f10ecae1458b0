#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# reference.sh FOLDER: builds the library of Debian's Open vSwitch (package openvswitch-source) in
# FOLDER, and makes a shared library of the part that the interface needs:
# FOLDER/nlsock-ovs/libreference.so.  Uses what an earlier run, also of check-ovs.sh, has built.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
SCRATCH=$1
# Debian's source.
OVS=

. "$root/c-tests/check/results.sh"
. "$root/c-tests/ovs/common.sh"
. "$root/c-tests/check/packages.sh"
. "$root/c-tests/ovs/packages.sh"
. "$root/c-tests/ovs/original.sh"

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
build original library || exit 1

# Of the archive, only the objects that these functions need, as in a daemon.
cd "$original" || exit 1
names=$(sed 's/^/-Wl,-u,/' "$root/src/flavour/ovs3/exports.list")
# shellcheck disable=SC2046,SC2086 # words
gcc -shared -o "$scratch/libreference.so" $names lib/.libs/libopenvswitch*.a $(libraries .) -lpthread \
    -Wl,-z,defs
