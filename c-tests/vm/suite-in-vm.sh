#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# suite-in-vm.sh TREE DIR FLAGS: in the VM, runs the tree's tests of the kernel's datapath.  Copies
# their log, and the files of those that failed, to DIR.
set -u

tree=$1
dir=$2
LC_ALL=C make -C "$tree" check-kernel TESTSUITEFLAGS="$3"
status=$?
cp "$tree/tests/system-kmod-testsuite.log" "$dir"
cp -r "$tree/tests/system-kmod-testsuite.dir" "$dir" 2>/dev/null
exit "$status"
