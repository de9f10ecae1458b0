#!/bin/sh
# check-diff.sh STAGE: makes the same calls to the original and to the library of the installation
# in STAGE, and compares the results.
#
# Builds the library of Debian's openvswitch-source, and the same program with either library;
# compares what the programs print, line by line.  Intended differences are in differences.list,
# with reasons.
#
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
. "$root/c-tests/ovs/original.sh"
. "$here/reference.sh"
. "$here/compare.sh"

if [ -n "${NLSOCK_REF-}" ]; then
    library=libnlsock
    exports=$root/src/flavour/v2014/exports.list
    runs=2014
else
    library=libnlsock-ovs3
    exports=$root/src/flavour/ovs3/exports.list
    runs="ours relinked"
fi
# The program of ours that the mutant is preloaded into.
ours=${runs%% *}

if [ ! -e "$stage/lib/$library.so" ]; then
    echo "$stage/lib/$library.so: no such file"
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
    build_2014_programs || give_up
else
    { build original library && build_programs; } || give_up
    check "the original's program is one of the original" takes_from original liboriginal.so
fi
for run in $runs; do
    check "the program $run is one of the library" takes_from "$run" "$library.so"
done
check "every function of the interface is called" complete
subjects
random_operations
failures
finish
