# SPDX-License-Identifier: Apache-2.0
# Records in the VM what the relinked daemon says to the kernel, and replays it here, without
# privileges and without a datapath: the daemon must answer the same.  Read by check-kernel.sh.

# Values that differ from run to run: identifiers of flows depend on a random number of the process;
# there is a port id for each processor.
replay_script() {
    cat <<'END'
random message family ovs_flow: attribute 9 header 4
random message family ovs_datapath: attribute 8 header 4
END
}

# unprivileged COMMAND...: root runs it without privileges.
unprivileged() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --bounding-set -all --inh-caps -all -- "$@"
    else
        "$@"
    fi
}

# answers FOLDER: without the random identifiers of flows, and the random address of the tunnel.
answers() {
    sed -E -e 's/ufid:[0-9a-f-]{36}/UFID/' \
        -e '/(mac_in_use +: "|addr:)02:00:00:/!s/(mac_in_use +: "|addr:)[0-9a-f:]+/\1RANDOM/' \
        "$1/answers"
}

# daemon_answered FOLDER: what it was told worked, and the tool found nothing unexpected.
daemon_answered() {
    [ -s "$1/answers" ] && [ ! -e "$1/unexpected" ] && tail -n 1 "$1/daemon" \
        | grep -qx 'exit status 0' && return
    cat "$1/unexpected" "$1/daemon" 2>&1
    return 1
}

same_answers() {
    answers "$recorded" > "$recorded/answers.usual"
    answers "$replayed" > "$replayed/answers.usual"
    diff "$recorded/answers.usual" "$replayed/answers.usual"
}

replays() {
    recorded=$scratch/kernel/recorded
    replayed=$scratch/kernel/replayed
    rm -rf "$recorded" "$replayed"
    mkdir -p "$recorded" "$replayed"
    tool=$stage/bin/nlsock-fake-kernel
    in_vm 600 "$recorded" "$vm/record-in-vm.sh" "$scratch/relinked" "$recorded" "$tool" \
        > "$recorded/output" 2>&1
    if [ "$status" != 0 ]; then
        diagnose "$recorded/output"
        not_ok "the daemon is recorded in the VM (exit status $status)"
        return
    fi
    check "the daemon is recorded in the VM" daemon_answered "$recorded" || return
    replay_script > "$replayed/script"
    in_background unprivileged "$vm/recorded-daemon.sh" "$scratch/relinked" "$replayed" "$tool" \
        --script "$replayed/script" --replay "$recorded/capture" -- > "$replayed/output" 2>&1
    check "the daemon is replayed without a datapath" daemon_answered "$replayed" || return
    check "replay of the daemon: $(grep -c '^\$ ' "$recorded/answers") commands, the same answers" \
        same_answers
}
