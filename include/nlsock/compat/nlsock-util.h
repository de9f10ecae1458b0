/* SPDX-License-Identifier: Apache-2.0 */
/* The part of util.h that is the same in all interface versions.  Not for programs: include
 * util.h. */

#ifndef NLSOCK_UTIL_H
#define NLSOCK_UTIL_H 1

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../nlsock-types.h"
#include "nlsock-services.h"

/* Open vSwitch's <openvswitch/util.h> has the same macros. */
#ifndef OPENVSWITCH_UTIL_H

#define OVS_UNUSED __attribute__((__unused__))
#define MALLOC_LIKE __attribute__((__malloc__))
#define OVS_LIKELY(CONDITION) __builtin_expect(!!(CONDITION), 1)
#define OVS_UNLIKELY(CONDITION) __builtin_expect(!!(CONDITION), 0)

#define DIV_ROUND_UP(X, Y) (((X) + ((Y) - 1)) / (Y))
#define ROUND_UP(X, Y) (DIV_ROUND_UP(X, Y) * (Y))
#define ROUND_DOWN(X, Y) ((X) / (Y) * (Y))
#define PAD_SIZE(X, Y) (ROUND_UP(X, Y) - (X))

#ifndef __cplusplus
#define CONST_CAST(TYPE, POINTER) ((TYPE) (POINTER))
#else
#define CONST_CAST(TYPE, POINTER) const_cast<TYPE>(POINTER)
#endif
#define CONTAINER_OF(POINTER, STRUCT, MEMBER) \
    ((STRUCT *) (void *) ((char *) (POINTER) - offsetof(STRUCT, MEMBER)))

#endif

/* These two replace those of <openvswitch/util.h>, which need libopenvswitch and its internal
 * headers. */
#undef ovs_assert
#define ovs_assert(CONDITION) NLSOCK_ASSERT(CONDITION)
#undef ARRAY_SIZE
#define ARRAY_SIZE(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

#ifndef MIN
#define MIN(X, Y) ((X) < (Y) ? (X) : (Y))
#endif
#ifndef MAX
#define MAX(X, Y) ((X) > (Y) ? (X) : (Y))
#endif

/* printf() formats for size_t. */
#define PRIdSIZE "zd"
#define PRIiSIZE "zi"
#define PRIoSIZE "zo"
#define PRIuSIZE "zu"
#define PRIxSIZE "zx"
#define PRIXSIZE "zX"

#define OVS_NOT_REACHED() abort()
#define ovs_strerror(ERROR) nlsock_strerror(ERROR)
#define set_program_name(NAME) nlsock_set_program_name(NAME)
#define program_name nlsock_program_name()
#define out_of_memory() nlsock_out_of_memory()

#define NLSOCK_NO_RETURN__ __attribute__((__noreturn__))
#define NLSOCK_PRINTF_FORMAT__(FMT, ARG1) __attribute__((__format__(printf, FMT, ARG1)))

#ifdef __cplusplus
extern "C" {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif

/* Memory allocation.  These abort if there is no memory, and never return null. */

static inline void *
nlsock_checked__(void *p)
{
    if (!p) {
        nlsock_out_of_memory();
    }
    return p;
}

static inline void *
xmalloc(size_t size)
{
    return nlsock_checked__(malloc(size ? size : 1));
}

static inline void *
xcalloc(size_t count, size_t size)
{
    return nlsock_checked__(count && size ? calloc(count, size) : malloc(1));
}

static inline void *
xzalloc(size_t size)
{
    return xcalloc(1, size);
}

static inline void *
xrealloc(void *p, size_t size)
{
    return nlsock_checked__(realloc(p, size ? size : 1));
}

static inline void *
xmemdup(const void *p, size_t size)
{
    void *copy = xmalloc(size);

    return size ? memcpy(copy, p, size) : copy;
}

static inline char *
xmemdup0(const char *p, size_t length)
{
    char *copy = (char *) xmalloc(length + 1);

    if (length) {
        memcpy(copy, p, length);
    }
    copy[length] = '\0';
    return copy;
}

static inline char *
xstrdup(const char *s)
{
    return xmemdup0(s, strlen(s));
}

static inline char *xvasprintf(const char *format, va_list) NLSOCK_PRINTF_FORMAT__(1, 0);
static inline char *
xvasprintf(const char *format, va_list args)
{
    va_list again;
    char *s;
    int length;

    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    s = (char *) xmalloc(length < 0 ? 1 : (size_t) length + 1);
    s[0] = '\0';
    if (length > 0) {
        vsnprintf(s, (size_t) length + 1, format, args);
    }
    return s;
}

static inline char *xasprintf(const char *format, ...) NLSOCK_PRINTF_FORMAT__(1, 2);
static inline char *
xasprintf(const char *format, ...)
{
    va_list args;
    char *s;

    va_start(args, format);
    s = xvasprintf(format, args);
    va_end(args);
    return s;
}

static inline void *
x2nrealloc(void *p, size_t *n, size_t size)
{
    *n = *n ? 2 * *n : 1;
    return xrealloc(p, *n * size);
}

/* Error messages.  These print "program: message (error)" to standard error.  'err_no' is an errno
 * value, or EOF; if it is 0, "(error)" is left out. */

static inline const char *
ovs_retval_to_string(int retval)
{
    switch (retval) {
    case 0:
        return "";
    case EOF:
        return "End of file";
    default:
        return ovs_strerror(retval);
    }
}

static inline void ovs_error_valist(int err_no, const char *format, va_list)
    NLSOCK_PRINTF_FORMAT__(2, 0);
static inline void
ovs_error_valist(int err_no, const char *format, va_list args)
{
    const int caller_errno = errno;
    const char *reason = ovs_retval_to_string(err_no);

    fprintf(stderr, "%s: ", program_name);
    vfprintf(stderr, format, args);
    fprintf(stderr, *reason ? " (%s)\n" : "%s\n", reason);
    errno = caller_errno;
}

static inline void ovs_error(int err_no, const char *format, ...) NLSOCK_PRINTF_FORMAT__(2, 3);
static inline void
ovs_error(int err_no, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    ovs_error_valist(err_no, format, args);
    va_end(args);
}

/* Prints an error message, and exits with a failure status. */
static inline void ovs_fatal(int err_no, const char *format, ...)
    NLSOCK_PRINTF_FORMAT__(2, 3) NLSOCK_NO_RETURN__;
static inline void
ovs_fatal(int err_no, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    ovs_error_valist(err_no, format, args);
    va_end(args);
    exit(EXIT_FAILURE);
}

/* Prints an error message, and aborts. */
static inline void ovs_abort(int err_no, const char *format, ...)
    NLSOCK_PRINTF_FORMAT__(2, 3) NLSOCK_NO_RETURN__;
static inline void
ovs_abort(int err_no, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    ovs_error_valist(err_no, format, args);
    va_end(args);
    abort();
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
}
#endif

#endif /* nlsock-util.h */
