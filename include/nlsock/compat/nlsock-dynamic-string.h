/* SPDX-License-Identifier: Apache-2.0 */
/* The part of dynamic-string.h that is the same in all interface versions.  Not for programs. */

#ifndef NLSOCK_DYNAMIC_STRING_H
#define NLSOCK_DYNAMIC_STRING_H 1

#include "nlsock-util.h"

struct ds {
    char *string;               /* Null, or ends in NUL. */
    size_t length;              /* Bytes before the NUL. */
    size_t allocated;           /* Bytes allocated, without that of the NUL. */
};

#define DS_EMPTY_INITIALIZER { NULL, 0, 0 }

#ifdef __cplusplus
extern "C" {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif

static inline void
ds_init(struct ds *ds)
{
    ds->string = NULL;
    ds->length = 0;
    ds->allocated = 0;
}

static inline void
ds_clear(struct ds *ds)
{
    ds->length = 0;
}

static inline void
ds_reserve(struct ds *ds, size_t min_length)
{
    if (ds->string && ds->allocated >= min_length) {
        return;
    }
    /* At least twice as much as before, so that many short additions take linear time. */
    ds->allocated += min_length + 15;
    ds->string = (char *) xrealloc(ds->string, ds->allocated + 1);
}

static inline void
ds_put_buffer(struct ds *ds, const char *s, size_t n)
{
    ds_reserve(ds, ds->length + n);
    if (n) {
        memcpy(ds->string + ds->length, s, n);
    }
    ds->length += n;
    ds->string[ds->length] = '\0';
}

static inline void
ds_put_char(struct ds *ds, char c)
{
    ds_put_buffer(ds, &c, 1);
}

static inline void
ds_put_cstr(struct ds *ds, const char *s)
{
    ds_put_buffer(ds, s, strlen(s));
}

static inline void ds_put_format(struct ds *, const char *format, ...) NLSOCK_PRINTF_FORMAT__(2, 3);
static inline void
ds_put_format(struct ds *ds, const char *format, ...)
{
    va_list args;
    char *s;

    va_start(args, format);
    s = xvasprintf(format, args);
    va_end(args);
    ds_put_cstr(ds, s);
    free(s);
}

/* Returns the string.  It still belongs to 'ds'. */
static inline char *
ds_cstr(struct ds *ds)
{
    ds_reserve(ds, 0);
    ds->string[ds->length] = '\0';
    return ds->string;
}

/* Returns the string, which the caller frees, and empties 'ds'. */
static inline char *
ds_steal_cstr(struct ds *ds)
{
    char *s = ds_cstr(ds);

    ds_init(ds);
    return s;
}

static inline void
ds_destroy(struct ds *ds)
{
    free(ds->string);
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
}
#endif

#endif /* nlsock-dynamic-string.h */
