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

# transcript FILE COMMAND...: runs the command, and appends its output and exit status to the file.
transcript() {
    file=$dir/$1
    shift
    echo "\$ $*" >> "$file"
    timeout 60 "$@" >> "$file" 2>&1
    status=$?
    [ "$status" = 0 ] || echo "exit status $status" >> "$file"
    return "$status"
}

# works FILE COMMAND... and refused FILE COMMAND...: as transcript; the command must succeed, or
# fail.
works() {
    transcript "$@" && return
    echo "exit status $status: $*" >> "$dir/unexpected"
}

refused() {
    transcript "$@" || [ "$status" = 124 ] || return 0
    echo "exit status $status: $*" >> "$dir/unexpected"
}

# until_true COMMAND...
until_true() {
    tries=0
    until "$@" > /dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries != 600 ] || { echo "never: $*" >> "$dir/unexpected"; return 1; }
        sleep .2
    done
}

until_gone() {
    # shellcheck disable=SC2016 # for the other shell
    until_true sh -c '! kill -0 "$1"' sh "$1"
}

# host N [BRIDGE]: a network namespace hostN with the address 10.1.1.N.  The other end of its link,
# ovs-pN, is a port of the bridge.  It sends nothing by itself: it has no IPv6, and knows its
# neighbours.
host() {
    ip netns add "host$1"
    ip netns exec "host$1" sysctl -qew net.ipv6.conf.all.disable_ipv6=1 \
        net.ipv6.conf.default.disable_ipv6=1
    ip link add "ovs-p$1" address "02:00:00:00:01:0$1" type veth \
        peer name "p$1" address "02:00:00:00:00:0$1"
    ip link set "p$1" netns "host$1"
    ip link set "ovs-p$1" up
    ip -n "host$1" address add "10.1.1.$1/24" dev "p$1"
    ip -n "host$1" link set "p$1" up
    for other in 1 2 3 4 9; do
        ip -n "host$1" neighbour replace "10.1.1.$other" lladdr "02:00:00:00:00:0$other" \
            dev "p$1" nud permanent
    done
    [ -z "${2-}" ] || works ports ovs-vsctl add-port "$2" "ovs-p$1" \
        -- set interface "ovs-p$1" "ofport_request=$1"
}

# pings FILE N ADDRESS [OPTION...]: from hostN.
pings() {
    file=$1
    number=$2
    address=$3
    shift 3
    works "$file" ip netns exec "host$number" ping -q -n -c 3 -i .2 -W 5 "$@" "$address"
}

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
# In a machine's first ten seconds, Open vSwitch counts no processors, so nobody handles upcalls.
until_true awk '{ exit $1 < 11 }' /proc/uptime
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
