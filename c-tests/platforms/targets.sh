# SPDX-License-Identifier: Apache-2.0
# The platforms, and what each is called.  Read by check-platforms.sh, and by check-layout.sh, which
# compares them with the table in README.md.
# shellcheck shell=sh

# Platform, name in Rust, name in GNU tools, Debian's name, name in QEMU; then the sizes of struct
# ofpbuf, nl_dump and nl_policy of the 2014 interface.
platform_table() {
    cat <<END
x86_64        x86_64-unknown-linux-gnu       x86_64-linux-gnu       amd64    x86_64   56 72 32
aarch64       aarch64-unknown-linux-gnu      aarch64-linux-gnu      arm64    aarch64  56 80 32
armv7         armv7-unknown-linux-gnueabihf  arm-linux-gnueabihf    armhf    arm      36 40 16
i686          i686-unknown-linux-gnu         i686-linux-gnu         i386     i386     36 40 16
riscv64       riscv64gc-unknown-linux-gnu    riscv64-linux-gnu      riscv64  riscv64  56 72 32
ppc64le       powerpc64le-unknown-linux-gnu  powerpc64le-linux-gnu  ppc64el  ppc64le  56 72 32
s390x         s390x-unknown-linux-gnu        s390x-linux-gnu        s390x    s390x    56 72 32
mips          mips-unknown-linux-gnu         mips-linux-gnu         mips     mips     36 40 16
x86_64-musl   x86_64-unknown-linux-musl      x86_64-linux-gnu       amd64    x86_64   56 72 32
aarch64-musl  aarch64-unknown-linux-musl     aarch64-linux-gnu      arm64    aarch64  56 72 32
END
}

all_platforms() {
    platform_table | sed 's/ .*//'
}

# choose_platform NAME: sets what the table says of it.  Fails if there is no such platform.
choose_platform() {
    row=$(platform_table | grep "^$1 ") || return 1
    # shellcheck disable=SC2086 # words
    set -- $row
    platform=$1
    rust=$2
    gnu=$3
    debian=$4
    qemu=$5
    sizes="$6 $7 $8"
    case $platform in
        *-musl) libc=musl ;;
        *) libc=glibc ;;
    esac
    # Whether this machine's processor and kernel run its programs.
    case $platform in
        x86_64* | i686) native=yes ;;
        *) native= ;;
    esac
}
