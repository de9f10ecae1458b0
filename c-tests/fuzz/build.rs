//! Compiles the library's weak references to the host, of which a fuzz target has none.

fn main() {
    println!("cargo:rerun-if-changed=../../src/host/host.c");
    cc::Build::new().file("../../src/host/host.c").flag("-std=c11").compile("nlsock_host");
}
