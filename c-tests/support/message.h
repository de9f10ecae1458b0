/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of messages: bytes, buffers and attributes with known contents, and the log. */

#ifndef MESSAGE_H
#define MESSAGE_H 1

#include <errno.h>
#include "flavour.h"
#include "netlink-protocol.h"
#include "nlsock-ext.h"
#include "tap.h"

/* For initialisers: the two bytes of an integer in host order, and the header of an attribute. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define H16(N) (uint8_t) (N), (uint8_t) ((N) >> 8)
#else
#define H16(N) (uint8_t) ((N) >> 8), (uint8_t) (N)
#endif
#define HEAD(LEN, TYPE) H16(LEN), H16(TYPE)

/* Integers whose bytes in memory are 1, 2, ..., whatever the byte order. */
static const union {
    uint8_t bytes[8];
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
} value = { { 1, 2, 3, 4, 5, 6, 7, 8 } };

/* Filled with 0xee before each use, so that zeros in it were written as padding. */
static _Alignas(8) uint8_t memory[1024];

/* Makes 'b' an empty buffer in the middle of 'memory'. */
static inline void
use_memory(struct ofpbuf *b)
{
    memset(memory, 0xee, sizeof memory);
    ofpbuf_use_stack(b, memory, sizeof memory);
    ofpbuf_reserve(b, sizeof memory / 2);
}

/* Returns an attribute with the length 'len' in its header and 'size' bytes of payload. */
static inline struct nlattr *
make(size_t len, uint16_t type, const void *payload, size_t size)
{
    static union {
        struct nlattr nla;
        uint8_t bytes[32];
    } attr;

    memset(&attr, 0xee, sizeof attr);
    attr.nla.nla_len = (uint16_t) len;
    attr.nla.nla_type = type;
    memcpy(attr.bytes + 4, payload, size);
    return &attr.nla;
}

static inline struct nlattr *
bare(size_t len)
{
    return make(len, 7, "", 0);
}

#define CHECK_DATA(B, ...)                                                      \
    do {                                                                        \
        const uint8_t bytes__[] = { __VA_ARGS__ };                              \
        CHECK_INT(ofpbuf_size(B), sizeof bytes__);                              \
        CHECK(!memcmp(ofpbuf_data(B), bytes__, sizeof bytes__));                \
    } while (0)
#define CHECK_ROOM(B, SIZE, ALLOCATED, HEADROOM)                                \
    do {                                                                        \
        CHECK_INT(ofpbuf_size(B), SIZE);                                        \
        CHECK_INT((B)->allocated, ALLOCATED);                                   \
        CHECK_INT(ofpbuf_headroom(B), HEADROOM);                                \
    } while (0)

/* Checks what CALL writes to an empty buffer 'b'. */
#define CHECK_CALL(CALL, ...)                                                   \
    do {                                                                        \
        use_memory(&b);                                                         \
        CALL;                                                                   \
        CHECK_DATA(&b, __VA_ARGS__);                                            \
    } while (0)

/* The messages logged since the last check, a line each. */
static char log_text[1024];

static inline void
record(void *aux, int level, const char *module, const char *text)
{
    char *end = strchr(aux, '\0');
    size_t room = (size_t) (log_text + sizeof log_text - end);

    snprintf(end, room, "%d %s %s\n", level, module, text);
}

#define CHECK_LOG(EXPECTED)                                                     \
    do {                                                                        \
        CHECK_STR(log_text, EXPECTED);                                          \
        log_text[0] = '\0';                                                     \
    } while (0)
#define DBG(TEXT) "5 netlink " TEXT "\n"
#define CHECK_FAILS(CALL, TEXT)                                                 \
    do {                                                                        \
        CHECK(!CALL);                                                           \
        CHECK_LOG(DBG(TEXT));                                                   \
    } while (0)

/* Makes the library log everything to 'log_text'. */
static inline void
record_log(void)
{
    nlsock_log_set_handler(record, log_text);
    nlsock_log_set_level(NLSOCK_LOG_DBG);
}

static inline bool
validate(const char *payload, size_t size, enum nl_attr_type type, size_t min_len, size_t max_len)
{
    struct nl_policy policy = { type, min_len, max_len, false };

    return nl_attr_validate(make(4 + size, 0xc007, payload, size), &policy);
}

#endif /* message.h */
