# The archive in company: in a program with other Rust code, and in a plugin.  Read by check.sh.

# archive_program NAME SOURCE WHAT...: a program of these parts.
archive_program() {
    program=$1
    source=$2
    shift 2
    # shellcheck disable=SC2046,SC2086 # words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -g $warnings -o "$scratch/$program" \
        "$c_tests/archive/$source" $(flags nlsock --cflags) "$@" -lpthread -lm -ldl
}

# beside_rust NAME WHAT...: the program works, with its archives in this order.
beside_rust() {
    program=$1
    shift
    archive_program "$program" beside-rust.c "$@" -lgcc_s && "$scratch/$program"
}

unloaded_plugin() {
    archive_program plugin.so plugin.c "$archive" -shared -fPIC \
        && archive_program unload unload.c \
        && "$scratch/unload" "$scratch/plugin.so"
}

archive() {
    archive=$stage/lib/libnlsock.a
    other=$scratch/libother.a
    check "another Rust library compiles" rustc --edition 2024 --crate-type staticlib \
        -C opt-level=1 -o "$other" "$c_tests/archive/other.rs"
    check "the archive before another Rust library" beside_rust before "$archive" "$other"
    check "the archive behind another Rust library" beside_rust behind "$other" "$archive"
    check "threads outlive a plugin with the archive in it" unloaded_plugin
}
