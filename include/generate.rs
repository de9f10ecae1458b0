// SPDX-License-Identifier: Apache-2.0
//! Generates C headers from the Rust sources. A module of build.rs.

use super::Flavour;
use std::path::Path;
use std::{env, fs};

/// A generated header.
struct Header {
    name: &'static str,
    /// The files whose functions and types it declares, from the root of the package. `*` stands
    /// for the folder of the interface version. If a version does not have a file, that is left
    /// out.
    sources: &'static [&'static str],
    /// The Rust names of the types that it declares. It refers to other types without declaring
    /// them.
    types: &'static [&'static str],
}

/// All generated headers.
const HEADERS: [Header; 7] = [
    Header { name: "list.h", sources: &["src/abi/list.rs"], types: &["List"] },
    Header { name: "mutex.h", sources: &["src/abi/mutex.rs"], types: &["OvsMutex"] },
    Header {
        name: "ofpbuf.h",
        sources: &["*/ofpbuf.rs", "src/ffi/ofpbuf.rs", "*/functions/ofpbuf.rs"],
        types: &["OfpBuf"],
    },
    Header {
        name: "netlink.h",
        sources: &[
            "src/abi/policy.rs",
            "src/ffi/message.rs",
            "*/functions/message.rs",
            "src/ffi/attr.rs",
            "*/functions/attr.rs",
            "src/ffi/policy.rs",
        ],
        types: &["NlPolicy"],
    },
    Header {
        name: "netlink-socket.h",
        sources: &[
            "src/flavour/transaction.rs",
            "*/dump.rs",
            "src/ffi/socket.rs",
            "*/functions/socket.rs",
            "src/ffi/transact.rs",
            "src/ffi/dump.rs",
            "src/ffi/genl.rs",
        ],
        types: &["NlTransaction", "NlDump"],
    },
    Header {
        name: "nlsock-ext.h",
        sources: &[
            "src/abi/ext.rs",
            "src/ffi/ext.rs",
            "src/ffi/ext_transact.rs",
            "src/ffi/ext_dump.rs",
            "src/ffi/ext_attr.rs",
            "src/ffi/ext_text.rs",
            "src/ffi/ext_capture.rs",
        ],
        types: &["Counters", "ExtackPolicy", "Extack", "DumpResult", "Source", "Handler"],
    },
    Header { name: "nlsock-services.h", sources: &["src/ffi/services.rs"], types: &[] },
];

/// The Rust name of each type, and its C name: a tag, and before it the keyword for a reference to
/// the type, which the declaration does not need.
const NAMES: [(&str, &str, &str); 27] = [
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
    ("ExtackPolicy", "struct ", "nlsock_extack_policy"),
    ("Extack", "struct ", "nlsock_extack"),
    ("DumpResult", "struct ", "nlsock_dump_result"),
    ("Source", "struct ", "nlsock_source"),
    ("Handler", "", "nlsock_log_handler"),
];

/// Writes the headers to OUT_DIR. If NLSOCK_UPDATE_HEADERS is set, also copies them to the folder
/// that is committed.
pub(crate) fn generate(root: &Path, flavour: &Flavour) {
    let out = Path::new(&env::var_os("OUT_DIR").unwrap()).to_owned();
    let committed = root.join("include").join(flavour.get("library")).join("generated");
    for header in HEADERS {
        let generated = out.join(header.name);
        bindings(root, flavour, &header).write_to_file(&generated);
        if env::var_os("NLSOCK_UPDATE_HEADERS").is_some() {
            fs::copy(&generated, committed.join(header.name)).unwrap();
        }
    }
}

/// The macro with the version, which is that of the package.
fn version() -> String {
    let comment = "/* The version of these headers: see nlsock_version(). */";
    let version = env!("CARGO_PKG_VERSION");
    format!("{comment}\n#define NLSOCK_VERSION \"{version}\"")
}

/// Generates the content of one header.
fn bindings(root: &Path, flavour: &Flavour, header: &Header) -> cbindgen::Bindings {
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let guard = header.name.to_uppercase().replace(['-', '.'], "_");
    config.include_guard = Some(format!("NLSOCK_GENERATED_{guard}"));
    if header.name == "nlsock-ext.h" {
        config.after_includes = Some(version());
    }
    // Otherwise, a type that no function of the header uses would be left out.
    config.export.include = header.types.iter().map(|&name| name.to_owned()).collect();
    for (rust, kind, tag) in NAMES {
        let tag = if rust == "List" { flavour.get("list") } else { tag };
        let own = header.types.contains(&rust);
        let name = if own { tag.to_owned() } else { format!("{kind}{tag}") };
        config.export.rename.insert(rust.to_owned(), name);
    }
    header
        .sources
        .iter()
        .map(|source| match source.strip_prefix("*/") {
            Some(rest) => flavour.folder.join(rest),
            None => root.join(source),
        })
        .filter(|source| source.exists())
        .fold(cbindgen::Builder::new().with_config(config), |builder, source| {
            builder.with_src(source)
        })
        .generate()
        .unwrap()
}
