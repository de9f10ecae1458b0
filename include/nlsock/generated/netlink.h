#ifndef NLSOCK_GENERATED_NETLINK_H
#define NLSOCK_GENERATED_NETLINK_H

/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/**
 * What one attribute must look like. An all-zero policy (NL_A_NO_ATTR) skips the attribute.
 */
struct nl_policy {
  /**
   * The kind of payload.
   */
  enum nl_attr_type type;
  /**
   * Least payload size in bytes; 0 for the type's own.
   */
  size_t min_len;
  /**
   * Greatest payload size in bytes; 0 for the type's own.
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
 * Returns the generic netlink header behind the header of 'msg'; null if 'msg' is too short.
 */
struct genlmsghdr *nl_msg_genlmsghdr(const struct ofpbuf *msg);

/**
 * Makes sure that 'size' bytes and their padding can be added without reallocation.
 */
void nl_msg_reserve(struct ofpbuf *msg, size_t size);

/**
 * Puts a message header into 'msg', which must be empty, and makes room for 'expected_payload'
 * bytes more (an estimate; may be 0). 'type' and 'flags' are cut to 16 bits. Length, sequence
 * number and port id are 0 until the message is sent.
 */
void nl_msg_put_nlmsghdr(struct ofpbuf *msg,
                         size_t expected_payload,
                         uint32_t type,
                         uint32_t flags);

/**
 * Puts a message header and a generic netlink header into 'msg', which must be empty. 'family' is
 * a number from nl_lookup_genl_family(). For the rest see nl_msg_put_nlmsghdr().
 */
void nl_msg_put_genlmsghdr(struct ofpbuf *msg,
                           size_t expected_payload,
                           int family,
                           uint32_t flags,
                           uint8_t cmd,
                           uint8_t version);

/**
 * Adds a copy of the 'size' bytes at 'data', and padding, at the end.
 */
void nl_msg_put(struct ofpbuf *msg, const void *data, size_t size);

/**
 * Adds 'size' uninitialised bytes, and padding, at the end. Returns the first.
 */
void *nl_msg_put_uninit(struct ofpbuf *msg, size_t size);

/**
 * Adds a copy of the 'size' bytes at 'data', and padding behind them, at the start.
 */
void nl_msg_push(struct ofpbuf *msg, const void *data, size_t size);

/**
 * Adds 'size' uninitialised bytes, and padding behind them, at the start. Returns the first.
 */
void *nl_msg_push_uninit(struct ofpbuf *msg, size_t size);

/**
 * Adds an attribute with 'size' zero bytes of payload at the end. Returns the first. Padded, the
 * attribute must not pass 65535 bytes: see nl_attr_oversized().
 */
void *nl_msg_put_unspec_zero(struct ofpbuf *msg, uint16_t type, size_t size);

/**
 * Adds an attribute with 'size' uninitialised bytes of payload at the end. Returns the first.
 * Padded, the attribute must not pass 65535 bytes: see nl_attr_oversized().
 */
void *nl_msg_put_unspec_uninit(struct ofpbuf *msg, uint16_t type, size_t size);

/**
 * Adds an attribute with a copy of the 'size' bytes at 'data' as payload at the end. 'data' may
 * be null if 'size' is 0. For the limit see nl_msg_put_unspec_uninit().
 */
void nl_msg_put_unspec(struct ofpbuf *msg, uint16_t type, const void *data, size_t size);

/**
 * Adds an attribute without payload at the end.
 */
void nl_msg_put_flag(struct ofpbuf *msg, uint16_t type);

/**
 * Adds an attribute with an 8-bit integer at the end.
 */
void nl_msg_put_u8(struct ofpbuf *msg, uint16_t type, uint8_t value);

/**
 * Adds an attribute with a 16-bit integer in host order at the end.
 */
void nl_msg_put_u16(struct ofpbuf *msg, uint16_t type, uint16_t value);

/**
 * Adds an attribute with a 32-bit integer in host order at the end.
 */
void nl_msg_put_u32(struct ofpbuf *msg, uint16_t type, uint32_t value);

/**
 * Adds an attribute with a 64-bit integer in host order at the end.
 */
void nl_msg_put_u64(struct ofpbuf *msg, uint16_t type, uint64_t value);

/**
 * Adds an attribute with a 16-bit integer in network order at the end.
 */
void nl_msg_put_be16(struct ofpbuf *msg, uint16_t type, ovs_be16 value);

/**
 * Adds an attribute with a 32-bit integer in network order at the end.
 */
void nl_msg_put_be32(struct ofpbuf *msg, uint16_t type, ovs_be32 value);

/**
 * Adds an attribute with a 64-bit integer in network order at the end.
 */
void nl_msg_put_be64(struct ofpbuf *msg, uint16_t type, ovs_be64 value);

/**
 * Adds an attribute with a datapath port number at the end.
 */
void nl_msg_put_odp_port(struct ofpbuf *msg, uint16_t type, odp_port_t value);

/**
 * Adds an attribute with the string 'value', NUL included, at the end.
 */
void nl_msg_put_string(struct ofpbuf *msg, uint16_t type, const char *value);

/**
 * Adds an attribute with 'size' uninitialised bytes of payload at the start. Returns the first.
 * Padded, the attribute must not pass 65535 bytes: see nl_attr_oversized().
 */
void *nl_msg_push_unspec_uninit(struct ofpbuf *msg, uint16_t type, size_t size);

/**
 * Adds an attribute with a copy of the 'size' bytes at 'data' as payload at the start. 'data' may
 * be null if 'size' is 0. For the limit see nl_msg_push_unspec_uninit().
 */
void nl_msg_push_unspec(struct ofpbuf *msg, uint16_t type, const void *data, size_t size);

/**
 * Adds an attribute without payload at the start.
 */
void nl_msg_push_flag(struct ofpbuf *msg, uint16_t type);

/**
 * Adds an attribute with an 8-bit integer at the start.
 */
void nl_msg_push_u8(struct ofpbuf *msg, uint16_t type, uint8_t value);

/**
 * Adds an attribute with a 16-bit integer in host order at the start.
 */
void nl_msg_push_u16(struct ofpbuf *msg, uint16_t type, uint16_t value);

/**
 * Adds an attribute with a 32-bit integer in host order at the start.
 */
void nl_msg_push_u32(struct ofpbuf *msg, uint16_t type, uint32_t value);

/**
 * Adds an attribute with a 64-bit integer in host order at the start.
 */
void nl_msg_push_u64(struct ofpbuf *msg, uint16_t type, uint64_t value);

/**
 * Adds an attribute with a 16-bit integer in network order at the start.
 */
void nl_msg_push_be16(struct ofpbuf *msg, uint16_t type, ovs_be16 value);

/**
 * Adds an attribute with a 32-bit integer in network order at the start.
 */
void nl_msg_push_be32(struct ofpbuf *msg, uint16_t type, ovs_be32 value);

/**
 * Adds an attribute with a 64-bit integer in network order at the start.
 */
void nl_msg_push_be64(struct ofpbuf *msg, uint16_t type, ovs_be64 value);

/**
 * Adds an attribute with the string 'value', NUL included, at the start.
 */
void nl_msg_push_string(struct ofpbuf *msg, uint16_t type, const char *value);

/**
 * Adds the header of an attribute whose payload is put next. Returns what nl_msg_end_nested()
 * needs.
 */
size_t nl_msg_start_nested(struct ofpbuf *msg, uint16_t type);

/**
 * Ends the attribute that nl_msg_start_nested() started at 'offset'. What was put since must not
 * pass 65535 bytes, header included.
 */
void nl_msg_end_nested(struct ofpbuf *msg, size_t offset);

/**
 * Adds an attribute whose payload is a copy of the 'size' bytes of attributes at 'data', padding
 * included.
 */
void nl_msg_put_nested(struct ofpbuf *msg, uint16_t type, const void *data, size_t size);

/**
 * Takes the first message off 'buffer' and makes 'msg' a view of it, good while the memory of
 * 'buffer' stays. Returns its header. If 'buffer' does not start with a whole message, empties
 * both and returns null.
 */
struct nlmsghdr *nl_msg_next(struct ofpbuf *buffer, struct ofpbuf *msg);

/**
 * Returns whether 'msg', which must hold a header, is of type NLMSG_ERROR. If so, and 'error' is
 * nonnull, stores in it 0 for an acknowledgement, a positive errno value for a refusal, or EPROTO
 * for a message that is too short or whose code is no errno value.
 */
bool nl_msg_nlmsgerr(const struct ofpbuf *msg, int *error);

/**
 * Returns whether an attribute with 'payload_size' bytes of payload would pass 65535 bytes, padding
 * included, which its length field cannot say.
 */
bool nl_attr_oversized(size_t payload_size);

/**
 * Returns the attribute's type, without the flags NLA_F_NESTED and NLA_F_NET_BYTEORDER.
 */
int nl_attr_type(const struct nlattr *nla);

/**
 * Returns the start of the payload.
 */
const void *nl_attr_get(const struct nlattr *nla);

/**
 * Returns the size of the payload in bytes.
 */
size_t nl_attr_get_size(const struct nlattr *nla);

/**
 * Returns the start of the payload, which must have at least 'size' bytes.
 */
const void *nl_attr_get_unspec(const struct nlattr *nla, size_t size);

/**
 * Returns whether 'nla' is nonnull: of a flag, presence is the value.
 */
bool nl_attr_get_flag(const struct nlattr *nla);

/**
 * Returns the 8-bit integer in the payload, which must have at least 1 byte.
 */
uint8_t nl_attr_get_u8(const struct nlattr *nla);

/**
 * Returns the 16-bit integer in host order in the payload, which must have at least 2 bytes.
 */
uint16_t nl_attr_get_u16(const struct nlattr *nla);

/**
 * Returns the 32-bit integer in host order in the payload, which must have at least 4 bytes.
 */
uint32_t nl_attr_get_u32(const struct nlattr *nla);

/**
 * Returns the 64-bit integer in host order in the payload, which must have at least 8 bytes.
 */
uint64_t nl_attr_get_u64(const struct nlattr *nla);

/**
 * Returns the 16-bit integer in network order in the payload, which must have at least 2 bytes.
 */
ovs_be16 nl_attr_get_be16(const struct nlattr *nla);

/**
 * Returns the 32-bit integer in network order in the payload, which must have at least 4 bytes.
 */
ovs_be32 nl_attr_get_be32(const struct nlattr *nla);

/**
 * Returns the 64-bit integer in network order in the payload, which must have at least 8 bytes.
 */
ovs_be64 nl_attr_get_be64(const struct nlattr *nla);

/**
 * Returns the datapath port number in the payload, which must have at least 4 bytes.
 */
odp_port_t nl_attr_get_odp_port(const struct nlattr *nla);

/**
 * Returns the string in the payload, which must have a NUL.
 */
const char *nl_attr_get_string(const struct nlattr *nla);

/**
 * Makes 'nested' a view of the payload, good while the attribute stays.
 */
void nl_attr_get_nested(const struct nlattr *nla, struct ofpbuf *nested);

/**
 * Returns the first attribute of type 'type' among the 'size' bytes of attributes at 'attrs', or
 * null. Stops at the first that does not fit.
 */
const struct nlattr *nl_attr_find__(const struct nlattr *attrs, size_t size, uint16_t type);

/**
 * Returns the first attribute of type 'type' in 'buf' behind its first 'hdr_len' bytes, or null,
 * also where 'buf' is shorter than that.
 */
const struct nlattr *nl_attr_find(const struct ofpbuf *buf, size_t hdr_len, uint16_t type);

/**
 * Returns the first attribute of type 'type' in the payload of 'nla', or null.
 */
const struct nlattr *nl_attr_find_nested(const struct nlattr *nla, uint16_t type);

/**
 * Returns whether the payload of 'nla' is what 'policy' asks for: its size within the bounds, and
 * a string's only NUL at its end.
 */
bool nl_attr_validate(const struct nlattr *nla, const struct nl_policy *policy);

/**
 * Parses the attributes in 'msg' behind its first 'offset' bytes. 'policy' and 'attrs' have an
 * element for each type less than 'n_attrs'; other types are skipped, and those whose policy is
 * NL_A_NO_ATTR. Stores in 'attrs' a pointer to the last attribute of each type, or null.
 *
 * Returns whether all satisfy their policies, nothing else follows them, and none that is required
 * is missing. On failure, 'attrs' holds what was found so far.
 */
bool nl_policy_parse(const struct ofpbuf *msg,
                     size_t offset,
                     const struct nl_policy *policy,
                     struct nlattr **attrs,
                     size_t n_attrs);

/**
 * nl_policy_parse() of the payload of 'nla'.
 */
bool nl_parse_nested(const struct nlattr *nla,
                     const struct nl_policy *policy,
                     struct nlattr **attrs,
                     size_t n_attrs);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NLSOCK_GENERATED_NETLINK_H */
