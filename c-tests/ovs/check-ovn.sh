#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check-ovn.sh STAGE: puts the library of the installation in STAGE under OVN, and compares.
#
# Builds OVN with the Open vSwitch in it as they are and with every nl_* and ofpbuf_* from the
# library; checks that they come from there, in ovn-controller, too.  Then runs OVN's netlink code
# ("ovstest test-ovn-netlink": routes, neighbours, next hops, notifications) on both, see
# run-ovn.sh, and OVN's own tests of that code.
#
#   OVN=DIR       a source tree of OVN, which is copied and not changed
#   OVS=DIR       a source tree of the Open vSwitch that belongs to it, if its folder "ovs" is empty
#   SUITE="1-3"   these of OVN's system tests instead
#   SCRATCH=DIR   build there and keep it: the next run finds the trees built
#   LIMIT=SECONDS for the tests of one tree
#
# The output has the form of TAP, see ../check/results.sh.  Its last line has the counts.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
here=$root/c-tests/ovs
[ $# = 1 ] && [ -n "${OVN-}" ] || { echo "usage: OVN=DIR $0 STAGE" >&2; exit 2; }
stage=$(cd "$1" && pwd -P) || exit 2

suite=${SUITE:-system}
limit=${LIMIT:-1200}

. "$root/c-tests/check/results.sh"

finish() {
    total "nlsock under OVN"
    exit
}

. "$here/common.sh"
. "$root/c-tests/check/packages.sh"
. "$here/packages.sh"
. "$here/tree.sh"
. "$here/original.sh"
. "$here/trees.sh"
. "$here/suite.sh"

choose_ovn
library=$stage/lib/$library_name.so
if [ ! -e "$library" ]; then
    echo "$library: no such file"
    not_ok "the library of this interface is built"
    finish
fi

install_packages ovs_packages
if [ -n "$missing" ]; then
    lack "OVN on the library"
    finish
fi

choose_scratch
relinked=$scratch/relinked
if ! has_space 2500; then
    skip "OVN on the library" "$why_not"
    finish
fi

# run_ovn TREE: writes what OVN's netlink code prints in this tree to a file of its name.
run_ovn() {
    in_namespace 300 "$here/run-ovn.sh" "$scratch/$1" > "$scratch/$1.ovn" 2>&1
}

# same_lines WORD: the two printed the same lines with this word, at least one.
same_lines() {
    grep -i "$1" "$scratch/original.ovn" > "$scratch/before" || return
    grep -i "$1" "$scratch/relinked.ovn" | diff "$scratch/before" -
}

netlink() {
    if ! try_namespace; then
        skip "OVN's netlink code" "$why_not"
        return
    fi
    for tree in original relinked; do
        check "OVN's netlink code runs in the $tree tree" run_ovn "$tree" || return
    done
    for word in neighbor route nexthop notify; do
        check "OVN says the same about $word" same_lines "$word"
    done
    check "OVN says the same about everything" diff "$scratch/original.ovn" "$scratch/relinked.ovn"
}

{ build original all && fits && build_relinked; } || give_up
prove
check "ovn-controller takes names from the library" \
    bound_to_library "$relinked/controller/ovn-controller"
netlink
system_file=system-ovn-netlink.at
suites
finish
