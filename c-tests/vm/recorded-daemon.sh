#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# recorded-daemon.sh TREE DIR COMMAND...: runs the daemon of the tree below this command, which
# records or replays what it says to the kernel, and tells it to make bridges, ports, datapaths and
# flows.  Writes the answers to DIR/answers.  A command that does not end as expected is also a line
# of DIR/unexpected.
set -u

tree=$1
dir=$2
shift 2
PATH=$tree/ovsdb:$tree/vswitchd:$tree/utilities:$PATH
# Paths of sockets are short.
run=$(mktemp -d) && cd "$run" || exit
export OVS_RUNDIR="$run" OVS_LOGDIR="$dir" OVS_DBDIR="$run" OVS_SYSCONFDIR="$run"
export OVS_PKGDATADIR="$tree/vswitchd" LC_ALL=C

. "${0%/*}/daemon-tools.sh"

running=
clean_up() {
    # shellcheck disable=SC2086 # words
    [ -z "$running" ] || kill $running 2> /dev/null
    rm -rf "$run"
}
trap clean_up EXIT

can() { works answers "$@"; }
dpctl() { command=$1; shift; works answers ovs-appctl "dpctl/$command" "$@"; }

can ovsdb-tool create conf.db "$tree/vswitchd/vswitch.ovsschema"
ovsdb-server --no-chdir --pidfile --log-file --remote=punix:db.sock conf.db 2> "$dir/database" &
running=$!
until_true test -S db.sock
can ovs-vsctl --no-wait init
# Always the same number of threads.
can ovs-vsctl --no-wait set open_vswitch . other_config:max-idle=3600000 \
    other_config:n-handler-threads=1 other_config:n-revalidator-threads=1
"$@" ovs-vswitchd --no-chdir --pidfile --log-file 2> "$dir/daemon" &
daemon=$!
running="$running $daemon"
until_true ovs-appctl version

can ovs-vsctl add-br br0 -- set bridge br0 fail_mode=secure other_config:hwaddr=02:00:00:00:00:09
can ovs-vsctl add-port br0 port1 -- set interface port1 ofport_request=1
can ovs-vsctl add-port br0 port2 -- set interface port2 ofport_request=2
can ovs-vsctl add-port br0 internal0 -- set interface internal0 type=internal ofport_request=5
can ovs-vsctl add-port br0 vxlan0 -- set interface vxlan0 type=vxlan ofport_request=6 \
    options:remote_ip=192.0.2.1 options:key=7
for port in br0 port1 port2 internal0 vxlan0; do
    can ovs-vsctl --columns=name,ofport,ifindex,link_state,admin_state,mtu,mac_in_use,error \
        list interface $port
done
can ovs-ofctl dump-ports-desc br0
can ovs-ofctl add-flow br0 in_port=1,ip,actions=2
can ovs-ofctl dump-flows --no-stats br0
can ovs-appctl dpif/show
dpctl show
dpctl dump-dps
dpctl dump-flows system@ovs-system

dpctl add-dp system@other
dpctl add-if system@other port3
dpctl show system@other
to_3="in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.1.1.3)"
to_4="in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.1.1.4)"
dpctl add-flow system@other "$to_3" 1
dpctl add-flow system@other "$to_4" 0
dpctl dump-flows system@other
dpctl mod-flow system@other "$to_3" 0
dpctl dump-flows -m system@other
dpctl del-flow system@other "$to_4"
dpctl dump-flows system@other
refused answers ovs-appctl dpctl/del-flow system@other "$to_4"
dpctl del-flows system@other
dpctl del-if system@other port3
dpctl show system@other
dpctl del-dp system@other
dpctl dump-dps

can ovs-vsctl del-port port2
can ovs-vsctl del-port internal0
dpctl show
can ovs-vsctl del-br br0
dpctl dump-dps
can ovs-appctl exit
wait "$daemon"
echo "exit status $?" >> "$dir/daemon"
can ovs-appctl -t ovsdb-server exit
wait
running=
