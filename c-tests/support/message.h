/* What the tests of messages share: bytes, buffers and attributes of known contents, the log. */

#ifndef MESSAGE_H
#define MESSAGE_H 1

#include <errno.h>
#include "flavour.h"
#include "netlink-protocol.h"
#include "nlsock-ext.h"
#include "tap.h"

/* The two bytes of an integer in host order, and an attribute's header, for initialisers. */
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

/* Memory that holds no zero by chance, so that padding shows. */
static _Alignas(8) uint8_t memory[1024];

/* Makes 'b' an empty buffer in 'memory', with as much room before as behind. */
static inline void
use_memory(struct ofpbuf *b)
{
    memset(memory, 0xee, sizeof memory);
    ofpbuf_use_stack(b, memory, sizeof memory);
    ofpbuf_reserve(b, sizeof memory / 2);
}

/* Returns an attribute that says that it has 'len' bytes, with 'size' bytes of payload. */
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

/* Checks what CALL makes of an empty buffer 'b'. */
#define CHECK_CALL(CALL, ...)                                                   \
    do {                                                                        \
        use_memory(&b);                                                         \
        CALL;                                                                   \
        CHECK_DATA(&b, __VA_ARGS__);                                            \
    } while (0)

/* What has been logged since the last check, a line for each message. */
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

/* From here on, everything is logged to 'log_text'. */
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
