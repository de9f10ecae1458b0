# SPDX-License-Identifier: Apache-2.0
# Links the static library into a program with another Rust library, and into a plugin.  Read by
# check.sh.

# archive_program NAME SOURCE PART...: links a program.
archive_program() {
    program=$1
    source=$2
    shift 2
    # shellcheck disable=SC2046,SC2086 # words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -g $warnings -o "$scratch/$program" \
        "$c_tests/archive/$source" $(flags nlsock --cflags) "$@" -lpthread -lm -ldl
}

# beside_rust NAME ARCHIVE...: a program with these archives, in this order, works.
beside_rust() {
    program=$1
    shift
    archive_program "$program" beside-rust.c "$@" -lgcc_s && "$scratch/$program"
}

unloaded_plugin() {
    archive_program plugin.so plugin.c "$archive" -shared -fPIC \
        && archive_program unload unload.c -I"$c_tests/support" \
        && "$scratch/unload" "$scratch/plugin.so"
}

archive() {
    archive=$stage/lib/libnlsock.a
    other=$scratch/libother.a
    check "another Rust library compiles" rustc --edition 2024 --crate-type staticlib \
        -C opt-level=1 -o "$other" "$c_tests/archive/other.rs"
    check "the archive before another Rust library" beside_rust before "$archive" "$other"
    check "the archive after another Rust library" beside_rust after "$other" "$archive"
    check "threads outlive a plugin with the archive in it, which leaves no memory of threads" unloaded_plugin
}
