#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# record-in-vm.sh TREE DIR TOOL: in the VM, records twice what the daemon of the tree says to the
# kernel, see recorded-daemon.sh: by TOOL, which is nlsock-fake-kernel, into DIR/tool/capture, and by
# the library itself into DIR/library/capture.
set -u

tree=$1
dir=$2
tool=$3

. "${0%/*}/daemon-tools.sh"

# record NAME COMMAND...: the command writes /run/capture.  In DIR, which may be on a network file
# system, several threads cannot append at once.
record() {
    name=$1
    shift
    mkdir "$dir/$name"
    for n in 1 2 3; do
        ip link add "port$n" address "02:00:00:00:01:0$n" type dummy
        ip link set "port$n" up
    done
    "${0%/*}/recorded-daemon.sh" "$tree" "$dir/$name" "$@"
    mv /run/capture "$dir/$name/"
    for n in 1 2 3; do
        ip link del "port$n"
    done
}

sysctl -qew net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
until_processors_count
record tool "$tool" --record /run/capture --
record library env NLSOCK_CAPTURE=/run/capture
