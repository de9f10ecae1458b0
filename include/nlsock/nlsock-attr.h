/* What all flavours of netlink.h have: sizes, policies of structures, loops over attributes. */

#ifndef NLSOCK_ATTR_H
#define NLSOCK_ATTR_H 1

/* Size of an attribute with a payload of PAYLOAD bytes, header and padding included. */
#define NL_ATTR_SIZE(PAYLOAD) (NLA_HDRLEN + NLA_ALIGN(PAYLOAD))
#define NL_A_U8_SIZE NL_ATTR_SIZE(sizeof(uint8_t))
#define NL_A_U16_SIZE NL_ATTR_SIZE(sizeof(uint16_t))
#define NL_A_U32_SIZE NL_ATTR_SIZE(sizeof(uint32_t))
#define NL_A_U64_SIZE NL_ATTR_SIZE(sizeof(uint64_t))
#define NL_A_BE16_SIZE NL_ATTR_SIZE(sizeof(ovs_be16))
#define NL_A_BE32_SIZE NL_ATTR_SIZE(sizeof(ovs_be32))
#define NL_A_BE64_SIZE NL_ATTR_SIZE(sizeof(ovs_be64))
#define NL_A_FLAG_SIZE NL_ATTR_SIZE(0)

/* Initialiser of a policy for exactly a TYPE, such as a structure. */
#ifndef __cplusplus
#define NL_POLICY_FOR(TYPE) \
    .type = NL_A_UNSPEC, .min_len = sizeof(TYPE), .max_len = sizeof(TYPE)
#else
#define NL_POLICY_FOR(TYPE) NL_A_UNSPEC, sizeof(TYPE), sizeof(TYPE)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Returns where the attribute behind 'nla' starts. */
static inline struct nlattr *
nl_attr_next(const struct nlattr *nla)
{
    uintptr_t start = (uintptr_t) nla;

    return (struct nlattr *) (start + NLA_ALIGN(nla->nla_len));
}

/* Returns whether 'nla' is a whole attribute, where 'maxlen' bytes are left. */
static inline bool
nl_attr_is_valid(const struct nlattr *nla, size_t maxlen)
{
    return (maxlen >= sizeof *nla
            && nla->nla_len >= sizeof *nla
            && nla->nla_len <= maxlen);
}

/* Returns how many bytes 'nla' takes: with its padding, if that is all within 'maxlen'. */
static inline size_t
nl_attr_len_pad(const struct nlattr *nla, size_t maxlen)
{
    size_t padded = NLA_ALIGN(nla->nla_len);

    return padded <= maxlen ? padded : nla->nla_len;
}

#ifdef __cplusplus
}
#endif

/* Loops over the ATTRS_LEN bytes of attributes at ATTRS: ITER is each of them, LEFT what is left.
 * Ends at the first that does not fit; LEFT is then not 0. */
#define NL_ATTR_FOR_EACH(ITER, LEFT, ATTRS, ATTRS_LEN)                                      \
    for ((ITER) = (ATTRS), (LEFT) = (ATTRS_LEN);                                            \
         nl_attr_is_valid(ITER, LEFT);                                                      \
         (LEFT) -= nl_attr_len_pad(ITER, LEFT), (ITER) = nl_attr_next(ITER))

/* The same for attributes whose lengths are known to be right. */
#define NL_ATTR_FOR_EACH_UNSAFE(ITER, LEFT, ATTRS, ATTRS_LEN)                               \
    for ((ITER) = (ATTRS), (LEFT) = (ATTRS_LEN);                                            \
         (LEFT) > 0;                                                                        \
         (LEFT) -= nl_attr_len_pad(ITER, LEFT), (ITER) = nl_attr_next(ITER))

/* The same for the attributes within A. */
#define NL_NESTED_FOR_EACH(ITER, LEFT, A)                                                   \
    NL_ATTR_FOR_EACH(ITER, LEFT, (const struct nlattr *) nl_attr_get(A), nl_attr_get_size(A))
#define NL_NESTED_FOR_EACH_UNSAFE(ITER, LEFT, A)                                            \
    NL_ATTR_FOR_EACH_UNSAFE(ITER, LEFT, (const struct nlattr *) nl_attr_get(A),             \
                            nl_attr_get_size(A))

#endif /* nlsock-attr.h */
