#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# load-in-vm.sh TREES DIR FLOWS ROUNDS: in the VM, lets the daemons of TREES/original and
# TREES/relinked work with this many flows of the kernel's datapath, in turns.  Writes to DIR/figures
#
#   WORK TREE user MILLISECONDS
#   WORK TREE kernel MILLISECONDS     processor time of the daemon, and of ovs-appctl's side of it
#   WORK TREE calls N                 its system calls, in a last round under strace, which is so
#                                     slow that there is only a tenth of the flows
set -u

trees=$1
dir=$2
flows=$3
rounds=$4
path=$PATH
. "${0%/*}/daemon-tools.sh"
sysctl -qew net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1

until_processors_count

host 1
host 2

# Writes the flows for dpctl/add-flows.
list_flows() {
    awk -v n="$flows" 'BEGIN {
        for (i = 0; i < n; i++)
            printf "add in_port(1),eth(),eth_type(0x0800)," \
                "ipv4(src=10.%d.%d.%d,proto=17,frag=no),udp(dst=%d) 2\n",
                i / 65536, i / 256 % 256, i % 256, 1 + i % 7
    }' > /run/many
}

start() {
    run=/run/$1
    rm -rf "$run"
    mkdir "$run" && cd "$run" || exit
    export OVS_RUNDIR="$run" OVS_LOGDIR="$run" OVS_DBDIR="$run" OVS_SYSCONFDIR="$run"
    export OVS_PKGDATADIR="$trees/$1/vswitchd" LC_ALL=C
    PATH=$trees/$1/ovsdb:$trees/$1/vswitchd:$trees/$1/utilities:$path
    works log ovsdb-tool create conf.db "$trees/$1/vswitchd/vswitch.ovsschema"
    works log ovsdb-server --detach --no-chdir --pidfile --log-file --remote=punix:db.sock conf.db
    works log ovs-vsctl --no-wait init
    # Nothing expires; always the same number of threads.
    works log ovs-vsctl --no-wait set open_vswitch . other_config:max-idle=3600000 \
        other_config:n-handler-threads=1 other_config:n-revalidator-threads=1
    works log ovs-vswitchd --detach --no-chdir --pidfile --log-file
    daemon=$(cat ovs-vswitchd.pid)
    works log ovs-vsctl add-br br0 -- set bridge br0 fail_mode=secure
    for n in 1 2; do
        works log ovs-vsctl add-port br0 ovs-p$n -- set interface ovs-p$n ofport_request=$n
    done
    # An action that looks at the ports, so each has a flow of its own.
    works log ovs-ofctl add-flow br0 \
        "in_port=1,udp,actions=multipath(symmetric_l3l4+udp,0,modulo_n,1,0,NXM_NX_REG0[]),2"
    works log ovs-appctl upcall/set-flow-limit 200000
    works log ovs-appctl dpctl/add-dp system@other
}

stop() {
    works log ovs-appctl dpctl/del-dp system@other
    works log ovs-appctl exit --cleanup
    until_gone "$daemon"
    works log ovs-appctl -t ovsdb-server exit
    cd /
}

# Processor time of the daemon's threads, in hundredths of a second: in user space, in the kernel.
used() {
    sed 's/.*) //' "/proc/$daemon/stat" | cut -d ' ' -f 12,13
}

# traced: whether the daemon has a tracer.
traced() {
    ! grep -q '^TracerPid:	0$' "/proc/$daemon/status"
}

# work TREE NAME COMMAND...: measures what the daemon does meanwhile.
work() {
    tree=$1
    name=$2
    shift 2
    if [ -n "$counting" ]; then
        strace -f -c -U name,calls -o calls -p "$daemon" 2> strace.log &
        tracer=$!
        until_true traced
        "$@" > output 2>&1 || echo "$tree: $name: $*: $(tail -n 1 output)" >> "$dir/unexpected"
        kill -s INT "$tracer"
        wait "$tracer"
        awk -v name="$name" -v tree="$tree" '$1 == "total" { print name, tree, "calls", $2 }' calls \
            >> "$dir/figures"
        return
    fi
    before=$(used)
    "$@" > output 2>&1 || echo "$tree: $name: $*: $(tail -n 1 output)" >> "$dir/unexpected"
    echo "$before $(used)" | awk -v name="$name" -v tree="$tree" '{
        print name, tree, "user", 10 * ($3 - $1)
        print name, tree, "kernel", 10 * ($4 - $2) }' >> "$dir/figures"
}

# has N DATAPATH: the datapath has at least so many flows.
has() {
    [ "$(ovs-appctl dpctl/show "system@$2" | sed -n 's/^ *flows: //p')" -ge "$1" ]
}

# What a full receive queue drops is sent again.
send_all() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        ip netns exec host1 "$dir/udp-ports" 10.1.1.2 "$flows" || return
        ovs-appctl upcall/set-flow-limit 200000
        if has "$flows" ovs-system; then
            return
        fi
    done
    echo "only $(ovs-appctl dpctl/show system@ovs-system | grep flows:)"
    return 1
}

dump() {
    n=$(ovs-appctl dpctl/dump-flows "system@$1" | wc -l)
    echo "$n flows"
    [ "$n" -ge "$flows" ]
}

revalidate() {
    for _ in 1 2 3; do
        ovs-appctl revalidator/wait
    done
}

measure() {
    start "$1"
    work "$1" dpctl/add-flows ovs-appctl dpctl/add-flows system@other /run/many
    work "$1" dpctl/dump-flows dump other
    work "$1" dpctl/del-flows ovs-appctl dpctl/del-flows system@other
    work "$1" upcalls send_all
    work "$1" dump-of-upcalls dump ovs-system
    work "$1" revalidator/wait revalidate
    work "$1" revalidator/purge ovs-appctl revalidator/purge
    stop
}

counting=
list_flows
while [ "$rounds" -gt 0 ]; do
    case $((rounds % 2)) in
        0) order="original relinked" ;;
        1) order="relinked original" ;;
    esac
    for tree in $order; do
        measure "$tree"
    done
    rounds=$((rounds - 1))
done
counting=yes
flows=$((flows / 10))
list_flows
for tree in original relinked; do
    measure "$tree"
done
[ ! -e "$dir/unexpected" ] || { cat "$dir/unexpected"; exit 1; }
