/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a capture of the library strictly: docs/capture-format.md describes the format. */

#ifndef PCAPNG_H
#define PCAPNG_H 1

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tap.h"

#define SECTION_HEADER 0x0a0d0d0au

/* A datagram of a capture. */
struct packet {
    bool outbound;
    int protocol;
    const uint8_t *data;        /* The datagram ... */
    size_t size;                /* ... and how many bytes of it there are. */
    size_t original;            /* The length of the datagram. */
    char comment[256];
};

struct capture {
    uint8_t *bytes;
    size_t size;
    size_t offset;              /* Of the next block. */
    int sections;               /* Number of sections so far. */
    bool wrong;                 /* Whether something is not as it should be. */
};

static inline uint32_t
capture_word(const uint8_t *bytes)
{
    uint32_t word;

    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint16_t
capture_half(const uint8_t *bytes)
{
    uint16_t half;

    memcpy(&half, bytes, sizeof half);
    return half;
}

/* Reads the file 'path'.  If there is none, the capture is empty. */
static inline void
capture_read(struct capture *capture, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t room = 1 << 16;

    memset(capture, 0, sizeof *capture);
    capture->bytes = malloc(room);
    while (file) {
        size_t n = fread(capture->bytes + capture->size, 1, room - capture->size, file);

        if (!n) {
            fclose(file);
            break;
        }
        capture->size += n;
        if (capture->size == room) {
            room *= 2;
            capture->bytes = realloc(capture->bytes, room);
        }
    }
}

static inline bool
capture_fails(struct capture *capture, const char *why)
{
    tap_diagnostic("at byte %zu of %zu: %s", capture->offset, capture->size, why);
    capture->wrong = true;
    return false;
}

/* Reads the options of a packet block, which are the 'size' bytes at 'option'. */
static inline bool
capture_options(struct packet *packet, const uint8_t *option, size_t size)
{
    bool flags = false, comment = false;

    while (size >= 4) {
        uint16_t code = capture_half(option), length = capture_half(option + 2);
        size_t whole = 4 + (length + 3u) / 4 * 4;

        if (!code) {
            return size == 4 && flags && comment;
        } else if (whole > size) {
            return false;
        } else if (code == 1 && length < sizeof packet->comment) {
            memcpy(packet->comment, option + 4, length);
            packet->comment[length] = '\0';
            comment = true;
        } else if (code == 2 && length == 4) {
            packet->outbound = capture_word(option + 4) == 2;
            flags = packet->outbound || capture_word(option + 4) == 1;
        } else {
            return false;
        }
        option += whole;
        size -= whole;
    }
    return false;
}

static inline bool
capture_packet(struct capture *capture, struct packet *packet, const uint8_t *block, size_t size)
{
    size_t captured, padded;

    if (size < 48) {
        return capture_fails(capture, "a short packet block");
    }
    captured = capture_word(block + 20);
    padded = (captured + 3) / 4 * 4;
    if (captured < 16 || 28 + padded + 4 > size || capture_word(block + 24) < captured
        || capture_word(block + 8)) {
        return capture_fails(capture, "wrong lengths in a packet block");
    }
    packet->data = block + 44;
    packet->size = captured - 16;
    packet->original = capture_word(block + 24) - 16;
    packet->protocol = block[42] << 8 | block[43];
    if (!capture_options(packet, block + 28 + padded, size - 32 - padded)) {
        return capture_fails(capture, "wrong options of a packet block");
    }
    if (block[28] || block[29] != (packet->outbound ? 4 : 0) || block[30] != 3 || block[31] != 56) {
        return capture_fails(capture, "a wrong header of a packet");
    }
    return true;
}

/* Finds the next packet.  Returns false if there is none, or if something is wrong. */
static inline bool
capture_next(struct capture *capture, struct packet *packet)
{
    while (!capture->wrong && capture->offset < capture->size) {
        const uint8_t *block = capture->bytes + capture->offset;
        size_t left = capture->size - capture->offset;
        uint32_t size = left < 12 ? 0 : capture_word(block + 4);
        uint32_t type = left < 12 ? 0 : capture_word(block);

        if (size < 12 || size % 4 || size > left || capture_word(block + size - 4) != size) {
            return capture_fails(capture, "not a whole block");
        }
        if (!capture->offset && type != SECTION_HEADER) {
            return capture_fails(capture, "the file does not start with a section");
        }
        capture->offset += size;
        if (type == SECTION_HEADER) {
            if (capture_word(block + 8) != 0x1a2b3c4d || left < size + 32
                || capture_word(block + size) != 1 || capture_half(block + size + 8) != 253) {
                return capture_fails(capture, "a wrong section");
            }
            capture->sections++;
        } else if (type == 6) {
            return capture_packet(capture, packet, block, size);
        } else if (type != 1) {
            return capture_fails(capture, "an unknown block");
        }
    }
    return false;
}

static inline void
capture_free(struct capture *capture)
{
    free(capture->bytes);
}

#endif /* pcapng.h */
