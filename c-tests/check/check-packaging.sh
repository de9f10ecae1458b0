# SPDX-License-Identifier: Apache-2.0
# Checks what packages need: licences, the symbols and versions in debian/.  Read by check.sh.

spdx() {
    build-aux/spdx.sh
}

# A new file without the line is found, and gets it.
spdx_is_added() (
    mkdir "$scratch/spdx" && cd "$scratch/spdx" || return
    mkdir src
    printf '#!/bin/sh\necho\n' > src/one.sh
    printf '//! One.\n' > src/one.rs
    ! "$root/build-aux/spdx.sh" && "$root/build-aux/spdx.sh" add && "$root/build-aux/spdx.sh" \
        && head -n 1 src/one.sh | grep '^#!' && grep '^//! One' src/one.rs
)

# The packages that are linked in, their versions and licences are those of LICENSES.md.
licences_are_listed() {
    cargo tree --workspace --locked --edges normal --prefix none --format '{p}|{l}' \
        | sed -n 's/ (\*)$//; s/^\([^ ]*\) v\([^ |]*\).*|\(.*\)/\1 | \2 | \3/p' \
        | grep -v '^nlsock\(-fake-kernel\)\? |' | sort -u \
        > "$scratch/linked"
    [ -s "$scratch/linked" ] || return
    while IFS= read -r line; do
        grep -qF "| \`${line%% *}\` ${line#* } |" LICENSES.md \
            || { echo "LICENSES.md does not have: $line"; return 1; }
    done < "$scratch/linked"
    # shellcheck disable=SC2016 # for grep
    [ "$(grep -c '^| `.*` | [0-9]' LICENSES.md)" = "$(grep -c . "$scratch/linked")" ]
}

# symbols FOLDER PACKAGE: the Debian package lists the exported symbols.
symbols() {
    sed -n 's/^ \(.*\)@Base .*/\1/p' "debian/$2.symbols" | diff "src/flavour/$1/exports.list" - \
        || { echo "add the symbols that debian/$2.symbols lacks, with the next version"; return 1; }
}

# packaged_version FILE PATTERN: what the pattern's group matches in the file is the version.
packaged_version() {
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
    [ "$(sed -n "s/$2/\1/p" "$1" | head -n 1)" = "$version" ] \
        || { echo "$1 has not the version $version"; return 1; }
}

# The oldest compiler is that of Cargo.toml.
oldest_rustc() {
    oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    grep -q "rustc (>= $oldest)" debian/control && grep -q "cargo (>= $oldest)" debian/control
}

# What Alpine's APKBUILD does, apart from what abuild does.
alpine() (
    pkgdir=$scratch/alpine
    . ./packaging/alpine/APKBUILD
    export MAKEFLAGS=-s
    build && package && [ -e "$pkgdir/usr/lib/libnlsock.so.$pkgver" ] \
        && [ -e "$pkgdir${url#file://}" ]
)

# OpenWrt's Makefile, with stand-ins for the files that it includes, which print what it would run.
openwrt() {
    mkdir -p "$scratch/wrt/libs/nlsock" "$scratch/wrt/lang/rust"
    cp packaging/openwrt/Makefile "$scratch/wrt/libs/nlsock/"
    : > "$scratch/wrt/rules.mk"
    : > "$scratch/wrt/lang/rust/rust-package.mk"
    cat > "$scratch/wrt/package.mk" <<'END'
define BuildPackage
$(1):
	$(Build/Compile)
	$(Build/Install)
	$(call Build/InstallDev,STAGING)
	$(call Package/$(1)/install,ROOT)
endef
END
    env -u MAKEFLAGS make -n -C "$scratch/wrt/libs/nlsock" TOPDIR="$scratch/wrt" \
        INCLUDE_DIR="$scratch/wrt" PKG_BUILD_DIR="$PWD" RUSTC_TARGET_ARCH=mips-unknown-linux-musl \
        TARGET_CC_NOCACHE=mips-gcc TARGET_CROSS=mips- PKG_INSTALL_DIR="$scratch/wrt/ipkg" CP=cp \
        libnlsock libnlsock-ovs3 > "$scratch/wrt/commands" || return
    for command in "build --release .*target/ovs3" "mips-ld -r .*mips-unknown-linux-musl" \
            "^mips-objcopy" "^mips-ar" "/wrt/ipkg/usr/lib/pkgconfig" "^cp .*/libnlsock.so\.\* ROOT/usr/lib/"; do
        grep -q "$command" "$scratch/wrt/commands" || { echo "no $command"; return 1; }
    done
}

packaging() {
    root=$PWD
    check "every source file has a line with its licence" spdx
    check "a line with the licence can be added" spdx_is_added
    check "LICENSES.md lists what is linked in" licences_are_listed
    check "debian/ lists the symbols of the 2014 interface" symbols v2014 libnlsock1
    check "debian/ lists the symbols of the 3.x interface" symbols ovs3 libnlsock-ovs3-1
    check "debian/changelog has the version" packaged_version debian/changelog \
        '^nlsock (\(.*\)-[^-)]*).*'
    check "the spec of RPM has the version" packaged_version packaging/rpm/nlsock.spec \
        '^Version: *\(.*\)'
    check "the APKBUILD of Alpine has the version" packaged_version packaging/alpine/APKBUILD \
        '^pkgver=\(.*\)'
    check "the Makefile of OpenWrt has the version" packaged_version packaging/openwrt/Makefile \
        '^PKG_VERSION:=\(.*\)'
    check "the APKBUILD of Alpine works" alpine
    check "the Makefile of OpenWrt works" openwrt
    check "debian/control asks for the oldest rustc that works" oldest_rustc
}
