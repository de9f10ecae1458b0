#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check-diff.sh STAGE: makes the same calls to the original and to the library of the installation
# in STAGE, and compares the results.
#
# Builds the library of Open vSwitch, and the same program with either library; compares what the
# programs print, line by line.  Intended differences are in differences.list, with reasons.
#
#   OVS=DIR       a source tree of Open vSwitch, see ../ovs/check-ovs.sh; the default is Debian's
#                 openvswitch-source
#   SCRATCH=DIR   build there and keep it: the next run, also of check-ovs.sh, finds the original
#   COUNT=N       random operations (100000)
#   SEED=N        of their generator (1)
#   NLSOCK_REF=LIBRARY   compares the library of the 2014 interface with this one; builds nothing
#
# The output has the form of TAP, see ../check/results.sh.  Its last line has the counts.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
here=$root/c-tests/diff
[ $# = 1 ] || { echo "usage: $0 STAGE" >&2; exit 2; }
stage=$(cd "$1" && pwd -P) || exit 2
count=${COUNT:-100000}
seed=${SEED:-1}

. "$root/c-tests/check/results.sh"

finish() {
    total "nlsock and the original"
    exit
}

. "$root/c-tests/ovs/common.sh"
. "$root/c-tests/check/packages.sh"
. "$root/c-tests/ovs/packages.sh"
. "$root/c-tests/ovs/tree.sh"
. "$root/c-tests/ovs/original.sh"
. "$here/reference.sh"
. "$here/compare.sh"

if [ -n "${NLSOCK_REF-}" ]; then
    # Its interface; nothing is built.
    use_interface 2014
    runs=ours
else
    choose_tree
    runs="ours relinked"
fi
headers=$stage/include/${library_name#lib}

if [ ! -e "$stage/lib/$library_name.so" ]; then
    echo "$stage/lib/$library_name.so: no such file"
    not_ok "the library of this interface is built"
    finish
fi

missing=
[ -n "${NLSOCK_REF-}" ] || install_packages ovs_packages
if [ -n "$missing" ]; then
    lack "the same answers as the original"
    finish
fi

choose_scratch
if ! has_space 500; then
    skip "the same answers as the original" "$why_not"
    finish
fi
build=$scratch/diff
rm -rf "$build"
mkdir "$build" || exit 2

if [ -n "${NLSOCK_REF-}" ]; then
    build_beside_library || give_up
else
    set_build_options
    { build original library && build_programs; } || give_up
    check "the original's program is one of the original" takes_from original liboriginal.so
fi
for run in $runs; do
    check "the program $run is one of the library" takes_from "$run" "$library_name.so"
done
list_conditions
check "every function of the interface is called" complete
subjects
random_operations
failures
finish
