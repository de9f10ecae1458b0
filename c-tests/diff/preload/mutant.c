/* SPDX-License-Identifier: Apache-2.0 */
/* A mutant of the library: functions that are preloaded in front of the library's.  The environment
 * variable MUTATION chooses which one returns something wrong, so that the comparison must fail. */

#include <dlfcn.h>
#include "cases.h"

static bool
mutated(const char *mutation)
{
    const char *chosen = getenv("MUTATION");

    return chosen && !strcmp(chosen, mutation);
}

/* The function of this name in the library. */
#define REAL(NAME) ((__typeof__(NAME) *) dlsym(RTLD_NEXT, #NAME))

void
ofpbuf_prealloc_tailroom(struct ofpbuf *b, size_t size)
{
    REAL(ofpbuf_prealloc_tailroom)(b, size + (mutated("growth") || mutated("growth-at-random")));
}

void
nl_msg_put_string(struct ofpbuf *msg, uint16_t type, const char *value)
{
    REAL(nl_msg_put_string)(msg, type, mutated("string") && *value ? value + 1 : value);
}

void
nl_msg_end_nested(struct ofpbuf *msg, size_t offset)
{
    if (!mutated("nested")) {
        REAL(nl_msg_end_nested)(msg, offset);
    }
}

uint16_t
nl_attr_get_u16(const struct nlattr *nla)
{
    return (uint16_t) (REAL(nl_attr_get_u16)(nla) ^ mutated("value"));
}

bool
nl_attr_validate(const struct nlattr *nla, const struct nl_policy *policy)
{
    return REAL(nl_attr_validate)(nla, policy) || mutated("validation");
}

bool
nl_policy_parse(const struct ofpbuf *msg, size_t offset, const struct nl_policy policy[],
                struct nlattr *attrs[], size_t n_attrs)
{
    bool ok = REAL(nl_policy_parse)(msg, offset, policy, attrs, n_attrs);

    if (n_attrs && mutated("parsing")) {
        attrs[0] = attrs[n_attrs - 1];
    }
    return ok;
}

#ifndef FLAVOUR_2014
bool
(nl_msg_nlmsgerr)(const struct ofpbuf *msg, int *error, const char **attr_msg)
{
    return REAL(nl_msg_nlmsgerr)(msg, mutated("error") ? NULL : error, attr_msg);
}
#else
bool
nl_msg_nlmsgerr(const struct ofpbuf *msg, int *error)
{
    return REAL(nl_msg_nlmsgerr)(msg, mutated("error") ? NULL : error);
}
#endif

int
nl_sock_send(struct nl_sock *sock, const struct ofpbuf *msg, bool wait)
{
    if (mutated("sending")) {
        return nl_sock_send_seq(sock, msg, 77, wait);
    }
    return REAL(nl_sock_send)(sock, msg, wait);
}

int
nl_sock_leave_mcgroup(struct nl_sock *sock, unsigned int group)
{
    return mutated("group") ? 0 : REAL(nl_sock_leave_mcgroup)(sock, group);
}

int
nl_transact(int protocol, const struct ofpbuf *request, struct ofpbuf **replyp)
{
    int error = REAL(nl_transact)(protocol, request, replyp);

    return mutated("transaction") ? 0 : error;
}

bool
nl_dump_next(struct nl_dump *dump, struct ofpbuf *reply, struct ofpbuf *buf)
{
    if (mutated("dump")) {
        REAL(nl_dump_next)(dump, reply, buf);
    }
    return REAL(nl_dump_next)(dump, reply, buf);
}

int
nl_lookup_genl_family(const char *name, int *number)
{
    return mutated("lookup") ? 2 : REAL(nl_lookup_genl_family)(name, number);
}
