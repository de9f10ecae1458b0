/* SPDX-License-Identifier: Apache-2.0 */
/* The test plays the kernel: send() does not send requests of the library, but passes them to the
 * function played_kernel(), which queues the answers that recv() then returns.  For one socket at a
 * time. */

#ifndef PLAYED_KERNEL_H
#define PLAYED_KERNEL_H 1

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

/* The descriptor of the socket that sent the last request. */
static int played_fd __attribute__((unused));

/* Answers a request by play_*(). */
static void played_kernel(const struct nlmsghdr *request);

static struct {
    size_t size;                /* 0: the receive fails with ENOBUFS. */
    uint8_t bytes[4352];
} played_queue[64];
static unsigned int played_first, played_end;
/* Whether the first datagram stays in the queue however often it is received. */
static bool played_endless __attribute__((unused));

/* Queues a datagram. */
static inline void
play(const void *bytes, size_t size)
{
    if (played_first == played_end) {
        played_first = played_end = 0;
    }
    played_queue[played_end].size = size;
    if (size) {
        memcpy(played_queue[played_end].bytes, bytes, size);
    }
    played_end++;
}

/* Makes a receive fail with ENOBUFS, as after an overflow. */
static inline void
play_loss(void)
{
    play(NULL, 0);
}

/* Appends an attribute to the message at 'header', which has room for it. */
static inline void
play_attr(struct nlmsghdr *header, uint16_t type, const void *payload, size_t size)
{
    struct nlattr attr = { .nla_len = (uint16_t) (NLA_HDRLEN + size), .nla_type = type };
    uint8_t *to = (uint8_t *) header + header->nlmsg_len;

    memcpy(to, &attr, sizeof attr);
    memcpy(to + NLA_HDRLEN, payload, size);
    header->nlmsg_len += (uint32_t) NLA_ALIGN(NLA_HDRLEN + size);
}

/* Queues an answer to 'request': an ACK, an error message or the end of a dump, as 'type' says,
 * with the errno value 'error' and with 'text', which may be null. */
static inline void
play_result(const struct nlmsghdr *request, uint16_t type, int error, const char *text)
{
    union {
        struct nlmsghdr header;
        uint8_t bytes[1024];
    } message;

    memset(&message, 0, sizeof message);
    message.header.nlmsg_type = type;
    message.header.nlmsg_seq = request->nlmsg_seq;
    message.header.nlmsg_pid = request->nlmsg_pid;
    error = -error;
    memcpy(message.bytes + NLMSG_HDRLEN, &error, sizeof error);
    message.header.nlmsg_len = NLMSG_HDRLEN + sizeof error;
    if (type == NLMSG_DONE) {
        message.header.nlmsg_flags = NLM_F_MULTI;
    } else if (type == NLMSG_ERROR) {
        message.header.nlmsg_flags = 0x100;     /* NLM_F_CAPPED. */
        memcpy(message.bytes + message.header.nlmsg_len, request, NLMSG_HDRLEN);
        message.header.nlmsg_len += NLMSG_HDRLEN;
    }
    if (text) {
        message.header.nlmsg_flags |= 0x200;    /* NLM_F_ACK_TLVS. */
        play_attr(&message.header, 1 /* NLMSGERR_ATTR_MSG. */, text, strlen(text) + 1);
    }
    play(&message, message.header.nlmsg_len);
}

/* Queues a message of type 'type' with 'flags', which has 'size' bytes with its header. */
static inline void
play_sized(const struct nlmsghdr *request, uint16_t type, uint16_t flags, size_t size)
{
    union {
        struct nlmsghdr header;
        uint8_t bytes[2048];
    } message;

    memset(&message, 0, sizeof message);
    message.header.nlmsg_len = (uint32_t) size;
    message.header.nlmsg_type = type;
    message.header.nlmsg_flags = flags;
    message.header.nlmsg_seq = request->nlmsg_seq;
    message.header.nlmsg_pid = request->nlmsg_pid;
    play(&message, size);
}

/* The same without a payload. */
static inline void
play_message(const struct nlmsghdr *request, uint16_t type, uint16_t flags)
{
    play_sized(request, type, flags, NLMSG_HDRLEN);
}

/* Queues the answer to a lookup: the family has the number of 'size' bytes at 'number'. */
static inline void
play_family(const struct nlmsghdr *request, const void *number, size_t size)
{
    union {
        struct nlmsghdr header;
        uint8_t bytes[64];
    } message;

    memset(&message, 0, sizeof message);
    message.header.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
    message.header.nlmsg_type = GENL_ID_CTRL;
    message.header.nlmsg_seq = request->nlmsg_seq;
    message.header.nlmsg_pid = request->nlmsg_pid;
    play_attr(&message.header, CTRL_ATTR_FAMILY_ID, number, size);
    play(&message, message.header.nlmsg_len);
}

ssize_t
send(int fd, const void *datagram, size_t size, int flags)
{
    size_t offset = 0;

    played_fd = fd;
    (void) flags;
    while (offset + NLMSG_HDRLEN <= size) {
        struct nlmsghdr request;

        memcpy(&request, (const uint8_t *) datagram + offset, sizeof request);
        played_kernel(&request);
        offset += NLMSG_ALIGN(request.nlmsg_len);
    }
    return (ssize_t) size;
}

ssize_t
sendto(int fd, const void *datagram, size_t size, int flags, const struct sockaddr *to,
       socklen_t to_size)
{
    (void) to;
    (void) to_size;
    return send(fd, datagram, size, flags);
}

ssize_t
recv(int fd, void *buffer, size_t size, int flags)
{
    size_t n;

    (void) fd;
    (void) flags;
    if (played_first == played_end) {
        errno = EAGAIN;
        return -1;
    }
    n = played_queue[played_first].size;
    if (!n) {
        played_first++;
        errno = ENOBUFS;
        return -1;
    }
    memcpy(buffer, played_queue[played_first].bytes, n < size ? n : size);
    played_first += !played_endless;
    return (ssize_t) n;
}

#endif /* played-kernel.h */
