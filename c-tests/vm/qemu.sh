# SPDX-License-Identifier: Apache-2.0
# Debian's kernel in QEMU, which interprets the processor: it needs no KVM.  Read by run.sh and
# kernels.sh.
#
# QEMU_KERNEL=DIR is the folder with the kernel.  The first start downloads it, if there is none.
# QEMU_OPTIONS="OPTION..." are more of QEMU's options.

qemu_about="Debian's kernel in QEMU"

qemu_packages() {
    need_program qemu-system-x86_64 qemu-system-x86
    need_program busybox busybox-static
    need_program cpio cpio
    need_program depmod kmod
    need_program xz xz-utils
    need_program dpkg-deb dpkg
    vm_packages
}

# What the VM loads before it has this machine's files.
first_modules="virtio_pci 9pnet_virtio 9p"

# Downloads the kernel to the current folder, and unpacks it there.  It is not installed: its
# scripts would make this machine boot it.
unpack_kernel() {
    if may_install && ! apt-cache show linux-image-amd64 > /dev/null 2>&1; then
        apt_get update
    fi
    package=$(apt-cache depends linux-image-amd64 2>/dev/null \
        | sed -n 's/^.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    [ -n "$package" ] || lacking "no package linux-image-amd64"
    apt_get download -o APT::Sandbox::User=root "$package" \
        || lacking "$package cannot be downloaded: $(echo "$output" | grep '^E:' | head -n 1)"
    # Of the drivers, only those without hardware.
    dpkg-deb --fsys-tarfile "$package"_*.deb \
        | tar -x --exclude='./usr/share' --exclude='*/sound' --exclude='*/drivers/[!nv]*' \
            --exclude='*/drivers/net/ethernet' --exclude='*/drivers/net/wireless' \
        || lacking "$package cannot be unpacked"
    rm "$package"_*.deb
    ln -s boot/vmlinuz-* kernel
    [ -d lib ] || ln -s usr/lib lib
    depmod -b . "${package#linux-image-}"
}

# Sets 'kernel_dir' to the folder with the kernel.
find_kernel() {
    kernel_dir=$(realpath -m "${QEMU_KERNEL:-$scratch/kernel}")
    [ ! -e "$kernel_dir/kernel" ] || return 0
    new=$kernel_dir.$$
    mkdir -p "$new" || exit 2
    (cd "$new" && unpack_kernel) && mv -T "$new" "$kernel_dir" && return
    status=$?
    rm -rf "$new"
    exit "$status"
}

# Makes the file system that the kernel starts with, from qemu-init.sh.
make_initramfs() {
    release=${modules_dir##*/}
    mkdir -p "$scratch/initramfs/bin" || return
    cd "$scratch/initramfs" || return
    mkdir dev proc root
    cp "$(command -v busybox)" bin/ && cp "$here/qemu-init.sh" init && chmod 755 init || return
    for module in $first_modules; do
        modprobe -d "$kernel_dir" -S "$release" --show-depends "$module" || return
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' > "$scratch/modules"
    while read -r module; do
        name=${module##*/}
        echo "/${name%.xz}" >> modules
        case $name in
            *.xz) xz -dc "$module" > "${name%.xz}" ;;
            *) cp "$module" . ;;
        esac || return
    done < "$scratch/modules"
    find . | cpio -o -H newc --quiet > "$scratch/initramfs.cpio"
}

# Looks for what is needed, and sets what init.sh has to know.
find_qemu() {
    [ "$(uname -m)" = x86_64 ] || lacking "this machine's programs are not for x86-64"
    find_kernel
    modules_dir=$(echo "$kernel_dir"/lib/modules/*)
    (make_initramfs) || exit 2
    job_type=9p
    job_options=trans=virtio,version=9p2000.L,msize=131072,cache=mmap
}

# exec_qemu INIT: becomes the VM.  Its console is standard output.
exec_qemu() {
    # shellcheck disable=SC2086 # words
    exec timeout -k 5 "$seconds" qemu-system-x86_64 -accel tcg,tb-size=128 ${QEMU_OPTIONS-} \
        -cpu max -machine q35 -m "$memory" -nodefaults -no-reboot -display none -serial stdio \
        -kernel "$kernel_dir/kernel" -initrd "$scratch/initramfs.cpio" \
        -append "console=ttyS0 quiet panic=-1 mitigations=off vm_init=$1" \
        -virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap \
        -virtfs "local,path=$job,mount_tag=job,security_model=none,multidevs=remap"
}

end_qemu() {
    :
}

explain_qemu() {
    :
}
