#!/bin/sh
# check-kernel.sh STAGE: runs the library of the installation in STAGE on a kernel that has the
# datapath of Open vSwitch, in a VM: see run.sh.
#
# First the C tests of both flavours.  Then Open vSwitch, as Debian's source is and on the library
# (see check-ovs.sh, which builds the same two trees): the daemon and its tools on the kernel's
# datapath, whose answers are compared.
#
#   SUITE=full        also Open vSwitch's own tests of the kernel's datapath, on both trees
#   SUITE="1 162-164" these of them
#   SCRATCH=DIR       build there and keep it: the next run, and check-ovs.sh, find the trees built
#   LIMIT=SECONDS     for those tests of one tree
#
# Every check is one line: "ok NAME", "not ok NAME" behind its output, or "skip NAME: WHY".
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
vm=$root/c-tests/vm
here=$root/c-tests/ovs
[ $# = 1 ] || { echo "usage: $0 STAGE" >&2; exit 2; }
stage=$(cd "$1" && pwd -P) || exit 2

suite=${SUITE:-short}
limit=${LIMIT:-1800}
path=$PATH

. "$root/c-tests/check/results.sh"
finish() {
    echo
    echo "nlsock on the kernel's datapath: $passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
    exit
}

. "$here/common.sh"
. "$here/packages.sh"
. "$here/original.sh"
. "$here/trees.sh"
. "$here/suite.sh"
. "$vm/packages.sh"
. "$vm/inside-vm.sh"
. "$vm/daemons.sh"
. "$vm/suite.sh"

choose_scratch
relinked=$scratch/relinked
rm -rf "$scratch/kernel"
mkdir "$scratch/kernel" || exit 2

# The C tests, compiled with the user's own path.
ask_to_end env PATH="$path" "$vm/kernel-tests.sh" "$stage" "$scratch/kernel/results"
count "$scratch/kernel/results" "the C tests in the VM"

# skip_rest WHY: neither of the two that compare trees.
skip_rest() {
    skip "the daemons on the kernel's datapath" "$1"
    [ "$suite" = short ] || skip "the tests of the kernel's datapath" "$1"
    finish
}

library=$stage/lib/libnlsock-ovs3.so
[ -e "$library" ] || skip_rest "the library of this flavour is not built"
# Before there are trees, which take minutes.
try_vm || skip_rest "$why_not"
install_packages find_missing_for_daemons
[ -z "$missing" ] || skip_rest "not installed here: apt-get install$missing"
has_space 1000 || skip_rest "$why_not"
{ build original all && build_relinked; } || give_up
daemons
datapath_suites
finish
