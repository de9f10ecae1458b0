// SPDX-License-Identifier: Apache-2.0
//! Names of netlink protocols and of message types, which scripts can use instead of numbers.

/// NETLINK_ROUTE.
pub const ROUTE: i32 = 0;
/// NETLINK_NETFILTER.
pub const NETFILTER: i32 = 12;
/// NETLINK_GENERIC.
pub const GENERIC: i32 = 16;

/// `linux/netlink.h`: NETLINK_ROUTE is `route`.
const PROTOCOLS: &[(&str, i32)] = &[
    ("route", ROUTE),
    ("usersock", 2),
    ("sock_diag", 4),
    ("xfrm", 6),
    ("selinux", 7),
    ("iscsi", 8),
    ("audit", 9),
    ("fib_lookup", 10),
    ("connector", 11),
    ("netfilter", NETFILTER),
    ("kobject_uevent", 15),
    ("generic", GENERIC),
    ("scsitransport", 18),
    ("rdma", 20),
    ("crypto", 21),
];

/// Types of all protocols: `linux/netlink.h`.
const CONTROL: &[(&str, u16)] =
    &[("NLMSG_NOOP", 1), ("NLMSG_ERROR", 2), ("NLMSG_DONE", 3), ("NLMSG_OVERRUN", 4)];

/// `linux/rtnetlink.h`. Of each object, NEW has the given number, then come DEL, GET, SET.
const ROUTE_OBJECTS: &[(&str, u16)] = &[
    ("LINK", 16),
    ("ADDR", 20),
    ("ROUTE", 24),
    ("NEIGH", 28),
    ("RULE", 32),
    ("QDISC", 36),
    ("TCLASS", 40),
    ("TFILTER", 44),
    ("ACTION", 48),
    ("PREFIX", 52),
    ("MULTICAST", 56),
    ("ANYCAST", 60),
    ("NEIGHTBL", 64),
    ("NDUSEROPT", 68),
    ("ADDRLABEL", 72),
    ("DCB", 76),
    ("NETCONF", 80),
    ("MDB", 84),
    ("NSID", 88),
    ("STATS", 92),
    ("CACHEREPORT", 96),
    ("CHAIN", 100),
    ("NEXTHOP", 104),
    ("LINKPROP", 108),
    ("VLAN", 112),
    ("NEXTHOPBUCKET", 116),
    ("TUNNEL", 120),
];
const ROUTE_VERBS: [&str; 4] = ["RTM_NEW", "RTM_DEL", "RTM_GET", "RTM_SET"];

/// `linux/netfilter/nfnetlink*.h`, `nf_tables.h`: the subsystem in the upper byte.
const NETFILTER_TYPES: &[(&str, u16)] = &[
    ("NFNL_MSG_BATCH_BEGIN", 0x10),
    ("NFNL_MSG_BATCH_END", 0x11),
    ("IPCTNL_MSG_CT_NEW", 0x100),
    ("IPCTNL_MSG_CT_GET", 0x101),
    ("IPCTNL_MSG_CT_DELETE", 0x102),
    ("IPCTNL_MSG_CT_GET_CTRZERO", 0x103),
    ("IPCTNL_MSG_CT_GET_STATS_CPU", 0x104),
    ("IPCTNL_MSG_CT_GET_STATS", 0x105),
    ("IPCTNL_MSG_EXP_NEW", 0x200),
    ("IPCTNL_MSG_EXP_GET", 0x201),
    ("IPCTNL_MSG_EXP_DELETE", 0x202),
    ("NFQNL_MSG_PACKET", 0x300),
    ("NFQNL_MSG_VERDICT", 0x301),
    ("NFQNL_MSG_CONFIG", 0x302),
    ("NFULNL_MSG_PACKET", 0x400),
    ("NFULNL_MSG_CONFIG", 0x401),
    ("NFT_MSG_NEWTABLE", 0xa00),
    ("NFT_MSG_GETTABLE", 0xa01),
    ("NFT_MSG_DELTABLE", 0xa02),
    ("NFT_MSG_NEWCHAIN", 0xa03),
    ("NFT_MSG_GETCHAIN", 0xa04),
    ("NFT_MSG_DELCHAIN", 0xa05),
    ("NFT_MSG_NEWRULE", 0xa06),
    ("NFT_MSG_GETRULE", 0xa07),
    ("NFT_MSG_DELRULE", 0xa08),
    ("NFT_MSG_NEWSET", 0xa09),
    ("NFT_MSG_GETSET", 0xa0a),
    ("NFT_MSG_DELSET", 0xa0b),
    ("NFT_MSG_NEWSETELEM", 0xa0c),
    ("NFT_MSG_GETSETELEM", 0xa0d),
    ("NFT_MSG_DELSETELEM", 0xa0e),
    ("NFT_MSG_NEWGEN", 0xa0f),
    ("NFT_MSG_GETGEN", 0xa10),
];

/// GENL_ID_CTRL.
pub const CONTROLLER: u16 = 16;

/// `linux/genetlink.h`: commands of the family nlctrl.
const CONTROLLER_COMMANDS: &[(&str, u8)] = &[
    ("CTRL_CMD_NEWFAMILY", 1),
    ("CTRL_CMD_DELFAMILY", 2),
    ("CTRL_CMD_GETFAMILY", 3),
    ("CTRL_CMD_GETPOLICY", 10),
];

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|entry| entry.0 == name).map(|entry| entry.1)
}

fn find_name<T: PartialEq>(table: &[(&'static str, T)], number: T) -> Option<&'static str> {
    table.iter().find(|entry| entry.1 == number).map(|entry| entry.0)
}

/// The number of a protocol: of `route` or `NETLINK_ROUTE`.
pub fn protocol(name: &str) -> Option<i32> {
    match name.strip_prefix("NETLINK_") {
        Some(upper) => find(PROTOCOLS, &upper.to_ascii_lowercase()),
        None => find(PROTOCOLS, name),
    }
}

/// The name of a protocol.
pub fn protocol_name(protocol: i32) -> Option<&'static str> {
    find_name(PROTOCOLS, protocol)
}

/// The number of a message type, and its protocol unless all have it.
pub fn message_type(name: &str) -> Option<(u16, Option<i32>)> {
    if let Some(number) = find(CONTROL, name) {
        return Some((number, None));
    }
    if let Some(number) = find(NETFILTER_TYPES, name) {
        return Some((number, Some(NETFILTER)));
    }
    let verbs = ROUTE_VERBS.iter().zip(0..);
    let mut found = verbs.filter_map(|(verb, step)| Some((name.strip_prefix(verb)?, step)));
    let (object, step) = found.next()?;
    Some((find(ROUTE_OBJECTS, object)? + step, Some(ROUTE)))
}

/// The number of a generic netlink command that has a name here.
pub fn command(name: &str) -> Option<u8> {
    find(CONTROLLER_COMMANDS, name)
}

/// The name of a message type; two parts, of which one may be empty.
pub fn message_type_name(protocol: i32, number: u16) -> Option<(&'static str, &'static str)> {
    if let Some(name) = find_name(CONTROL, number) {
        return Some((name, ""));
    }
    match protocol {
        ROUTE => {
            let object = find_name(ROUTE_OBJECTS, number & !3)?;
            Some((ROUTE_VERBS.get(usize::from(number & 3))?, object))
        }
        NETFILTER => Some((find_name(NETFILTER_TYPES, number)?, "")),
        GENERIC if number == CONTROLLER => Some(("nlctrl", "")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_numbers_of_the_kernel() {
        assert_eq!(message_type("RTM_NEWLINK"), Some((libc::RTM_NEWLINK, Some(ROUTE))));
        assert_eq!(message_type("RTM_GETRULE"), Some((libc::RTM_GETRULE, Some(ROUTE))));
        assert_eq!(message_type("RTM_DELNSID"), Some((libc::RTM_DELNSID, Some(ROUTE))));
        assert_eq!(message_type("NLMSG_DONE"), Some((3, None)));
        assert_eq!(message_type("NFT_MSG_NEWRULE"), Some((0xa06, Some(NETFILTER))));
        assert_eq!(message_type("RTM_EATLINK"), None);
        assert_eq!(protocol("NETLINK_GENERIC"), Some(libc::NETLINK_GENERIC));
        assert_eq!(protocol("generic"), Some(libc::NETLINK_GENERIC));
        assert_eq!(protocol("GENERIC"), None);
    }

    #[test]
    fn names_are_those_of_the_numbers() {
        assert_eq!(message_type_name(ROUTE, 18), Some(("RTM_GET", "LINK")));
        assert_eq!(message_type_name(NETFILTER, 0xa10), Some(("NFT_MSG_GETGEN", "")));
        assert_eq!(message_type_name(ROUTE, 2), Some(("NLMSG_ERROR", "")));
        assert_eq!(message_type_name(ROUTE, 1000), None);
        assert_eq!(protocol_name(12), Some("netfilter"));
    }
}
