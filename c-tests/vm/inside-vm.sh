# What runs in the VM, and how it is ended.  Read by check-kernel.sh, after common.sh.

# The kernel in the VM loads no module by itself: it waits for ever.
modules="openvswitch veth dummy tun nf_conntrack_netlink ipv6 8021q sch_htb
vport_vxlan vport_gre vport_geneve"

# A VM ends, with all that is in it, when its script is asked to.
asked=

end_asked() {
    [ -z "$asked" ] || { kill "$child" && wait "$child"; child=; } 2>/dev/null
    clean_up
}
trap end_asked EXIT

# ask_to_end COMMAND...: as in_background, for what cleans up behind itself.
ask_to_end() {
    asked=yes
    in_background "$@"
    asked=
    return "$status"
}

# in_vm SECONDS FOLDER COMMAND...: whatever it writes outside of the folder is lost.
in_vm() {
    seconds=$1
    folder=$2
    shift 2
    ask_to_end "$vm/run.sh" -t "$seconds" -w "$folder" -m "$modules" "$@"
}

# Sets 'why_not' where there is no VM with Open vSwitch's datapath.
try_vm() {
    in_vm 120 "$scratch/kernel" sh -c '[ -d /sys/module/openvswitch ] || uname -r' \
        > "$scratch/kernel/release" 2> "$scratch/kernel/errors"
    [ "$status" != 0 ] || [ -s "$scratch/kernel/release" ] || return 0
    if [ -s "$scratch/kernel/release" ]; then
        why_not="no openvswitch.ko in user-mode-linux $(cat "$scratch/kernel/release")"
    else
        why_not=$(sed -n 's/^vm: //p' "$scratch/kernel/errors" | tail -n 1)
        why_not=${why_not:-"no VM to be had (exit status $status)"}
    fi
    return 1
}

# count FILE NAME: results that another script had.
count() {
    passed=$((passed + $(grep -c '^ok ' "$1")))
    failed=$((failed + $(grep -c '^not ok ' "$1")))
    skipped=$((skipped + $(grep -c '^skip ' "$1")))
    [ -s "$1" ] || not_ok "$2 have results"
}
