#ifndef NLSOCK_GENERATED_NETLINK_H
#define NLSOCK_GENERATED_NETLINK_H

/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/**
 * Requirements on an attribute. An attribute whose policy is all zeros (type NL_A_NO_ATTR) is
 * skipped.
 */
struct nl_policy {
  /**
   * The kind of payload that the attribute must have.
   */
  enum nl_attr_type type;
  /**
   * The least payload size in bytes; 0 means the least size that 'type' allows.
   */
  size_t min_len;
  /**
   * The greatest payload size in bytes; 0 means the greatest size that 'type' allows.
   */
  size_t max_len;
  /**
   * Whether the attribute may be missing.
   */
  bool optional;
};

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Returns the header of 'msg', which must hold one.
 */
struct nlmsghdr *nl_msg_nlmsghdr(const struct ofpbuf *msg);

/**
 * Returns the generic netlink header of 'msg', which follows the message header; null if 'msg' is
 * too short for both headers.
 */
struct genlmsghdr *nl_msg_genlmsghdr(const struct ofpbuf *msg);

/**
 * Makes sure that 'size' bytes and their padding can be appended to 'msg' without reallocation.
 */
void nl_msg_reserve(struct ofpbuf *msg, size_t size);

/**
 * Appends a message header to 'msg', which must be empty, and makes sure that 'expected_payload'
 * bytes (an estimate; may be 0) can be appended without reallocation. Only the lower 16 bits of
 * 'type' and 'flags' count. Length, sequence number and port id are 0 until the message is sent.
 */
void nl_msg_put_nlmsghdr(struct ofpbuf *msg,
                         size_t expected_payload,
                         uint32_t type,
                         uint32_t flags);

/**
 * Appends a message header and a generic netlink header to 'msg', which must be empty. 'family' is
 * a number from nl_lookup_genl_family(). The other arguments are those of nl_msg_put_nlmsghdr()
 * and the fields of the generic netlink header.
 */
void nl_msg_put_genlmsghdr(struct ofpbuf *msg,
                           size_t expected_payload,
                           int family,
                           uint32_t flags,
                           uint8_t cmd,
                           uint8_t version);

/**
 * Appends a copy of the 'size' bytes at 'data' to 'msg', and padding. 'data' may be null if 'size'
 * is 0.
 */
void nl_msg_put(struct ofpbuf *msg, const void *data, size_t size);

/**
 * Appends 'size' uninitialised bytes to 'msg', and padding. Returns the address of the first byte.
 */
void *nl_msg_put_uninit(struct ofpbuf *msg, size_t size);

/**
 * Prepends a copy of the 'size' bytes at 'data' to 'msg', followed by padding. 'data' may be null
 * if 'size' is 0.
 */
void nl_msg_push(struct ofpbuf *msg, const void *data, size_t size);

/**
 * Prepends 'size' uninitialised bytes to 'msg', followed by padding. Returns the address of the
 * first byte.
 */
void *nl_msg_push_uninit(struct ofpbuf *msg, size_t size);

/**
 * Appends an attribute of type 'type' that holds 'size' zero bytes, and returns the address of its
 * payload.
 */
void *nl_msg_put_unspec_zero(struct ofpbuf *msg, uint16_t type, size_t size);

/**
 * Appends an attribute of type 'type' that holds 'size' uninitialised bytes, and returns the
 * address of its payload.
 */
void *nl_msg_put_unspec_uninit(struct ofpbuf *msg, uint16_t type, size_t size);

/**
 * Appends an attribute of type 'type' that holds a copy of the 'size' bytes at 'data'. 'data' may
 * be null if 'size' is 0.
 */
void nl_msg_put_unspec(struct ofpbuf *msg, uint16_t type, const void *data, size_t size);

/**
 * Appends an attribute of type 'type' without payload.
 */
void nl_msg_put_flag(struct ofpbuf *msg, uint16_t type);

/**
 * Appends an attribute of type 'type' that holds the 8-bit integer 'value'.
 */
void nl_msg_put_u8(struct ofpbuf *msg, uint16_t type, uint8_t value);

/**
 * Appends an attribute of type 'type' that holds the 16-bit integer 'value'.
 */
void nl_msg_put_u16(struct ofpbuf *msg, uint16_t type, uint16_t value);

/**
 * Appends an attribute of type 'type' that holds the 32-bit integer 'value'.
 */
void nl_msg_put_u32(struct ofpbuf *msg, uint16_t type, uint32_t value);

/**
 * Appends an attribute of type 'type' that holds the 64-bit integer 'value'.
 */
void nl_msg_put_u64(struct ofpbuf *msg, uint16_t type, uint64_t value);

/**
 * Appends an attribute of type 'type' that holds the 16-bit integer 'value', which is in
 * network byte order.
 */
void nl_msg_put_be16(struct ofpbuf *msg, uint16_t type, ovs_be16 value);

/**
 * Appends an attribute of type 'type' that holds the 32-bit integer 'value', which is in
 * network byte order.
 */
void nl_msg_put_be32(struct ofpbuf *msg, uint16_t type, ovs_be32 value);

/**
 * Appends an attribute of type 'type' that holds the 64-bit integer 'value', which is in
 * network byte order.
 */
void nl_msg_put_be64(struct ofpbuf *msg, uint16_t type, ovs_be64 value);

/**
 * Appends an attribute of type 'type' that holds the datapath port number 'value'.
 */
void nl_msg_put_odp_port(struct ofpbuf *msg, uint16_t type, odp_port_t value);

/**
 * Appends an attribute of type 'type' that holds the string 'value' with its NUL.
 */
void nl_msg_put_string(struct ofpbuf *msg, uint16_t type, const char *value);

/**
 * Prepends an attribute of type 'type' that holds 'size' uninitialised bytes, and returns the
 * address of its payload.
 */
void *nl_msg_push_unspec_uninit(struct ofpbuf *msg, uint16_t type, size_t size);

/**
 * Prepends an attribute of type 'type' that holds a copy of the 'size' bytes at 'data'. 'data' may
 * be null if 'size' is 0.
 */
void nl_msg_push_unspec(struct ofpbuf *msg, uint16_t type, const void *data, size_t size);

/**
 * Prepends an attribute of type 'type' without payload.
 */
void nl_msg_push_flag(struct ofpbuf *msg, uint16_t type);

/**
 * Prepends an attribute of type 'type' that holds the 8-bit integer 'value'.
 */
void nl_msg_push_u8(struct ofpbuf *msg, uint16_t type, uint8_t value);

/**
 * Prepends an attribute of type 'type' that holds the 16-bit integer 'value'.
 */
void nl_msg_push_u16(struct ofpbuf *msg, uint16_t type, uint16_t value);

/**
 * Prepends an attribute of type 'type' that holds the 32-bit integer 'value'.
 */
void nl_msg_push_u32(struct ofpbuf *msg, uint16_t type, uint32_t value);

/**
 * Prepends an attribute of type 'type' that holds the 64-bit integer 'value'.
 */
void nl_msg_push_u64(struct ofpbuf *msg, uint16_t type, uint64_t value);

/**
 * Prepends an attribute of type 'type' that holds the 16-bit integer 'value', which is in
 * network byte order.
 */
void nl_msg_push_be16(struct ofpbuf *msg, uint16_t type, ovs_be16 value);

/**
 * Prepends an attribute of type 'type' that holds the 32-bit integer 'value', which is in
 * network byte order.
 */
void nl_msg_push_be32(struct ofpbuf *msg, uint16_t type, ovs_be32 value);

/**
 * Prepends an attribute of type 'type' that holds the 64-bit integer 'value', which is in
 * network byte order.
 */
void nl_msg_push_be64(struct ofpbuf *msg, uint16_t type, ovs_be64 value);

/**
 * Prepends an attribute of type 'type' that holds the string 'value' with its NUL.
 */
void nl_msg_push_string(struct ofpbuf *msg, uint16_t type, const char *value);

/**
 * Appends the header of a nested attribute of type 'type'. The attributes appended next are its
 * payload, until nl_msg_end_nested() is called. Returns the offset of the header in 'msg', for
 * nl_msg_end_nested().
 *
 * Does not set the flag NLA_F_NESTED in the type. Since Linux 5.2, the kernel requires the flag in
 * requests of newer protocols and families, and otherwise refuses the request with EINVAL: in
 * those of the generic netlink family "ethtool", for example. nlsock_msg_start_nested() sets the
 * flag. It can also be a part of 'type'. Older kernels ignore it.
 */
size_t nl_msg_start_nested(struct ofpbuf *msg, uint16_t type);

/**
 * Ends the attribute that nl_msg_start_nested() started at 'offset': sets its length, so that
 * everything appended since is its payload. The length, header included, must not exceed 65535
 * bytes.
 */
void nl_msg_end_nested(struct ofpbuf *msg, size_t offset);

/**
 * Appends an attribute of type 'type' that contains a copy of the 'size' bytes of attributes at
 * 'data', and padding up to a multiple of 4. The padding counts in the length of the attribute.
 * That length, header included, must not exceed 65535 bytes. Does not set the flag NLA_F_NESTED,
 * which can be a part of 'type': see nl_msg_start_nested().
 */
void nl_msg_put_nested(struct ofpbuf *msg, uint16_t type, const void *data, size_t size);

/**
 * Removes the first message from 'buffer' and makes 'msg' a view of it. 'msg' need not be
 * initialised.
 *
 * # Return value
 * The header of the message. Null if 'buffer' does not start with a whole message; then 'buffer'
 * is emptied, and 'msg' has neither data nor size.
 *
 * # Ownership
 * The message stays in the memory of 'buffer': 'msg' is valid until that memory is changed or
 * freed.
 */
struct nlmsghdr *nl_msg_next(struct ofpbuf *buffer, struct ofpbuf *msg);

/**
 * Checks whether 'msg', which must hold a header, is an NLMSG_ERROR message: an acknowledgement or
 * an error. If it is, and 'error' is nonnull, stores in '*error':
 * - 0 if it is an acknowledgement,
 * - the positive errno value if the kernel refused the request,
 * - EPROTO if the message is too short, or its code is not a negative errno value.
 *
 * If 'attr_msg' is nonnull and the kernel refused the request with an error text, stores the
 * address of the text in '*attr_msg'; otherwise leaves '*attr_msg' unchanged.
 *
 * # Return value
 * Whether 'msg' is an NLMSG_ERROR message.
 *
 * # Ownership
 * The error text stays in the memory of 'msg'.
 */
bool nl_msg_nlmsgerr(const struct ofpbuf *msg, int *error, const char **attr_msg);

/**
 * Appends an attribute of type 'type' that holds the 128-bit integer 'value'.
 */
void nl_msg_put_u128(struct ofpbuf *msg, uint16_t type, ovs_u128 value);

/**
 * Appends an attribute of type 'type' that holds the 128-bit integer 'value', which is in network
 * byte order.
 */
void nl_msg_put_be128(struct ofpbuf *msg, uint16_t type, ovs_be128 value);

/**
 * Prepends an attribute of type 'type' that holds the 128-bit integer 'value'.
 */
void nl_msg_push_u128(struct ofpbuf *msg, uint16_t type, ovs_u128 value);

/**
 * Prepends an attribute of type 'type' that holds the 128-bit integer 'value', which is in network
 * byte order.
 */
void nl_msg_push_be128(struct ofpbuf *msg, uint16_t type, ovs_be128 value);

/**
 * Appends an attribute of type 'type' that holds a copy of the IPv6 address '*value', which need
 * not be aligned.
 */
void nl_msg_put_in6_addr(struct ofpbuf *msg, uint16_t type, const struct in6_addr *value);

/**
 * Appends an attribute of type 'type' that holds the 'len' characters at 'value' and a NUL.
 */
void nl_msg_put_string__(struct ofpbuf *msg, uint16_t type, const char *value, size_t len);

/**
 * Does the same as nl_msg_start_nested(), and sets the flag NLA_F_NESTED in the type.
 */
size_t nl_msg_start_nested_with_flag(struct ofpbuf *msg, uint16_t type);

/**
 * Removes the attribute that nl_msg_start_nested() started at 'offset', with everything that was
 * appended since then.
 */
void nl_msg_cancel_nested(struct ofpbuf *msg, size_t offset);

/**
 * Ends the attribute that nl_msg_start_nested() started at 'offset': see nl_msg_end_nested(). If
 * nothing was appended since, removes the attribute instead.
 *
 * # Return value
 * Whether the attribute was removed.
 */
bool nl_msg_end_non_empty_nested(struct ofpbuf *msg, size_t offset);

/**
 * Inserts the header of an attribute of type 'type' after the first 'offset' bytes of 'msg', so
 * that the next 'size' bytes of 'msg' become the payload of that attribute.
 *
 * # Limits
 * The header's length field has 16 bits. If 'size' exceeds the greatest payload
 * (nl_attr_oversized()), the field holds the low 16 bits of the length and the attribute is not
 * usable. Open vSwitch itself builds such messages and checks their size later, so this is not an
 * assertion.
 */
void nl_msg_wrap_nested(struct ofpbuf *msg, uint16_t type, size_t offset, size_t size);

/**
 * Truncates 'msg' to its first 'offset' bytes. 'msg' must have at least that many bytes.
 */
void nl_msg_reset_size(struct ofpbuf *msg, size_t offset);

/**
 * Returns whether a payload of 'payload_size' bytes is too large for one attribute. The comment at
 * the top of netlink.h states the limit.
 */
bool nl_attr_oversized(size_t payload_size);

/**
 * Returns the type of 'nla', without the flags NLA_F_NESTED and NLA_F_NET_BYTEORDER.
 */
int nl_attr_type(const struct nlattr *nla);

/**
 * Returns the address of the payload of 'nla'.
 */
const void *nl_attr_get(const struct nlattr *nla);

/**
 * Returns the size of the payload of 'nla', without padding.
 */
size_t nl_attr_get_size(const struct nlattr *nla);

/**
 * Returns the address of the payload of 'nla', which must have at least 'size' bytes.
 */
const void *nl_attr_get_unspec(const struct nlattr *nla, size_t size);

/**
 * Returns whether 'nla' is nonnull: a flag is set if its attribute is present.
 */
bool nl_attr_get_flag(const struct nlattr *nla);

/**
 * Returns the 8-bit integer in the payload of 'nla', which must have at least 1 byte.
 */
uint8_t nl_attr_get_u8(const struct nlattr *nla);

/**
 * Returns the 16-bit integer in the payload of 'nla', which must have at least 2 bytes.
 */
uint16_t nl_attr_get_u16(const struct nlattr *nla);

/**
 * Returns the 32-bit integer in the payload of 'nla', which must have at least 4 bytes.
 */
uint32_t nl_attr_get_u32(const struct nlattr *nla);

/**
 * Returns the 64-bit integer in the payload of 'nla', which must have at least 8 bytes.
 */
uint64_t nl_attr_get_u64(const struct nlattr *nla);

/**
 * Returns the 16-bit integer in network byte order in the payload of 'nla', which must have at
 * least 2 bytes.
 */
ovs_be16 nl_attr_get_be16(const struct nlattr *nla);

/**
 * Returns the 32-bit integer in network byte order in the payload of 'nla', which must have at
 * least 4 bytes.
 */
ovs_be32 nl_attr_get_be32(const struct nlattr *nla);

/**
 * Returns the 64-bit integer in network byte order in the payload of 'nla', which must have at
 * least 8 bytes.
 */
ovs_be64 nl_attr_get_be64(const struct nlattr *nla);

/**
 * Returns the datapath port number in the payload of 'nla', which must have at least 4 bytes.
 */
odp_port_t nl_attr_get_odp_port(const struct nlattr *nla);

/**
 * Returns the string in the payload of 'nla', which must contain a NUL.
 */
const char *nl_attr_get_string(const struct nlattr *nla);

/**
 * Makes 'nested' a view of the payload of 'nla', so that the attributes in it can be read.
 * 'nested' need not be initialised.
 *
 * # Ownership
 * The payload stays where it is: 'nested' is valid until the memory of 'nla' is changed or freed.
 */
void nl_attr_get_nested(const struct nlattr *nla, struct ofpbuf *nested);

/**
 * Returns the first attribute of type 'type' among the 'size' bytes of attributes at 'attrs',
 * which may be null. The search ends at an attribute that is not whole. Returns null if no such
 * attribute is found.
 */
const struct nlattr *nl_attr_find__(const struct nlattr *attrs, size_t size, uint16_t type);

/**
 * Returns the first attribute of type 'type' after the first 'hdr_len' bytes of 'buf'. Returns
 * null if there is none, or if 'buf' has less than 'hdr_len' bytes.
 */
const struct nlattr *nl_attr_find(const struct ofpbuf *buf, size_t hdr_len, uint16_t type);

/**
 * Returns the first attribute of type 'type' in the payload of 'nla', or null if there is none.
 */
const struct nlattr *nl_attr_find_nested(const struct nlattr *nla, uint16_t type);

/**
 * Returns the 128-bit integer in the payload of 'nla', which must have at least 16 bytes.
 */
ovs_u128 nl_attr_get_u128(const struct nlattr *nla);

/**
 * Returns the 128-bit integer in network byte order in the payload of 'nla', which must have at
 * least 16 bytes.
 */
ovs_be128 nl_attr_get_be128(const struct nlattr *nla);

/**
 * Returns the IPv6 address in the payload of 'nla', which must have at least 16 bytes.
 */
struct in6_addr nl_attr_get_in6_addr(const struct nlattr *nla);

/**
 * Returns the Ethernet address in the payload of 'nla', which must have at least 6 bytes.
 */
struct eth_addr nl_attr_get_eth_addr(const struct nlattr *nla);

/**
 * Returns the InfiniBand address in the payload of 'nla', which must have at least 20 bytes.
 */
struct ib_addr nl_attr_get_ib_addr(const struct nlattr *nla);

/**
 * Returns whether the payload of 'nla' satisfies 'policy': its size is within the bounds, and, for
 * NL_A_STRING, its only NUL is at its end. The presence of the attribute is not checked.
 */
bool nl_attr_validate(const struct nlattr *nla, const struct nl_policy *policy);

/**
 * Parses the attributes that follow the first 'offset' bytes of 'msg'. 'policy' and 'attrs' are
 * arrays of 'n_attrs' elements, which are indexed by attribute type. Stores in each element of
 * 'attrs' a pointer to the last attribute of the element's type, or null if there is none. Skips
 * attributes whose type is 'n_attrs' or more, and those whose policy is NL_A_NO_ATTR.
 *
 * # Return value
 * True if 'msg' has at least 'offset' bytes, only whole attributes follow them, all attributes
 * satisfy their policies, and none is missing unless its policy is optional. Otherwise false;
 * 'attrs' then holds what was found up to the failure.
 *
 * # Ownership
 * The attributes stay in the memory of 'msg'.
 */
bool nl_policy_parse(const struct ofpbuf *msg,
                     size_t offset,
                     const struct nl_policy *policy,
                     struct nlattr **attrs,
                     size_t n_attrs);

/**
 * Does the same as nl_policy_parse() for the attributes in the payload of 'nla'.
 */
bool nl_parse_nested(const struct nlattr *nla,
                     const struct nl_policy *policy,
                     struct nlattr **attrs,
                     size_t n_attrs);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_NETLINK_H */
