# SPDX-License-Identifier: Apache-2.0
# Builds and installs the library for a platform.  Read by check-platforms.sh.
# shellcheck shell=sh

# Both interfaces share a folder of cargo's, so that Rust's own library is compiled once.
build_flavour() {
    target_dir=$scratch/cargo/$platform
    # The other interface's, which make would take for this one's.
    rm -f "$target_dir/$rust/release/libnlsock.so"
    env -u RUSTFLAGS -u CFLAGS -u CPPFLAGS -u LDFLAGS -u RUSTC \
        PATH="$rust_tools/bin:$PATH" RUSTC_BOOTSTRAP=1 CARGO_BUILD_TARGET="$rust" \
        CARGO_TARGET_DIR="$target_dir" CC="$tools/bin/cc" \
        make --no-print-directory -C "$root" install FLAVOUR="$1" "target_$1=$target_dir" \
        CARGO="cargo -Zbuild-std=core,alloc" \
        FAKE_KERNEL_CARGO="cargo -Zbuild-std=std,panic_abort" \
        LD="$tools/bin/ld" OBJCOPY="$tools/bin/objcopy" \
        AR="$tools/bin/ar" NM="$tools/bin/nm" DESTDIR= PREFIX="$stage"
}

build_library() {
    build_flavour 2014 && build_flavour ovs3
}

# rust_tests FEATURE...: runs the Rust tests, which also compile with the oldest Rust.
rust_tests() {
    env -u RUSTFLAGS -u RUSTC -u CARGO_BUILD_TARGET PATH="$rust_tools/bin:$PATH" \
        cargo test --quiet --locked --manifest-path "$root/Cargo.toml" \
        --target-dir "$scratch/cargo/rust-tests" --features "$*"
}

# The library needs nothing but libc, as on every platform.
needs_only_libc() {
    for library in nlsock nlsock-ovs3; do
        readelf -d "$stage/lib/lib$library.so" > "$test_scratch/dynamic" || return 1
        grep -qF "[lib$library.so.1]" "$test_scratch/dynamic" || return 1
        ! grep NEEDED "$test_scratch/dynamic" \
            | grep -vE '\[(libc\.|ld-linux|ld64|ld\.so)' || return 1
    done
}
