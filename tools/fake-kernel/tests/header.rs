// SPDX-License-Identifier: Apache-2.0
//! `preload/rust.h` is what cbindgen makes of the source.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

#[test]
fn the_header_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("preload/rust.h");
    let bindings = cbindgen::Builder::new()
        .with_config(cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap())
        .with_src(root.join("src/script/statement.rs"))
        // cbindgen also reads the modules that are declared there.
        .with_src(root.join("src/ffi/mod.rs"))
        .generate()
        .unwrap();
    let mut header = Vec::new();
    bindings.write(&mut header);
    if std::env::var_os("NLSOCK_UPDATE_HEADERS").is_some() {
        std::fs::write(&path, &header).unwrap();
    }
    let committed = std::fs::read(&path).unwrap_or_default();
    assert!(committed == header, "run: NLSOCK_UPDATE_HEADERS=1 cargo test -p nlsock-fake-kernel");
}
