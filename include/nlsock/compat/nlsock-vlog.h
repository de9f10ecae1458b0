/* SPDX-License-Identifier: Apache-2.0 */
/* The part of vlog.h that is the same in all interface versions.  Not for programs.
 *
 * It is included by vlog.h, which has defined: NLSOCK_THIS_MODULE__, the address of the log module
 * that the macros below log to; NLSOCK_VLF_ANY__, which stands for all destinations; and the
 * destinations. */

#ifndef NLSOCK_VLOG_H
#define NLSOCK_VLOG_H 1

#include <limits.h>
#include <time.h>
#include "../netlink-socket.h"
#include "nlsock-util.h"

enum vlog_level {
    VLL_OFF,
    VLL_EMER,
    VLL_ERR,
    VLL_WARN,
    VLL_INFO,
    VLL_DBG,
    VLL_N_LEVELS
};

/* A log module.  It gets the level that is set for all modules when it is registered. */
struct vlog_module {
    struct {
        void *prev, *next;
    } list;
    const char *name;
    int levels[VLF_FILE + 1];
    int min_level;
    bool honor_rate_limits;
};

/* A token bucket for log messages. */
struct vlog_rate_limit {
    struct {
        unsigned int rate;
        unsigned int burst;
        unsigned int tokens;
        long long int last_fill;
    } token_bucket;
    time_t first_dropped;
    time_t last_dropped;
    unsigned int n_dropped;
    struct ovs_mutex mutex;
};

/* Defines and registers the log module VARIABLE, with the name MODULE.  Takes a semicolon. */
#define NLSOCK_DEFINE_MODULE__(VARIABLE, MODULE)                                            \
    __attribute__((constructor)) static void vlog_register_##MODULE(void);                  \
    __attribute__((destructor)) static void vlog_unregister_##MODULE(void);                 \
    static struct vlog_module VARIABLE = {                                                  \
        { &VARIABLE.list, &VARIABLE.list }, #MODULE,                                        \
        { VLL_WARN, VLL_WARN, VLL_WARN }, VLL_WARN, true                                    \
    };                                                                                      \
    static void                                                                             \
    vlog_register_##MODULE(void)                                                            \
    {                                                                                       \
        nlsock_log_register(&VARIABLE);                                                     \
    }                                                                                       \
    static void                                                                             \
    vlog_unregister_##MODULE(void)                                                          \
    {                                                                                       \
        nlsock_log_unregister(&VARIABLE);                                                   \
    }                                                                                       \
    static void vlog_unregister_##MODULE(void)

/* Initialises a rate limit of RATE messages a minute, and up to BURST messages at once. */
#define VLOG_RATE_LIMIT_INIT(RATE, BURST)                                                   \
    {                                                                                       \
        { RATE, (BURST) < UINT_MAX / 60000 ? (BURST) * 60000 : UINT_MAX, 0, LLONG_MIN },    \
        0, 0, 0, { PTHREAD_MUTEX_INITIALIZER, "<unlocked>" }                                \
    }

#ifdef __cplusplus
extern "C" {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif

int nlsock_log_set_level(int level);

/* Sets the level of 'module', or of all modules if 'module' is null. */
static inline void
vlog_set_levels(struct vlog_module *module, int destination, enum vlog_level level)
{
    if (destination == NLSOCK_VLF_ANY__ || destination == VLF_CONSOLE) {
        if (module) {
            nlsock_log_set_module_level(module, (int) level);
        } else {
            nlsock_log_set_level((int) level);
        }
    }
}

static inline bool
vlog_is_enabled(const struct vlog_module *module, enum vlog_level level)
{
    return module->min_level >= (int) level;
}

static inline void vlog_valist(const struct vlog_module *, enum vlog_level,
                               const char *format, va_list) NLSOCK_PRINTF_FORMAT__(3, 0);
static inline void
vlog_valist(const struct vlog_module *module, enum vlog_level level,
            const char *format, va_list args)
{
    int save_errno = errno;
    char *text = xvasprintf(format, args);

    nlsock_log(module, (int) level, text);
    free(text);
    errno = save_errno;
}

static inline void vlog(const struct vlog_module *, enum vlog_level,
                        const char *format, ...) NLSOCK_PRINTF_FORMAT__(3, 4);
static inline void
vlog(const struct vlog_module *module, enum vlog_level level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vlog_valist(module, level, format, args);
    va_end(args);
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
}
#endif

#define VLOG(LEVEL, ...)                                                                    \
    do {                                                                                    \
        if (vlog_is_enabled(NLSOCK_THIS_MODULE__, LEVEL)) {                                 \
            vlog(NLSOCK_THIS_MODULE__, LEVEL, __VA_ARGS__);                                 \
        }                                                                                   \
    } while (0)
#define VLOG_EMER(...) VLOG(VLL_EMER, __VA_ARGS__)
#define VLOG_ERR(...) VLOG(VLL_ERR, __VA_ARGS__)
#define VLOG_WARN(...) VLOG(VLL_WARN, __VA_ARGS__)
#define VLOG_INFO(...) VLOG(VLL_INFO, __VA_ARGS__)
#define VLOG_DBG(...) VLOG(VLL_DBG, __VA_ARGS__)

/* The same, but messages that exceed the rate limit RL are dropped. */
#define VLOG_RL(RL, LEVEL, ...)                                                             \
    do {                                                                                    \
        if (vlog_is_enabled(NLSOCK_THIS_MODULE__, LEVEL)                                    \
            && !nlsock_log_should_drop(NLSOCK_THIS_MODULE__, LEVEL, RL)) {                  \
            vlog(NLSOCK_THIS_MODULE__, LEVEL, __VA_ARGS__);                                 \
        }                                                                                   \
    } while (0)
#define VLOG_ERR_RL(RL, ...) VLOG_RL(RL, VLL_ERR, __VA_ARGS__)
#define VLOG_WARN_RL(RL, ...) VLOG_RL(RL, VLL_WARN, __VA_ARGS__)
#define VLOG_INFO_RL(RL, ...) VLOG_RL(RL, VLL_INFO, __VA_ARGS__)
#define VLOG_DBG_RL(RL, ...) VLOG_RL(RL, VLL_DBG, __VA_ARGS__)

#define VLOG_IS_ERR_ENABLED() vlog_is_enabled(NLSOCK_THIS_MODULE__, VLL_ERR)
#define VLOG_IS_WARN_ENABLED() vlog_is_enabled(NLSOCK_THIS_MODULE__, VLL_WARN)
#define VLOG_IS_INFO_ENABLED() vlog_is_enabled(NLSOCK_THIS_MODULE__, VLL_INFO)
#define VLOG_IS_DBG_ENABLED() vlog_is_enabled(NLSOCK_THIS_MODULE__, VLL_DBG)

#endif /* nlsock-vlog.h */
