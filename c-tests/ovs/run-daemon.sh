#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run-daemon.sh TREE DIR: runs the daemon of the tree, with its datapath in the process, and writes
# its logs, counters and answers to DIR.  Needs a network namespace of its own.
set -u

tree=$1
dir=$2
mkdir -p "$dir" && cd "$dir" || exit
PATH=$tree/ovsdb:$tree/vswitchd:$tree/utilities:$PATH
export OVS_RUNDIR="$dir" OVS_LOGDIR="$dir" OVS_DBDIR="$dir" OVS_SYSCONFDIR="$dir"
export OVS_PKGDATADIR="$tree/vswitchd" PYTHONDONTWRITEBYTECODE=yes

# need COMMAND...: without it, there is nothing to be compared.
need() {
    timeout 60 "$@" || { echo "failed: $*"; exit 1; }
}

need ovsdb-tool create conf.db "$tree/vswitchd/vswitch.ovsschema"
need ovsdb-server --detach --no-chdir --pidfile --log-file --remote=punix:db.sock conf.db
need ovs-vsctl --no-wait init
need ovs-vswitchd --detach --no-chdir --pidfile --log-file --enable-dummy
daemon=$(cat ovs-vswitchd.pid)

ask() {
    timeout 60 ovs-appctl "$@"
}

ask vlog/list > modules.before
ask vlog/set netlink_socket:file:dbg netlink:file:dbg > output 2>&1
ask vlog/list > modules

# Something for each of the daemon's users of netlink: a port of the system, whose numbers and
# queues it asks for and sets, and links, addresses and routes that change.  Not every kernel has
# every kind of link and queue; what it refuses, both daemons are told.
ip link add p0 address 02:00:00:00:00:01 type veth peer name p1 || ip tuntap add p0 mode tap
ip link set p0 up
need ovs-vsctl add-br br0 -- set bridge br0 datapath_type=dummy fail_mode=secure
ovs-vsctl add-port br0 p0
ovs-vsctl set interface p0 ingress_policing_rate=1000 ingress_policing_burst=100
ovs-vsctl -- set port p0 qos=@qos -- \
    --id=@qos create qos type=linux-htb other-config:max-rate=1000000 queues:1=@queue -- \
    --id=@queue create queue other-config:max-rate=500000 > output
ip link set p0 mtu 1400
ip address add 192.0.2.1/24 dev lo
ip route add 198.51.100.0/24 via 192.0.2.2
# 2014 had no ct().
for ct in 'ct(commit,zone=3),' ''; do
    ovs-ofctl add-flow br0 "in_port=1,ip,actions=${ct}learn(table=1,NXM_OF_ETH_SRC[]),local" \
        && break
done
ask dpctl/show > datapath 2>&1
ask ovs/route/show 2>&1 | sort > routes
ask qos/show p0 > queues 2>&1
ovs-ofctl dump-flows --no-stats br0 > flows 2>&1
ovs-vsctl --columns=name,link_state,admin_state,mtu,ifindex,mac_in_use,error \
    list interface p0 > port 2>&1
# Everything is in the log after its turns around the poll loop.
sleep 2
ask vlog/set netlink_socket:file:info netlink:file:info
ask coverage/show > coverage
for counter in netlink_sent netlink_received netlink_recv_jumbo netlink_overflow no_such_counter; do
    echo "$counter $(ask coverage/read-counter $counter 2>&1)"
done > counters
cat "/proc/$daemon/maps" > maps
ask exit
n=0
while kill -0 "$daemon" 2>/dev/null && [ $n != 100 ]; do
    sleep .1
    n=$((n + 1))
done
[ $n != 100 ] && echo ended > ended
ovs-appctl -t ovsdb-server exit
