#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check-ovs.sh STAGE: puts the library of the installation in STAGE under Open vSwitch, and
# compares.
#
# Builds Open vSwitch as it is and with every nl_* and ofpbuf_* from the library; checks that they
# come from there; compiles programs with the library's headers, and with those of both; runs the
# daemon and Open vSwitch's own tests on both.  Every result that differs
# is a failure.  For a test of Open vSwitch, it must also differ when the test runs alone.
#
#   OVS=DIR           a source tree of Open vSwitch, which is copied and not changed; its version
#                     chooses the library.  The default is Debian's openvswitch-source.  Only with
#                     that, a third tree has shared libraries; its unchanged programs run alone and
#                     with LD_PRELOAD.
#   SUITE=short       the tests that exercise this code most (the default),
#   SUITE=full        all of them,
#   SUITE=system      instead of them the system tests about routes, which use the kernel,
#   SUITE="93 97-99"  these
#   SCRATCH=DIR       build there and keep it: the next run finds the trees built
#   JOBS=N            number of tests at a time, which mostly sleep
#   LIMIT=SECONDS     for the tests of one tree
#
# The output has the form of TAP, see ../check/results.sh.  Its last line has the counts.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
here=$root/c-tests/ovs
[ $# = 1 ] || { echo "usage: $0 STAGE" >&2; exit 2; }
stage=$(cd "$1" && pwd -P) || exit 2

suite=${SUITE:-short}
jobs=${JOBS:-$((4 * $(nproc)))}
if [ "$suite" = full ]; then
    limit=${LIMIT:-5400}
else
    limit=${LIMIT:-1200}
fi

. "$root/c-tests/check/results.sh"

finish() {
    total "nlsock under Open vSwitch"
    exit
}

. "$here/common.sh"
. "$root/c-tests/check/packages.sh"
. "$here/packages.sh"
. "$here/tree.sh"
. "$here/original.sh"
. "$here/trees.sh"
. "$here/headers.sh"
. "$root/c-tests/check/tshark.sh"
. "$here/daemon.sh"
. "$here/suite.sh"
. "$here/preload.sh"

choose_tree
library=$stage/lib/$library_name.so
if [ ! -e "$library" ]; then
    echo "$library: no such file"
    not_ok "the library of this interface is built"
    finish
fi

install_packages ovs_packages
if [ -n "$missing" ]; then
    lack "Open vSwitch on the library"
    finish
fi

choose_scratch
relinked=$scratch/relinked
if ! has_space 1200; then
    skip "Open vSwitch on the library" "$why_not"
    finish
fi

# Without a tree of each kind, there is nothing to compare.
set_build_options
{ build original all && fits && build_relinked; } || give_up
prove
own_headers
daemons
[ -n "${OVS-}" ] || preloads
suites
finish
