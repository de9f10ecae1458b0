#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run-ovn.sh TREE: prints what the tree's "ovstest test-ovn-netlink" does and says about neighbours,
# routes, next hops and their changes.  Needs a network namespace of its own.  OVN's own tests do
# more, but need interfaces that fewer kernels have.
set -u

PATH=$1/tests:$PATH

# ovn COMMAND ARGUMENT...
ovn() {
    echo "ovn $*:"
    timeout 60 ovstest test-ovn-netlink "$@" 2>&1 | sort
}

# number INTERFACE: prints its number.
number() {
    ip -o link show dev "$1" | cut -d: -f1
}

setup() {
    ip link add br0 address 02:00:00:00:00:01 type bridge
    ip link set br0 up
    ip link add vx0 type vxlan id 42 dstport 4789 local 192.0.2.1 nolearning
    ip link set vx0 master br0 address 02:00:00:00:00:02 up
    ip link add p0 address 02:00:00:00:00:03 type veth peer name p1 address 02:00:00:00:00:04
    ip link set p1 up
    ip link set p0 up
    ip address add 198.51.100.1/24 dev p0
    ip address add fd20::1/64 dev p0 nodad
}

neighbours() {
    bridge=$(number vx0)
    port=$(number p0)
    bridge fdb append 00:00:00:00:00:00 dev vx0 dst 192.0.2.3 self permanent
    bridge fdb add 02:00:00:00:00:33 dev vx0 dst 192.0.2.4 static extern_learn
    ovn neighbor-sync bridge "$bridge" 0
    ovn neighbor-sync bridge "$bridge" 1 02:00:00:00:00:44
    bridge fdb show dev vx0 | sort
    ip neigh add 198.51.100.9 lladdr 02:00:00:00:00:55 dev p0 extern_learn
    ovn neighbor-sync inet "$port" 1 02:00:00:00:00:66 198.51.100.8
    ovn neighbor-sync inet6 "$port" 1 02:00:00:00:00:77 fd20::8
    ip neigh show dev p0 | grep 02:00 | sort
    ovn neighbor-table-notify \
        "bridge fdb add 02:00:00:00:00:88 dev vx0 dst 192.0.2.5 static extern_learn"
}

routes() {
    ip route add 203.0.113.0/24 via 198.51.100.2 table 100 proto bgp
    ip route add 203.0.114.0/24 via inet6 fd20::2 dev p0 table 100 proto bgp
    ip route add fd30::/64 via fd20::2 table 100 proto bgp
    ip route add 192.0.2.0/24 via 198.51.100.2 table 101 proto bgp
    ovn route-sync 100
    ovn route-sync 100 192.0.2.128/25 fd40::/64
    ovn route-sync 102
    ip route show table 100
    ip -6 route show table 100
    ovn route-table-notify "ip route add 203.0.115.0/24 via 198.51.100.2 table 100"
    ovn route-table-notify "ip -6 route del fd30::/64 table 100"
}

next_hops() {
    ip nexthop add id 1 via 192.0.2.1 fdb
    ip nexthop add id 2 via 192.0.2.2 fdb
    ip nexthop add id 10 group 1,100/2,200 fdb
    ovn nexthop-sync
    ovn nexthop-table-notify "ip nexthop add id 3 via fd20::3 fdb"
    ovn nexthop-table-notify "ip nexthop del id 2"
}

setup && neighbours && routes && next_hops
ovn host-if-monitor q0 "ip link add q0 type veth peer name q1 && ip link set q0 up" true
