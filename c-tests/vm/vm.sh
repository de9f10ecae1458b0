# SPDX-License-Identifier: Apache-2.0
# Runs commands in the VM, and ends it.  Read by check-kernel.sh, after common.sh.

# The modules that the VM loads at its start: user-mode-linux cannot load one by itself, and would
# wait for ever.
modules="openvswitch veth dummy tun nf_conntrack_netlink ipv6 8021q sch_htb
vport_vxlan vport_gre vport_geneve"

# Set while a script runs that ends its VM when it gets a signal.
asked=

end_asked() {
    # shellcheck disable=SC2086 # words
    [ -z "$asked" ] || { kill $child && wait $child; child=; } 2>/dev/null
    clean_up
}
trap end_asked EXIT

# ask_to_end COMMAND...: as in_background, for a command that cleans up when it gets a signal.
ask_to_end() {
    asked=yes
    in_background "$@"
    asked=
    return "$status"
}

# start_vm SECONDS FOLDER COMMAND...: runs the command in a VM, in the background.  What it writes
# outside of the folder is lost.
start_vm() {
    seconds=$1
    folder=$2
    shift 2
    asked=yes
    "$vm/run.sh" -t "$seconds" -w "$folder" -m "$modules" "$@" &
    child="$child $!"
}

# await_vm: waits for the end of the VM that was started first, and returns its status.
await_vm() {
    # shellcheck disable=SC2086 # words
    set -- $child
    wait "$1"
    status=$?
    shift
    child=$*
    [ -n "$child" ] || asked=
    return "$status"
}

# in_vm SECONDS FOLDER COMMAND...: as start_vm, and waits.
in_vm() {
    start_vm "$@"
    await_vm
}
