// SPDX-License-Identifier: Apache-2.0
//! Tests that the committed headers are those that the sources generate.

macro_rules! headers {
    ($($test:ident: $name:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            let generated = include_str!(concat!(env!("OUT_DIR"), "/", $name));
            #[cfg(not(feature = "ovs3"))]
            let committed = include_str!(concat!("../../include/nlsock/generated/", $name));
            #[cfg(feature = "ovs3")]
            let committed = include_str!(concat!("../../include/nlsock-ovs3/generated/", $name));
            assert!(generated == committed, "{} is out of date: run make headers", $name);
        })*
    };
}

headers! {
    list: "list.h",
    mutex: "mutex.h",
    ofpbuf: "ofpbuf.h",
    netlink: "netlink.h",
    netlink_socket: "netlink-socket.h",
    ext: "nlsock-ext.h",
    services: "nlsock-services.h",
}
