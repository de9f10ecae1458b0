#!/bin/sh
# reference.sh FOLDER: builds Debian's Open vSwitch (package openvswitch-source) as far as its
# library goes, in FOLDER, and makes a shared library of what the interface needs of it:
# FOLDER/libreference.so.  What is there from a run before, also of check-ovs.sh, stays.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
SCRATCH=$1

. "$root/c-tests/check/results.sh"
. "$root/c-tests/ovs/common.sh"
. "$root/c-tests/ovs/packages.sh"
. "$root/c-tests/ovs/original.sh"

install_packages
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

# Of the archive, only what these names lead to: so it is in a daemon.
cd "$original" || exit 1
names=$(sed 's/^/-Wl,-u,/' "$root/src/abi/ovs3/exports.list")
# shellcheck disable=SC2016 # make's variables
libraries=$(make -s --eval='print-libraries: ; @echo $(SSL_LIBS) $(CAPNG_LDADD) $(LIBS)' \
    print-libraries)
# shellcheck disable=SC2086 # words
gcc -shared -o "$scratch/libreference.so" $names lib/.libs/libopenvswitch*.a $libraries -lpthread \
    -Wl,-z,defs
