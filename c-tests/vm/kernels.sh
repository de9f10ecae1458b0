# SPDX-License-Identifier: Apache-2.0
# Chooses the kernel of the VM.  Read by check-kernel.sh, after vm.sh.

# The kernels, the best first.  QEMU runs everywhere and has connection tracking zones.
# user-mode-linux has none, and does not run on processors with AMX.
known_kernels="qemu uml"

for kernel in $known_kernels; do
    . "$vm/$kernel.sh"
done

# Boots the kernel in a VM, and ends it.  Whether it has Open vSwitch's datapath.
boots() {
    in_vm 300 "$scratch/kernel" sh -c 'uname -r; [ -d /sys/module/openvswitch ]' \
        > "$scratch/kernel/release" 2> "$scratch/kernel/errors"
    [ "$status" != 1 ] || echo "it has no openvswitch.ko" >> "$scratch/kernel/errors"
    [ "$status" = 0 ]
}

# try_kernel: reports whether the kernel KERNEL boots.  One that lacks something on this machine is
# skipped.
try_kernel() {
    eval "about=\$${KERNEL}_about"
    install_packages "${KERNEL}_packages"
    if [ -n "$missing" ]; then
        lack "$about boots"
        return 1
    fi
    if boots; then
        ok "$about boots ($(cat "$scratch/kernel/release"))"
        return
    fi
    if [ "$status" = 77 ] && ! must_have; then
        skip "$about boots" "$(sed -n 's/^vm: //p' "$scratch/kernel/errors")"
        return 1
    fi
    diagnose "$scratch/kernel/errors"
    not_ok "$about boots"
    return 1
}

# Sets KERNEL to the kernel that KERNEL names, or to the first that boots.
choose_kernel() {
    kernels=${KERNEL:-$known_kernels}
    for KERNEL in $kernels; do
        export KERNEL
        if try_kernel; then
            return
        fi
    done
    return 1
}
