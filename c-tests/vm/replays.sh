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

# same_answers FOLDER FOLDER
same_answers() {
    for folder; do
        answers "$folder" > "$folder/answers.usual"
    done
    diff "$1/answers.usual" "$2/answers.usual"
}

# replay_recording WAY ABOUT: the one in the folder WAY.
replay_recording() {
    recorded=$scratch/kernel/recorded/$1
    replayed=$scratch/kernel/replayed/$1
    mkdir -p "$replayed"
    check "$2 records the daemon in the VM" daemon_answered "$recorded" || return
    replay_script > "$replayed/script"
    in_background unprivileged "$vm/recorded-daemon.sh" "$scratch/relinked" "$replayed" "$tool" \
        --script "$replayed/script" --replay "$recorded/capture" -- > "$replayed/output" 2>&1
    check "what $2 recorded is replayed without a datapath" daemon_answered "$replayed" || return
    check "what $2 recorded: $(grep -c '^\$ ' "$recorded/answers") commands, the same answers" \
        same_answers "$recorded" "$replayed"
}

replays() {
    rm -rf "$scratch/kernel/recorded" "$scratch/kernel/replayed"
    mkdir "$scratch/kernel/recorded"
    tool=$stage/bin/nlsock-fake-kernel
    in_vm 600 "$scratch/kernel/recorded" "$vm/record-in-vm.sh" "$scratch/relinked" \
        "$scratch/kernel/recorded" "$tool" > "$scratch/kernel/recorded/output" 2>&1
    if [ "$status" != 0 ]; then
        diagnose "$scratch/kernel/recorded/output"
        not_ok "the daemon is recorded in the VM (exit status $status)"
        return
    fi
    replay_recording tool nlsock-fake-kernel
    replay_recording library NLSOCK_CAPTURE
}
