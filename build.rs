//! Compiles the weak references to the host, names the shared library, and generates the C
//! headers; `NLSOCK_UPDATE_HEADERS=1` puts these where they are committed.

#![allow(clippy::unwrap_used, reason = "panicking is how a build script fails")]

use std::path::{Path, PathBuf};
use std::{env, fs};

/// A generated header.
struct Header {
    name: &'static str,
    /// Where its declarations come from.
    sources: &'static [&'static str],
    /// Types that it declares, by their Rust and C names.
    types: &'static [(&'static str, &'static str)],
}

const HEADERS: [Header; 5] = [
    Header {
        name: "ofpbuf.h",
        sources: &["src/abi/buffer.rs", "src/ffi/ofpbuf.rs"],
        types: &[("List", "list"), ("OfpBuf", "ofpbuf")],
    },
    Header {
        name: "netlink.h",
        sources: &[
            "src/abi/policy.rs",
            "src/ffi/message.rs",
            "src/ffi/attr.rs",
            "src/ffi/policy.rs",
        ],
        types: &[("NlPolicy", "nl_policy")],
    },
    Header {
        name: "netlink-socket.h",
        sources: &[
            "src/abi/socket.rs",
            "src/ffi/socket.rs",
            "src/ffi/transact.rs",
            "src/ffi/dump.rs",
            "src/ffi/genl.rs",
        ],
        types: &[
            ("NlTransaction", "nl_transaction"),
            ("OvsMutex", "ovs_mutex"),
            ("NlDump", "nl_dump"),
        ],
    },
    Header {
        name: "nlsock-ext.h",
        sources: &["src/abi/ext.rs", "src/ffi/ext.rs"],
        types: &[
            ("Counters", "nlsock_counters"),
            ("Extack", "nlsock_extack"),
            ("DumpResult", "nlsock_dump_result"),
            ("Source", "nlsock_source"),
            ("Handler", "nlsock_log_handler"),
        ],
    },
    Header { name: "nlsock-services.h", sources: &["src/ffi/services.rs"], types: &[] },
];

/// Types that a header uses and another one declares.
const FOREIGN: [(&str, &str); 11] = [
    ("List", "struct list"),
    ("OfpBuf", "struct ofpbuf"),
    ("OfpbufSource", "enum ofpbuf_source"),
    ("NlAttrType", "enum nl_attr_type"),
    ("CBool", "bool"),
    ("NlSock", "struct nl_sock"),
    ("nlattr", "struct nlattr"),
    ("nlmsghdr", "struct nlmsghdr"),
    ("genlmsghdr", "struct genlmsghdr"),
    ("VlogModule", "struct vlog_module"),
    ("VlogRateLimit", "struct vlog_rate_limit"),
];

fn main() {
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    println!("cargo:rerun-if-env-changed=NLSOCK_UPDATE_HEADERS");
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libnlsock.so.1");
    // The host's lists, and other threads' destructors, go on pointing into the library.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    cc::Build::new()
        .file("src/host/host.c")
        .flag("-fvisibility=hidden")
        .flag("-std=c11")
        .flag("-Wextra")
        .warnings_into_errors(true)
        .compile("nlsock_host");
    link_unwinder();
    generate_headers();
}

/// Links libgcc's unwinder in, where the compiler has it: what Rust's library wants of it would
/// else bring a shared library along.
fn link_unwinder() {
    let compiler = cc::Build::new().get_compiler();
    let answer = compiler.to_command().arg("-print-file-name=libgcc_eh.a").output().unwrap();
    let path = PathBuf::from(String::from_utf8(answer.stdout).unwrap().trim());
    if path.is_absolute() {
        println!("cargo:rustc-link-search=native={}", path.parent().unwrap().display());
        println!("cargo:rustc-link-lib=static=gcc_eh");
    }
}

fn generate_headers() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let committed = root.join("include/nlsock/generated");
    for header in HEADERS {
        let generated = out.join(header.name);
        generate(&root, &header).write_to_file(&generated);
        if env::var_os("NLSOCK_UPDATE_HEADERS").is_some() {
            fs::copy(&generated, committed.join(header.name)).unwrap();
        }
    }
}

fn generate(root: &Path, header: &Header) -> cbindgen::Bindings {
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let guard = header.name.to_uppercase().replace(['-', '.'], "_");
    config.include_guard = Some(format!("NLSOCK_GENERATED_{guard}"));
    for (rust, c) in FOREIGN.iter().chain(header.types) {
        config.export.rename.insert((*rust).to_owned(), (*c).to_owned());
    }
    let builder = cbindgen::Builder::new().with_config(config);
    header
        .sources
        .iter()
        .fold(builder, |builder, source| builder.with_src(root.join(source)))
        .generate()
        .unwrap()
}
