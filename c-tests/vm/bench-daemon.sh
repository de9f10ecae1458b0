#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bench-daemon.sh STAGE: measures Open vSwitch's daemon with 20,000 flows of the kernel's datapath,
# as Debian's source is and on the library of the installation in STAGE, in one VM (see run.sh).
# Writes docs/bench/daemon.md.
#
#   FLOWS=N ROUNDS=N  how many flows (20000); how often each daemon does the work (6)
#   KERNEL=, SCRATCH= as for check-kernel.sh
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
vm=$root/c-tests/vm
here=$root/c-tests/ovs
[ $# = 1 ] || { echo "usage: $0 STAGE" >&2; exit 2; }
stage=$(cd "$1" && pwd -P) || exit 2
flows=${FLOWS:-20000}
rounds=${ROUNDS:-6}
path=$PATH

. "$root/c-tests/check/results.sh"
finish() {
    total "the daemon's work"
    exit
}

. "$vm/scripts.sh"

# Debian's source.
OVS=
choose_tree
choose_scratch
relinked=$scratch/relinked
measured=$scratch/kernel/measured
rm -rf "$scratch/kernel"
mkdir -p "$measured" || exit 2

export QEMU_KERNEL="${QEMU_KERNEL:-$scratch/qemu-kernel}"
choose_kernel || { skip "the daemon's work" "there is no VM"; finish; }
install_packages load_packages
[ -z "$missing" ] || { lack "the daemon's work"; finish; }
has_space 1000 || { skip "the daemon's work" "$why_not"; finish; }
library=$stage/lib/$library_name.so
{ build original all && fits && build_relinked; } || give_up

check "the source of packets compiles" env PATH="$path" \
    "${CC:-cc}" -O1 -Wall -Wextra -Werror -o "$measured/udp-ports" "$vm/udp-ports.c" || finish
echo "# the daemon's work, which takes some minutes"
in_vm 7200 "$measured" "$vm/load-in-vm.sh" "$scratch" "$measured" "$flows" "$rounds" \
    > "$scratch/output" 2>&1
if [ "$status" != 0 ] || [ ! -s "$measured/figures" ]; then
    diagnose "$scratch/output"
    not_ok "the daemon's work in the VM (exit status $status)"
    finish
fi
ok "the daemon's work in the VM"
awk -v flows="$flows" -v kernel="$(cat "$scratch/kernel/release") ($KERNEL)" -v rounds="$rounds" \
    -f "$vm/daemon-report.awk" "$measured/figures" > "$measured/daemon.md" || exit 1
cat "$measured/daemon.md"
cp "$measured/daemon.md" "$root/docs/bench/daemon.md"
finish
