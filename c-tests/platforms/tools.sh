# SPDX-License-Identifier: Apache-2.0
# Downloads compilers and qemu from Debian, and unpacks them in the scratch folder.  Nothing is
# installed, so the machine's compilers stay as they are, and root is not needed.  Read by
# check-platforms.sh.
# shellcheck shell=sh

# The folder of this machine's libraries, in which Debian packages have theirs.
host_libraries=usr/lib/x86_64-linux-gnu

# Brings apt's lists up to date, once.  Without root, the old ones may do.
update_lists() {
    [ -z "${lists_are_new-}" ] && may_install || return 0
    apt_get update || :
    lists_are_new=yes
}

# apt_download FOLDER PACKAGE...: downloads and unpacks the packages, and those they depend on.
apt_download() {
    folder=$1
    shift
    [ ! -e "$folder/complete" ] || return 0
    mkdir -p "$folder/packages" || return 1
    update_lists
    # All dependencies, as on a machine without any package.
    LC_ALL=C apt-get -s -o Dir::State::status=/dev/null --no-install-recommends install "$@" \
        | sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1 \2/p' > "$folder/closure"
    [ -s "$folder/closure" ] || { echo "apt-get knows no $*"; return 1; }
    requested=" $* "
    while read -r dependency version; do
        ! is_needed "$dependency" || printf '%s=%s\n' "$dependency" "$version"
    done < "$folder/closure" > "$folder/needed"
    # shellcheck disable=SC2046 # words
    (cd "$folder/packages" && apt_get download $(cat ../needed) || { echo "$output"; exit 1; }) \
        && unpack_packages "$folder"
}

# is_needed PACKAGE: whether the scratch folder has to have a package on which the requested ones
# depend.  All that belongs to a cross compiler has to be in one place, even if it is installed.
is_needed() {
    case $requested in
        *" $1 "* | *" $1="*) return ;;
    esac
    case $1 in
        *san[0-9]-*-cross | libgomp1-* | libitm1-*) return 1 ;;
        *-cross | *-"$gnu" | *-"$gnu-base" | *-cross-base*) return ;;
    esac
    ! has_package "$1"
}

has_package() {
    dpkg-query -W -f '${db:Status-Status}\n' "$1" 2> /dev/null | grep -qx installed
}

# unpack_packages FOLDER: unpacks the packages in FOLDER/packages, and removes them.
unpack_packages() {
    for package in "$1"/packages/*.deb; do
        dpkg -x "$package" "$1" || return 1
    done
    rm -rf "$1/packages" && touch "$1/complete"
}

# wrap FILE LIBRARIES COMMAND...: makes FILE a script that runs the command, which finds its
# libraries in the folders LIBRARIES.
wrap() {
    wrapper=$1
    libraries=$2
    shift 2
    mkdir -p "$(dirname "$wrapper")" || return 1
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libraries" "$*" > "$wrapper"
    chmod 755 "$wrapper"
}

# The oldest Rust that the library supports, with the source of its standard library, since Debian
# has the compiled one for few platforms.
get_rust() {
    rust_tools=$scratch/rust
    [ -e "$rust_tools/complete" ] || download_rust || return 1
    for program in rustc cargo; do
        wrap "$rust_tools/bin/$program" \
            "$rust_tools/$host_libraries:$rust_tools/lib/x86_64-linux-gnu" \
            "$rust_tools/usr/bin/$program" || return 1
    done
    "$rust_tools/bin/rustc" --version
}

# Debian 12 has it as rustc-web, Debian 13 as rustc.
download_rust() {
    update_lists
    oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
    for suffix in -web ''; do
        version=$(apt-cache madison "rustc$suffix" | awk -F ' *[|] *' '{ print $2 }' \
            | grep "^$oldest\." | head -n 1)
        [ -z "$version" ] || break
    done
    [ -n "$version" ] || { echo "apt has no rustc $oldest"; return 1; }
    gnu=none
    apt_download "$rust_tools" "rustc$suffix=$version" "cargo$suffix=$version" \
        "rust$suffix-src=$version" "libstd-rust$suffix-dev=$version"
}

get_qemu() {
    gnu=none
    apt_download "$scratch/qemu" qemu-user-static
}

# The C compiler of the platform, as $tools/bin/cc; the programs of binutils, too.  Sets 'sysroot'
# to the folder in which qemu finds the C library.
get_compiler() {
    tools=$scratch/compilers/$platform
    sysroot=$tools
    case $platform in
        x86_64) wrap_machine_tools ;;
        x86_64-musl) get_musl && wrap_machine_tools "-specs=$specs" && make_unwinder ;;
        # The compiler's own helpers for atomics need a function that only glibc has.
        aarch64-musl)
            get_cross_compiler && get_musl && wrap_tools "-specs=$specs" -mno-outline-atomics \
                && make_unwinder
            ;;
        i686) get_cross_compiler && wrap_tools "$(native_flags "$sysroot/lib/ld-linux.so.2")" ;;
        *) get_cross_compiler && wrap_tools ;;
    esac
}

# native_flags LOADER: flags for programs that this machine runs, with a C library that is not
# installed.  Without the last one, libc itself would not find libgcc_s, which it needs to end a
# thread.
native_flags() {
    echo "-Wl,--dynamic-linker=$1 -Wl,-rpath,$(dirname "$1") -Wl,--disable-new-dtags"
}

# The compiler looks for the C library in a folder that has the form of a whole system.
get_cross_compiler() {
    set -- "gcc-$gnu" "libc6-dev-$debian-cross"
    [ "$platform" != i686 ] || set -- "$@" "g++-$gnu"
    apt_download "$tools" "$@" || return 1
    sysroot=$tools/sysroot
    mkdir -p "$sysroot/usr" || return 1
    ln -sfn "$tools/usr/$gnu/include" "$sysroot/usr/include"
    for folder in lib lib64 usr/lib usr/lib64; do
        ln -sfn "$tools/usr/$gnu/lib" "$sysroot/$folder"
    done
    # Linker scripts name files with their path on a system on which they are installed.
    grep -lI GROUP "$tools/usr/$gnu/lib/"*.so | while read -r script; do
        sed -i 's| /usr/[^ ]*/| |g' "$script"
    done
}

# musl, and the kernel's headers.  apt gets its own lists, which have the other architecture.
get_musl() {
    musl=$tools/musl
    specs=$musl/musl-gcc.specs
    triplet=${rust%%-*}-linux-musl
    if [ ! -e "$musl/complete" ]; then
        mkdir -p "$musl/packages" "$musl/apt/lists/partial" "$musl/apt/archives/partial" || return 1
        set -- -o APT::Architecture="$debian" -o APT::Architectures="$debian" \
            -o Dir::State::lists="$musl/apt/lists" -o Dir::State::status=/dev/null \
            -o Dir::Cache="$musl/apt"
        (cd "$musl/packages" && apt_get "$@" update && apt_get "$@" download musl musl-dev) \
            || { echo "$output"; return 1; }
        unpack_packages "$musl" && rm -rf "$musl/apt" || return 1
    fi
    if [ "$platform" = x86_64-musl ]; then
        kernel_headers=/usr/include
        asm=/usr/include/x86_64-linux-gnu/asm
        loader=$musl/lib/ld-musl-x86_64.so.1
    else
        kernel_headers=$tools/usr/$gnu/include
        asm=$kernel_headers/asm
        loader=/lib/ld-musl-aarch64.so.1
    fi
    # On a system, /lib is /usr/lib, where the linker finds the shared library.
    ln -sfn "$musl/lib/$triplet/libc.so" "$musl/usr/lib/$triplet/libc.so"
    ln -sfn "$kernel_headers/linux" "$musl/usr/include/$triplet/linux"
    ln -sfn "$kernel_headers/asm-generic" "$musl/usr/include/$triplet/asm-generic"
    ln -sfn "$asm" "$musl/usr/include/$triplet/asm"
    sed -e "s| /usr/| $musl/usr/|g" -e "s|-L/usr/|-L$musl/usr/|g" \
        -e "s|/lib/ld-musl[^ ]*|$loader|" "$musl/usr/lib/$triplet/musl-gcc.specs" > "$specs"
    sysroot=$musl
}

# gcc's unwinder, which Rust's standard library needs, for musl.  Debian's asks glibc for tables first.
make_unwinder() {
    echo 'int _dl_find_object(void *pc, void *result) { (void) pc; (void) result; return -1; }' \
        > "$musl/find-object.c"
    rm -f "$musl/usr/lib/$triplet/libgcc_eh.a"
    cp "$("$tools/bin/cc" -print-file-name=libgcc_eh.a)" "$musl/libgcc_eh.a" \
        && "$tools/bin/cc" -fPIC -c -o "$musl/find-object.o" "$musl/find-object.c" \
        && "$tools/bin/ar" r "$musl/libgcc_eh.a" "$musl/find-object.o" \
        && cp "$musl/libgcc_eh.a" "$musl/usr/lib/$triplet/" \
        && echo 'INPUT ( -lgcc_eh )' > "$musl/usr/lib/$triplet/libgcc_s.so"
}

# wrap_tools [FLAG...]: the cross compiler, with these flags.
wrap_tools() {
    for program in ld objcopy ar nm; do
        wrap "$tools/bin/$program" "$tools/$host_libraries" "$tools/usr/bin/$gnu-$program" \
            || return 1
    done
    [ "$libc" = musl ] || set -- "--sysroot=$sysroot" "$@"
    wrap "$tools/bin/cc" "$tools/$host_libraries" "$tools/usr/bin/$gnu-gcc" "$@" || return 1
    wrap "$tools/bin/c++" "$tools/$host_libraries" "$tools/usr/bin/$gnu-g++" "$@"
}

# wrap_machine_tools [FLAG...]: this machine's compiler, with these flags.
wrap_machine_tools() {
    for program in ld objcopy ar nm; do
        wrap "$tools/bin/$program" '' $program || return 1
    done
    wrap "$tools/bin/cc" '' gcc "$@" && wrap "$tools/bin/c++" '' g++ "$@"
}
