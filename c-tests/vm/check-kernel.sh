#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check-kernel.sh STAGE: runs the library of the installation in STAGE on a kernel that has the
# datapath of Open vSwitch, in a VM: see run.sh.
#
# First the C tests of both interfaces.  Then Open vSwitch, as Debian's source is and on the library
# (see check-ovs.sh, which builds the same two trees): the daemon and its tools on the kernel's
# datapath, whose answers are compared.  What the daemon says to the kernel is also recorded, and
# replayed without a datapath.
#
#   KERNEL=qemu|uml   in this kind of VM, see qemu.sh and uml.sh; by default, the first that boots
#   SUITE=full        also Open vSwitch's own tests of the kernel's datapath, on both trees
#   SUITE="1 162-164" these of them
#   SCRATCH=DIR       build there and keep it: the next run, and check-ovs.sh, find the trees built
#   LIMIT=SECONDS     for those tests of one tree
#
# The output has the form of TAP, see ../check/results.sh.  Its last line has the counts.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
vm=$root/c-tests/vm
here=$root/c-tests/ovs
[ $# = 1 ] || { echo "usage: $0 STAGE" >&2; exit 2; }
stage=$(cd "$1" && pwd -P) || exit 2

suite=${SUITE:-short}
limit=${LIMIT:-1800}
path=$PATH
case ${KERNEL:-qemu} in
    qemu | uml) ;;
    *) echo "KERNEL is qemu or uml" >&2; exit 2 ;;
esac

. "$root/c-tests/check/results.sh"
finish() {
    total "nlsock on the kernel's datapath"
    exit
}

. "$vm/scripts.sh"
. "$vm/contract.sh"
. "$vm/daemons.sh"
. "$vm/replays.sh"
. "$vm/suite.sh"

# Debian's source.
OVS=
choose_tree
choose_scratch
relinked=$scratch/relinked
rm -rf "$scratch/kernel"
mkdir "$scratch/kernel" || exit 2

# skip_all WHY, skip_trees WHY: skips everything; what compares trees.
skip_all() {
    skip "the C tests in the VM" "$1"
    skip_trees "$1"
}
skip_trees() {
    skip "the daemons on the kernel's datapath" "$1"
    [ "$suite" = short ] || skip "the tests of the kernel's datapath" "$1"
    finish
}

export QEMU_KERNEL="${QEMU_KERNEL:-$scratch/qemu-kernel}"
choose_kernel || skip_all "there is no VM"
contract

# Compiled with the user's own path.
echo "# the C tests in the VM, which take some minutes"
ask_to_end env PATH="$path" "$vm/kernel-tests.sh" "$stage" \
    > "$scratch/kernel/tap" 2> "$scratch/kernel/errors"
count_tap "the C tests in the VM" "$status" "$scratch/kernel/tap" "$scratch/kernel/errors"

library=$stage/lib/$library_name.so
[ -e "$library" ] || skip_trees "the library of the 3.x interface is not built"
install_packages daemon_packages
if [ -n "$missing" ]; then
    lack "the daemons on the kernel's datapath"
    finish
fi
has_space 1000 || skip_trees "$why_not"
{ build original all && fits && build_relinked; } || give_up
daemons
replays
datapath_suites
finish
