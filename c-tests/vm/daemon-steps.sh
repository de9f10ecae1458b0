# SPDX-License-Identifier: Apache-2.0
# The steps of daemon-in-vm.sh, which reads this file.

# Makes a bridge with ports of all kinds that this kernel has.
build_bridge() {
    works ports ovs-vsctl add-br br0 -- set bridge br0 fail_mode=secure \
        other_config:hwaddr=02:00:00:00:00:09
    host 1 br0
    host 2 br0
    works ports ovs-vsctl add-port br0 internal0 -- set interface internal0 type=internal \
        ofport_request=5
    works ports ovs-vsctl add-port br0 vxlan0 -- set interface vxlan0 type=vxlan \
        ofport_request=6 options:remote_ip=192.0.2.1 options:key=7
    works ports ovs-vsctl add-port br0 gre0 -- set interface gre0 type=gre \
        ofport_request=7 options:remote_ip=192.0.2.2
    works ports ovs-vsctl add-port br0 geneve0 -- set interface geneve0 type=geneve \
        ofport_request=8 options:remote_ip=192.0.2.3
    transcript ports ovs-vsctl add-port br0 absent0
    works ports ovs-vsctl -- set port ovs-p2 qos=@qos -- \
        --id=@qos create qos type=linux-htb other-config:max-rate=100000000 queues:1=@queue -- \
        --id=@queue create queue other-config:max-rate=50000000
    works ports ip link set br0 up
    works ports ip address add 10.1.1.9/24 dev br0
    for n in 1 2; do
        works ports ip neighbour replace 10.1.1.$n lladdr 02:00:00:00:00:0$n dev br0 nud permanent
    done
    show_ports
    transcript ports ovs-appctl qos/show ovs-p2
    transcript ports ovs-ofctl -O OpenFlow13 meter-features br0
}

show_ports() {
    for port in br0 ovs-p1 ovs-p2 internal0 vxlan0 gre0 geneve0 absent0; do
        works ports ovs-vsctl --columns=name,ofport,link_state,admin_state,mtu,mac_in_use,error \
            list interface $port
    done
    works ports ovs-ofctl dump-ports-desc br0
    works ports ovs-ofctl dump-ports br0
    works ports ovs-dpctl show
    works ports ovs-appctl dpif/show
}

# Adds flows whose actions are nested, sampled, metered or have the keys of a tunnel, and sends
# packets through them.
send_through() {
    cat > flows <<'END'
priority=9,arp,in_port=1,actions=2
priority=9,arp,in_port=2,actions=1
priority=5,ip,in_port=1,nw_dst=10.1.1.2,actions=dec_ttl,resubmit(,1)
priority=5,ip,in_port=2,nw_dst=10.1.1.1,actions=1
priority=5,ip,in_port=1,nw_dst=10.1.1.4,actions=6,7,8
priority=5,ip,in_port=1,nw_dst=10.1.1.9,actions=local
priority=5,ip,in_port=local,actions=clone(push_vlan:0x8100,set_field:4196->vlan_vid,5),resubmit(,2)
table=1,priority=5,ip,in_port=1,actions=meter:1,mod_nw_tos:32,set_queue:1,2
table=2,priority=5,ip,nw_dst=10.1.1.1,actions=clone(set_field:192.0.2.9->ip_dst,5),1
END
    # A sampling rate so low that no packet is sampled.
    works flows ovs-vsctl -- --id=@sflow create sflow agent=lo sampling=4000000 polling=0 \
        'targets="127.0.0.1:6343"' -- set bridge br0 sflow=@sflow
    works flows ovs-ofctl -O OpenFlow13 add-meter br0 meter=1,kbps,band=type=drop,rate=1000000
    works flows ovs-ofctl -O OpenFlow13 add-flows br0 flows
    works flows ovs-ofctl -O OpenFlow13 dump-meters br0
    traffic flows
    show_flows
}

traffic() {
    # The neighbour is asked for.
    ip -n host1 neighbour del 10.1.1.2 dev p1
    pings "$1" 1 10.1.1.2
    ip -n host1 neighbour replace 10.1.1.2 lladdr 02:00:00:00:00:02 dev p1 nud permanent
    # In fragments; to the machine itself; into the tunnels, which end nowhere.
    pings "$1" 1 10.1.1.2 -s 4000
    pings "$1" 2 10.1.1.1
    pings "$1" 1 10.1.1.9
    refused "$1" ip netns exec host1 ping -q -n -c 1 -W 1 10.1.1.4
}

show_flows() {
    works flows ovs-ofctl -O OpenFlow13 dump-flows br0
    works flows ovs-dpctl dump-flows
    works flows ovs-dpctl -m dump-flows
    works flows ovs-dpctl --names dump-flows
    works flows ovs-appctl dpctl/dump-flows -m
    works flows ovs-appctl dpif/dump-flows br0
    works flows ovs-appctl ofproto/trace br0 in_port=1,ip,nw_dst=10.1.1.2,nw_ttl=9
}

# Changes links: the kernel's notifications must reach the daemon.
change_ports() {
    for mtu in 1400 1500; do
        ip link set ovs-p2 mtu $mtu
        until_true ovs-vsctl --timeout=1 wait-until interface ovs-p2 mtu=$mtu
    done
    ip link del ovs-p1
    ip netns del host1
    until_true ovs-vsctl --timeout=1 wait-until interface ovs-p1 ofport=-1
    show_ports
    host 1
    until_true ovs-vsctl --timeout=1 wait-until interface ovs-p1 ofport=1
    works flows ovs-appctl revalidator/purge
    traffic flows
    show_ports
}

# restart exit|kill: ends the daemon and starts another.  The datapath must go on meanwhile.
restart() {
    works restarts ovs-ofctl -O OpenFlow13 dump-flows --no-stats br0
    works restarts ovs-vsctl set open_vswitch . other_config:flow-restore-wait=true
    case $1 in
        exit) works restarts ovs-appctl exit ;;
        kill) kill -s KILL "$daemon" ;;
    esac
    until_gone "$daemon"
    pings restarts 1 10.1.1.2
    works restarts ovs-dpctl show
    works restarts ovs-dpctl dump-flows
    start_daemon
    works restarts ovs-ofctl -O OpenFlow13 add-meter br0 meter=1,kbps,band=type=drop,rate=1000000
    works restarts ovs-ofctl -O OpenFlow13 replace-flows br0 flows
    works restarts ovs-vsctl remove open_vswitch . other_config flow-restore-wait
    works restarts ovs-ofctl -O OpenFlow13 dump-flows --no-stats br0
    pings restarts 1 10.1.1.2
    works restarts ovs-appctl revalidator/purge
    traffic restarts
    works restarts ovs-dpctl show
    works restarts ovs-dpctl dump-flows
}

# Shows the connections from host1 to the machine, which the kernel tracks by itself.
track_connections() {
    sysctl -qw net.netfilter.nf_conntrack_icmp_timeout=3600
    works connections ovs-dpctl flush-conntrack
    for program in "ovs-dpctl " "ovs-appctl dpctl/"; do
        pings connections 1 10.1.1.9
        # shellcheck disable=SC2086 # words
        for command in dump-conntrack "dump-conntrack zone=0" "ct-stats-show verbose" ct-bkts \
            flush-conntrack dump-conntrack; do
            works connections $program$command
        done
    done
}

# Tracks the connections from host1 to host2 by flows, in zones, if the kernel has zones.  Flows
# with other fields have other priorities: in which order the daemon tries those of the same
# priority, which shows in the datapath's masks, is not determined.
track_in_zones() {
    works connections ovs-appctl dpif/show-dp-features br0
    grep -q '^CT zone: Yes' "$dir/connections" || return 0
    cat > zones <<'END'
priority=5,ip,in_port=1,nw_dst=10.1.1.2,actions=ct(commit,zone=5,exec(set_field:7->ct_mark)),2
priority=5,ip,in_port=2,nw_dst=10.1.1.1,actions=ct(zone=5,table=3)
table=3,priority=5,ct_state=+trk+est,ct_mark=7,ip,actions=1
priority=7,ip,in_port=1,nw_tos=4,actions=ct(commit,zone=6,nat(src=10.1.1.3)),2
priority=6,ip,in_port=2,nw_dst=10.1.1.3,actions=ct(zone=6,nat,table=4)
table=4,priority=5,ct_state=+est,ip,nw_dst=10.1.1.1,actions=mod_dl_dst:02:00:00:00:00:01,1
END
    works connections ovs-vsctl -- --id=@system create datapath datapath_version=0 \
        -- set open_vswitch . datapaths:system=@system
    works connections ovs-vsctl add-zone-tp system zone=5 icmp_first=3600 icmp_reply=3600
    works connections ovs-ofctl -O OpenFlow13 replace-flows br0 zones
    works connections ovs-appctl revalidator/purge
    pings connections 1 10.1.1.2
    pings connections 1 10.1.1.2 -Q 4
    works connections ovs-dpctl -m dump-flows
    for program in "ovs-dpctl " "ovs-appctl dpctl/"; do
        # shellcheck disable=SC2086 # words
        for command in dump-conntrack "dump-conntrack zone=5" "dump-conntrack zone=6" \
            "ct-stats-show zone=5" "ct-set-limits zone=5,limit=9" "ct-get-limits zone=5" \
            "ct-del-limits zone=5" "flush-conntrack zone=5" dump-conntrack; do
            works connections $program$command
        done
        pings connections 1 10.1.1.2
    done
    works connections ovs-vsctl list-zone-tp system
    works connections ovs-vsctl del-zone-tp system zone=5
    works connections ovs-ofctl -O OpenFlow13 replace-flows br0 flows
}

# dpctl PROGRAM DATAPATH: makes a datapath and tries all commands on it, also wrong ones.
dpctl() {
    by=dpctl
    case $1 in
        *appctl*) by=appctl ;;
    esac
    # The program is words.
    # shellcheck disable=SC2086
    {
        can() { command=$1; shift; works $by $program$command "$@"; }
        cannot() { command=$1; shift; refused $by $program$command "$@"; }
        # Not with both programs, or not in every kernel.
        may() { command=$1; shift; transcript $by $program$command "$@"; }
    }
    program=$1
    dp=system@$2
    for n in 3 4; do
        host $n
    done
    can add-dp "$dp" ovs-p3
    can add-if "$dp" ovs-p4 "internal-$2,type=internal"
    can add-if "$dp" "vxlan-$2,type=vxlan,remote_ip=flow,dst_port=4790"
    can dump-dps
    can show "$dp"
    can show -s "$dp"
    can set-if "$dp" "ovs-p3,port_no=1"
    cannot add-dp "$dp"
    cannot add-if "$dp" absent0
    cannot set-if "$dp" "ovs-p3,port_no=9"
    cannot del-if "$dp" 99
    cannot show system@absent
    cannot del-dp system@absent
    can cache-get-size "$dp"
    can cache-set-size "$dp" masks-cache 512
    can cache-set-size "$dp" masks-cache 300

    to_3="in_port(2),eth(),eth_type(0x0800),ipv4(dst=10.1.1.3)"
    to_4="in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.1.1.4)"
    to_5="in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.1.1.5)"
    to_6="in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.1.1.6)"
    can add-flow "$dp" "$to_4" 2
    can add-flow "$dp" "$to_3" 3
    can mod-flow "$dp" "$to_3" 1
    pings $by 3 10.1.1.4
    can dump-flows "$dp"
    can dump-flows -m "$dp"
    can dump-flows --names "$dp"
    can dump-flows "$dp" filter='in_port(1)'
    cannot add-flow "$dp" "$to_3" 1
    cannot add-flow "$dp" "in_port(1),eth(),eth_type(0x0800),ipv4(dst=10.1.1)" 2
    cannot add-flow "$dp" "in_port(1),eth(),eth_type(0x0806)" 2
    cannot mod-flow "$dp" "$to_5" 2
    cannot del-flow "$dp" "$to_5"
    may add-flow "$dp" "$to_5" drop
    may mod-flow --may-create "$dp" "$to_6" 2
    ufid=ufid:00000000-0000-0000-0000-00000000000
    can add-flow "$dp" "${ufid}1,$to_5" "push_vlan(vid=5,pcp=1),2"
    can get-flow "$dp" "${ufid}1"
    cannot get-flow "$dp" "${ufid}2"
    can del-flow "$dp" "${ufid}1"
    can del-flow "$dp" "$to_3"
    can dump-flows "$dp"

    # Many.
    awk 'BEGIN {
        for (n = 0; n < 2000; n++)
            printf "add in_port(1),eth(),eth_type(0x0800)," \
                "ipv4(src=10.2.%d.%d,proto=17,frag=no),udp(dst=%d) 2\n", n / 256, n % 256, 1 + n % 7
    }' > many
    can add-flows "$dp" many
    can dump-flows "$dp"
    sed -n '1~2s/^add\(.*\) 2$/delete\1/p' many > half
    can del-flows "$dp" half
    can show "$dp"
    can del-flows "$dp"
    can dump-flows "$dp"

    may ct-get-maxconns "$dp"
    may ct-get-nconns "$dp"
    may ct-get-limits "$dp"
    may ct-set-limits "$dp" default=10 zone=1,limit=5
    may ct-get-limits "$dp"
    may ct-del-limits "$dp" zone=1
    may ipf-get-status "$dp"

    can del-if "$dp" ovs-p4
    can show "$dp"
    can del-dp "$dp"
    can dump-dps
    for n in 3 4; do
        ip link del ovs-p$n
        ip netns del host$n
    done
}
