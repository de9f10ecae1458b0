#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# record-in-vm.sh TREE DIR TOOL: in the VM, records to DIR/capture what the daemon of the tree says
# to the kernel: see recorded-daemon.sh.  TOOL is nlsock-fake-kernel.
set -u

sysctl -qew net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
for n in 1 2 3; do
    ip link add "port$n" address "02:00:00:00:01:0$n" type dummy
    ip link set "port$n" up
done
# In a machine's first ten seconds, Open vSwitch counts no processors, so nobody handles upcalls.
until awk '{ exit $1 < 11 }' /proc/uptime; do sleep 1; done
exec "${0%/*}/recorded-daemon.sh" "$1" "$2" "$3" --record "$2/capture" --
