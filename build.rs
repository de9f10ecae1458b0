//! Compiles the C parts (references to the host, a thread's own), names the shared library, and
//! generates the C headers; `NLSOCK_UPDATE_HEADERS=1` puts these where they are committed.

#![allow(clippy::unwrap_used, reason = "panicking is how a build script fails")]

use std::path::{Path, PathBuf};
use std::{env, fs};

/// A generated header.
struct Header {
    name: &'static str,
    /// Where its declarations come from.
    sources: &'static [&'static str],
    /// Types that it declares, by their Rust names.
    types: &'static [&'static str],
}

/// `*` stands for the flavour. A source that a flavour lacks is passed over.
const HEADERS: [Header; 5] = [
    Header {
        name: "ofpbuf.h",
        sources: &[
            "src/abi/list.rs",
            "src/abi/*/ofpbuf.rs",
            "src/ffi/ofpbuf.rs",
            "src/ffi/*/ofpbuf.rs",
        ],
        types: &["List", "OfpBuf"],
    },
    Header {
        name: "netlink.h",
        sources: &[
            "src/abi/policy.rs",
            "src/ffi/message.rs",
            "src/ffi/*/message.rs",
            "src/ffi/attr.rs",
            "src/ffi/*/attr.rs",
            "src/ffi/policy.rs",
        ],
        types: &["NlPolicy"],
    },
    Header {
        name: "netlink-socket.h",
        sources: &[
            "src/abi/transaction.rs",
            "src/abi/*/dump.rs",
            "src/ffi/socket.rs",
            "src/ffi/*/socket.rs",
            "src/ffi/transact.rs",
            "src/ffi/dump.rs",
            "src/ffi/genl.rs",
        ],
        types: &["NlTransaction", "OvsMutex", "NlDump"],
    },
    Header {
        name: "nlsock-ext.h",
        sources: &["src/abi/ext.rs", "src/ffi/ext.rs"],
        types: &["Counters", "Extack", "DumpResult", "Source", "Handler"],
    },
    Header { name: "nlsock-services.h", sources: &["src/ffi/services.rs"], types: &[] },
];

/// What types are called in C: a tag, and what comes before it where another header declares it.
const NAMES: [(&str, &str, &str); 26] = [
    ("List", "struct ", "list"),
    ("OfpBuf", "struct ", "ofpbuf"),
    ("OfpbufSource", "enum ", "ofpbuf_source"),
    ("Ds", "struct ", "ds"),
    ("NlAttrType", "enum ", "nl_attr_type"),
    ("CBool", "", "bool"),
    ("NlPolicy", "struct ", "nl_policy"),
    ("NlSock", "struct ", "nl_sock"),
    ("NlTransaction", "struct ", "nl_transaction"),
    ("OvsMutex", "struct ", "ovs_mutex"),
    ("NlDump", "struct ", "nl_dump"),
    ("nlattr", "struct ", "nlattr"),
    ("nlmsghdr", "struct ", "nlmsghdr"),
    ("genlmsghdr", "struct ", "genlmsghdr"),
    ("in6_addr", "struct ", "in6_addr"),
    ("eth_addr", "struct ", "eth_addr"),
    ("ib_addr", "struct ", "ib_addr"),
    ("ovs_u128", "", "ovs_u128"),
    ("ovs_be128", "", "ovs_be128"),
    ("VlogModule", "struct ", "vlog_module"),
    ("VlogRateLimit", "struct ", "vlog_rate_limit"),
    ("Counters", "struct ", "nlsock_counters"),
    ("Extack", "struct ", "nlsock_extack"),
    ("DumpResult", "struct ", "nlsock_dump_result"),
    ("Source", "struct ", "nlsock_source"),
    ("Handler", "", "nlsock_log_handler"),
];

/// What depends on the flavour.
struct Flavour {
    /// The folders of its sources.
    folder: &'static str,
    /// Where its headers are.
    include: &'static str,
    soname: &'static str,
    /// What the C part knows it by.
    define: &'static str,
    /// The tag of the list element.
    list: &'static str,
}

fn flavour() -> Flavour {
    if env::var_os("CARGO_FEATURE_OVS3").is_some() {
        Flavour {
            folder: "ovs3",
            include: "include/nlsock-ovs3",
            soname: "libnlsock-ovs3.so.1",
            define: "NLSOCK_OVS3",
            list: "ovs_list",
        }
    } else {
        Flavour {
            folder: "v2014",
            include: "include/nlsock",
            soname: "libnlsock.so.1",
            define: "NLSOCK_2014",
            list: "list",
        }
    }
}

fn main() {
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    println!("cargo:rerun-if-env-changed=NLSOCK_UPDATE_HEADERS");
    let flavour = flavour();
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,{}", flavour.soname);
    // The host's lists, and other threads' destructors, go on pointing into the library.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    cc::Build::new()
        .file("src/host/host.c")
        .file("src/thread.c")
        .define(flavour.define, None)
        .flag("-fvisibility=hidden")
        .flag("-std=c11")
        .flag("-Wextra")
        .warnings_into_errors(true)
        .compile("nlsock_c");
    generate_headers(&flavour);
}

fn generate_headers(flavour: &Flavour) {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let committed = root.join(flavour.include).join("generated");
    for header in HEADERS {
        let generated = out.join(header.name);
        generate(&root, flavour, &header).write_to_file(&generated);
        if env::var_os("NLSOCK_UPDATE_HEADERS").is_some() {
            fs::copy(&generated, committed.join(header.name)).unwrap();
        }
    }
}

fn generate(root: &Path, flavour: &Flavour, header: &Header) -> cbindgen::Bindings {
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let guard = header.name.to_uppercase().replace(['-', '.'], "_");
    config.include_guard = Some(format!("NLSOCK_GENERATED_{guard}"));
    for (rust, kind, tag) in NAMES {
        let tag = if rust == "List" { flavour.list } else { tag };
        let own = header.types.contains(&rust);
        let name = if own { tag.to_owned() } else { format!("{kind}{tag}") };
        config.export.rename.insert(rust.to_owned(), name);
    }
    header
        .sources
        .iter()
        .map(|source| root.join(source.replace('*', flavour.folder)))
        .filter(|source| source.exists())
        .fold(cbindgen::Builder::new().with_config(config), |builder, source| {
            builder.with_src(source)
        })
        .generate()
        .unwrap()
}
