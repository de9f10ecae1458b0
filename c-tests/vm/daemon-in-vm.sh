#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# daemon-in-vm.sh TREE DIR: in the VM, runs the daemon of the tree on the kernel's datapath.  Writes
# to DIR what the daemon, its tools and the network answer.  A command that does not end as expected
# is also a line of DIR/unexpected.
set -u

tree=$1
dir=$2
PATH=$tree/ovsdb:$tree/vswitchd:$tree/utilities:$PATH
# A folder in the VM, since sockets cannot be on the machine's file system.
run=/run/ovs
mkdir -p "$run" && cd "$run" || exit
export OVS_RUNDIR="$run" OVS_LOGDIR="$dir" OVS_DBDIR="$run" OVS_SYSCONFDIR="$run"
export OVS_PKGDATADIR="$tree/vswitchd" LC_ALL=C

. "${0%/*}/daemon-tools.sh"

start_daemon() {
    works ports ovs-vswitchd --detach --no-chdir --pidfile --log-file
    daemon=$(cat ovs-vswitchd.pid)
}

. "${0%/*}/daemon-steps.sh"

sysctl -qew net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
works ports ovsdb-tool create conf.db "$tree/vswitchd/vswitch.ovsschema"
works ports ovsdb-server --detach --no-chdir --pidfile --log-file --remote=punix:db.sock conf.db
works ports ovs-vsctl --no-wait init
# Nothing expires while this runs, however slow the machine.
works ports ovs-vsctl --no-wait set open_vswitch . other_config:max-idle=3600000
until_processors_count
start_daemon
cat "/proc/$daemon/maps" > "$dir/maps.ovs-vswitchd"
cat "/proc/$(cat ovsdb-server.pid)/maps" > "$dir/maps.ovsdb-server"

build_bridge
send_through
change_ports
restart exit
restart kill
track_connections
track_in_zones
dpctl "ovs-dpctl " dp1
dpctl "ovs-appctl dpctl/" dp2

works restarts ovs-appctl exit --cleanup
until_gone "$daemon"
works restarts ovs-dpctl dump-dps
works restarts ovs-appctl -t ovsdb-server exit
echo ended > "$dir/ended"
