//! Compiles the library's C: weak references to the host, of which a fuzz target has none.

fn main() {
    let files = ["../../src/host/host.c", "../../src/thread/thread.c"];
    for file in files {
        println!("cargo:rerun-if-changed={file}");
    }
    cc::Build::new().files(files).flag("-std=c11").compile("nlsock_c");
}
