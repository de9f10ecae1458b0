# SPDX-License-Identifier: Apache-2.0
# Checks what run.sh promises, with the kernel that was chosen.  Read by check-kernel.sh.

# Output, exit status and the files of one folder come back.
brings_back() {
    folder=$scratch/kernel/contract
    mkdir -p "$folder" || return
    # shellcheck disable=SC2016 # for the other shell
    in_vm 300 "$folder" sh -c 'echo output; echo error >&2; echo kept > "$1/kept"
        echo lost > "$1/../lost"; exit 3' "it's" "$folder" \
        > "$scratch/kernel/stdout" 2> "$scratch/kernel/stderr"
    tail -n 40 "$scratch/kernel/stdout" "$scratch/kernel/stderr"
    [ "$status" = 3 ] && [ "$(cat "$scratch/kernel/stdout")" = output ] \
        && [ "$(cat "$scratch/kernel/stderr")" = error ] && [ "$(cat "$folder/kept")" = kept ] \
        && [ ! -e "$scratch/kernel/lost" ]
}

shows_crash() {
    in_vm 300 "$scratch/kernel/contract" sh -c 'echo c > /proc/sysrq-trigger' \
        > "$scratch/kernel/stderr" 2>&1
    tail -n 40 "$scratch/kernel/stderr"
    [ "$status" = 125 ] && grep 'Kernel panic' "$scratch/kernel/stderr"
}

# fails_to_boot PROGRAM: choose_kernel() takes a kernel that panics at once for a failure, and shows
# its console.
fails_to_boot() {
    mkdir -p "$scratch/kernel/fake" || return
    cat > "$scratch/kernel/fake/$1" <<END
#!/bin/sh
[ "\${1-}" != --version ] || exec $(command -v "$1") --version
echo "Kernel panic: this one does not boot"
exit 1
END
    chmod +x "$scratch/kernel/fake/$1"
    (PATH=$scratch/kernel/fake:$PATH && ! choose_kernel) > "$scratch/kernel/tap" || return
    cat "$scratch/kernel/tap"
    grep '^not ok ' "$scratch/kernel/tap" \
        && grep '^# Kernel panic: this one does not boot' "$scratch/kernel/tap"
}

contract() {
    check "output, exit status and files come back from the VM" brings_back
    check "a kernel that crashes shows its console" shows_crash
    case $KERNEL in
        qemu) check "a kernel that does not boot is a failure" fails_to_boot qemu-system-x86_64 ;;
        uml) check "a kernel that does not boot is a failure" fails_to_boot linux.uml ;;
    esac
}
