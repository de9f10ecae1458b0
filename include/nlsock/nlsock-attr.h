/* SPDX-License-Identifier: Apache-2.0 */
/* The part of netlink.h that is the same in all interface versions: sizes, loops over
 * attributes. */

#ifndef NLSOCK_ATTR_H
#define NLSOCK_ATTR_H 1

/* Size of an attribute with a payload of PAYLOAD bytes, with its header and padding.  For
 * ofpbuf_use_stub() and nl_msg_reserve(), for example.  With NLA_HDRLEN and NLA_ALIGN,
 * -Wsign-conversion would warn in the program. */
#define NL_ATTR_SIZE(PAYLOAD) (4 + ((PAYLOAD) + 3) / 4 * 4)

/* Size of an attribute of the type that the name contains, with its header and padding. */
#define NL_A_U8_SIZE NL_ATTR_SIZE(sizeof(uint8_t))
#define NL_A_U16_SIZE NL_ATTR_SIZE(sizeof(uint16_t))
#define NL_A_U32_SIZE NL_ATTR_SIZE(sizeof(uint32_t))
#define NL_A_U64_SIZE NL_ATTR_SIZE(sizeof(uint64_t))
#define NL_A_BE16_SIZE NL_ATTR_SIZE(sizeof(ovs_be16))
#define NL_A_BE32_SIZE NL_ATTR_SIZE(sizeof(ovs_be32))
#define NL_A_BE64_SIZE NL_ATTR_SIZE(sizeof(ovs_be64))
#define NL_A_FLAG_SIZE NL_ATTR_SIZE(0)

/* Initialises a struct nl_policy that requires a payload of exactly the size of TYPE, such as a
 * structure.  Other fields can follow:
 *
 *   [IFLA_STATS64] = { NL_POLICY_FOR(struct rtnl_link_stats64), .optional = true },
 *
 * Newer kernels append fields to some structures.  This policy then refuses the attribute;
 * NLSOCK_POLICY_AT_LEAST(TYPE) of nlsock-ext.h accepts it. */
#ifndef __cplusplus
#define NL_POLICY_FOR(TYPE) \
    .type = NL_A_UNSPEC, .min_len = sizeof(TYPE), .max_len = sizeof(TYPE)
#else
#define NL_POLICY_FOR(TYPE) NL_A_UNSPEC, sizeof(TYPE), sizeof(TYPE)
#endif

#ifdef __cplusplus
extern "C" {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif

/* Returns the address after 'nla' and its padding, where the next attribute starts.  Does not check
 * whether there is one: see nl_attr_is_valid(). */
static inline struct nlattr *
nl_attr_next(const struct nlattr *nla)
{
    uintptr_t start = (uintptr_t) nla;

    return (struct nlattr *) (start + (size_t) NLA_ALIGN(nla->nla_len));
}

/* Returns whether there is a whole attribute in the 'maxlen' bytes at 'nla'. */
static inline bool
nl_attr_is_valid(const struct nlattr *nla, size_t maxlen)
{
    return (maxlen >= sizeof *nla
            && nla->nla_len >= sizeof *nla
            && nla->nla_len <= maxlen);
}

/* Returns the size of 'nla' with its padding, or without it if that would exceed 'maxlen'. */
static inline size_t
nl_attr_len_pad(const struct nlattr *nla, size_t maxlen)
{
    size_t padded = NLA_ALIGN(nla->nla_len);

    return padded <= maxlen ? padded : nla->nla_len;
}

/* Returns the first attribute in the payload of 'nla'.  NL_NESTED_FOR_EACH would otherwise need a
 * cast, of which C++ compilers can warn. */
static inline const struct nlattr *
nl_attr_first__(const struct nlattr *nla)
{
    return (const struct nlattr *) nl_attr_get(nla);
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
}
#endif

/* Loops over the attributes in the ATTRS_LEN bytes at ATTRS.  ITER, a variable of type const struct
 * nlattr *, is the current attribute.  LEFT, a variable of type size_t, is the number of bytes from
 * there to the end.  The loop ends at the first attribute that is not whole; LEFT is then not 0. */
#define NL_ATTR_FOR_EACH(ITER, LEFT, ATTRS, ATTRS_LEN)                                      \
    for ((ITER) = (ATTRS), (LEFT) = (ATTRS_LEN);                                            \
         nl_attr_is_valid(ITER, LEFT);                                                      \
         (LEFT) -= nl_attr_len_pad(ITER, LEFT), (ITER) = nl_attr_next(ITER))

/* Does the same as NL_ATTR_FOR_EACH(), but does not check the lengths of the attributes.  Only for
 * attributes that were checked before, for example by nl_policy_parse(): with others, the loop may
 * read outside of the attributes, and need not end. */
#define NL_ATTR_FOR_EACH_UNSAFE(ITER, LEFT, ATTRS, ATTRS_LEN)                               \
    for ((ITER) = (ATTRS), (LEFT) = (ATTRS_LEN);                                            \
         (LEFT) > 0;                                                                        \
         (LEFT) -= nl_attr_len_pad(ITER, LEFT), (ITER) = nl_attr_next(ITER))

/* Loops over the attributes in the payload of the attribute A, as NL_ATTR_FOR_EACH() does. */
#define NL_NESTED_FOR_EACH(ITER, LEFT, A)                                                   \
    NL_ATTR_FOR_EACH(ITER, LEFT, nl_attr_first__(A), nl_attr_get_size(A))

/* Loops over the attributes in the payload of the attribute A without checking their lengths, as
 * NL_ATTR_FOR_EACH_UNSAFE() does. */
#define NL_NESTED_FOR_EACH_UNSAFE(ITER, LEFT, A)                                            \
    NL_ATTR_FOR_EACH_UNSAFE(ITER, LEFT, nl_attr_first__(A), nl_attr_get_size(A))

#endif /* nlsock-attr.h */
