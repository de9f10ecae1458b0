# SPDX-License-Identifier: Apache-2.0
# The scripts that build both trees of Open vSwitch, and run a VM.  Read by check-kernel.sh and
# bench-daemon.sh, after results.sh, with 'root', 'vm' and 'here', the folder ../ovs, set.

. "$here/common.sh"
. "$root/c-tests/check/packages.sh"
. "$here/packages.sh"
. "$here/tree.sh"
. "$here/original.sh"
. "$here/trees.sh"
. "$here/suite.sh"
. "$vm/packages.sh"
. "$vm/vm.sh"
. "$vm/kernels.sh"
