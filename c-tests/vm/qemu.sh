# SPDX-License-Identifier: Apache-2.0
# Debian's kernel in QEMU, which interprets the processor: it needs no KVM.  Read by run.sh and
# kernels.sh.
#
# QEMU_KERNEL=DIR is the folder with the kernel, and with QEMU if this machine has none.  The first
# start downloads what is missing there.
# QEMU_OPTIONS="OPTION..." are more of QEMU's options.

qemu_about="Debian's kernel in QEMU"

qemu_packages() {
    need_program busybox busybox-static
    need_program cpio cpio
    need_program depmod kmod
    need_program xz xz-utils
    need_program dpkg-deb dpkg
    vm_packages
}

# What the VM loads before it has this machine's files.
first_modules="virtio_pci 9pnet_virtio 9p"

# knows PACKAGE: gets the lists of packages if root lacks them.
knows() {
    if may_install && ! apt-cache show "$1" > /dev/null 2>&1; then
        apt_get update
    fi
}

# download PACKAGE...: to the current folder.
download() {
    apt_get download -o APT::Sandbox::User=root "$@" \
        || lacking "$* cannot be downloaded: $(echo "$output" | grep '^E:' | head -n 1)"
}

# Downloads the kernel to the current folder, and unpacks it there.  It is not installed: its
# scripts would make this machine boot it.
unpack_kernel() {
    knows linux-image-amd64
    package=$(apt-cache depends linux-image-amd64 2>/dev/null \
        | sed -n 's/^.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    [ -n "$package" ] || lacking "no package linux-image-amd64"
    download "$package"
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

# Downloads QEMU, and the libraries that this machine lacks, to the current folder, and unpacks them
# there.  They are not installed: QEMU would remove packages of another release of it.
unpack_qemu() {
    knows qemu-system-x86
    packages=$(LC_ALL=C apt-get -s --no-install-recommends install qemu-system-x86 2>/dev/null \
        | awk '$1 == "Inst" { print $2 }')
    [ -n "$packages" ] || lacking "no package qemu-system-x86"
    # shellcheck disable=SC2086 # words
    download $packages
    for package in *.deb; do
        dpkg-deb -x "$package" . || lacking "$package cannot be unpacked"
        rm "$package"
    done
}

# unpack_once DIR FILE FUNCTION: runs FUNCTION in an empty folder that becomes DIR, unless DIR has
# FILE already.
unpack_once() {
    [ ! -e "$1/$2" ] || return 0
    new=$1.$$
    mkdir -p "$new" || exit 2
    (cd "$new" && "$3") && mv -T "$new" "$1" && return
    status=$?
    rm -rf "$new"
    exit "$status"
}

# Sets 'kernel_dir' to the folder with the kernel, and 'qemu' to the command that starts QEMU.
find_programs() {
    kernel_dir=$(realpath -m "${QEMU_KERNEL:-$scratch/kernel}")
    unpack_once "$kernel_dir" kernel unpack_kernel
    qemu=qemu-system-x86_64
    ! command -v "$qemu" > /dev/null || return 0
    unpacked=$kernel_dir/qemu
    unpack_once "$unpacked" usr/bin/qemu-system-x86_64 unpack_qemu
    libraries=$unpacked/usr/lib/x86_64-linux-gnu
    qemu="env LD_LIBRARY_PATH=$libraries QEMU_MODULE_DIR=$libraries/qemu
        $unpacked/usr/bin/qemu-system-x86_64 -L $unpacked/usr/share/qemu
        -L $unpacked/usr/share/seabios"
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
    find_programs
    modules_dir=$(echo "$kernel_dir"/lib/modules/*)
    (make_initramfs) || exit 2
    job_type=9p
    job_options=trans=virtio,version=9p2000.L,msize=131072,cache=mmap
}

# exec_qemu INIT: becomes the VM.  Its console is standard output.
exec_qemu() {
    # shellcheck disable=SC2086 # words
    exec timeout -k 5 "$seconds" $qemu -accel tcg,tb-size=128 ${QEMU_OPTIONS-} \
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
