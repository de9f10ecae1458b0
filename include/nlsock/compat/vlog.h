/* SPDX-License-Identifier: Apache-2.0 */
/* Open vSwitch's log macros, for libnlsock's log.
 *
 * Open vSwitch's log has several destinations, libnlsock's has one, standard error.  Levels for the
 * other destinations are accepted and have no effect. */

#ifndef VLOG_H
#define VLOG_H 1

#include <limits.h>
#include <time.h>
#include "../netlink-socket.h"
#include "util.h"

enum vlog_level {
    VLL_OFF,
    VLL_EMER,
    VLL_ERR,
    VLL_WARN,
    VLL_INFO,
    VLL_DBG,
    VLL_N_LEVELS
};

enum vlog_facility {
    VLF_SYSLOG,
    VLF_CONSOLE,
    VLF_FILE,
    VLF_N_FACILITIES,
    VLF_ANY_FACILITY = -1
};

/* A log module.  It gets the level that is set for all modules when it is registered. */
struct vlog_module {
#ifdef NLSOCK_RENAME_LIST
    struct nlsock_list list;
#else
    struct list list;
#endif
    const char *name;
    int levels[VLF_N_FACILITIES];
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

/* Initialises a rate limit of RATE messages a minute, and up to BURST messages at once. */
#define VLOG_RATE_LIMIT_INIT(RATE, BURST)                                                   \
    {                                                                                       \
        { RATE, (BURST) < UINT_MAX / 60000 ? (BURST) * 60000 : UINT_MAX, 0, LLONG_MIN },    \
        0, 0, 0, { PTHREAD_MUTEX_INITIALIZER, "<unlocked>" }                                \
    }

/* Defines and registers the log module that the macros below log to in this source file. */
#define VLOG_DEFINE_THIS_MODULE(MODULE)                                                     \
    static struct vlog_module VLM_##MODULE = {                                              \
        { &VLM_##MODULE.list, &VLM_##MODULE.list }, #MODULE,                                \
        { VLL_WARN, VLL_WARN, VLL_WARN }, VLL_WARN, true                                    \
    };                                                                                      \
    __attribute__((constructor)) static void                                                \
    vlog_register_##MODULE(void)                                                            \
    {                                                                                       \
        nlsock_log_register(&VLM_##MODULE);                                                 \
    }                                                                                       \
    __attribute__((destructor)) static void                                                 \
    vlog_unregister_##MODULE(void)                                                          \
    {                                                                                       \
        nlsock_log_unregister(&VLM_##MODULE);                                               \
    }                                                                                       \
    OVS_UNUSED static struct vlog_module *const THIS_MODULE = &VLM_##MODULE

#ifdef __cplusplus
extern "C" {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif

int nlsock_log_set_level(int level);

/* Sets the level of 'module', or of all modules if 'module' is null. */
static inline void
vlog_set_levels(struct vlog_module *module, enum vlog_facility facility, enum vlog_level level)
{
    if (facility == VLF_ANY_FACILITY || facility == VLF_CONSOLE) {
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
                               const char *format, va_list) PRINTF_FORMAT(3, 0);
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
                        const char *format, ...) PRINTF_FORMAT(3, 4);
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
        if (vlog_is_enabled(THIS_MODULE, LEVEL)) {                                          \
            vlog(THIS_MODULE, LEVEL, __VA_ARGS__);                                          \
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
        if (vlog_is_enabled(THIS_MODULE, LEVEL)                                             \
            && !nlsock_log_should_drop(THIS_MODULE, LEVEL, RL)) {                           \
            vlog(THIS_MODULE, LEVEL, __VA_ARGS__);                                          \
        }                                                                                   \
    } while (0)
#define VLOG_ERR_RL(RL, ...) VLOG_RL(RL, VLL_ERR, __VA_ARGS__)
#define VLOG_WARN_RL(RL, ...) VLOG_RL(RL, VLL_WARN, __VA_ARGS__)
#define VLOG_INFO_RL(RL, ...) VLOG_RL(RL, VLL_INFO, __VA_ARGS__)
#define VLOG_DBG_RL(RL, ...) VLOG_RL(RL, VLL_DBG, __VA_ARGS__)

#define VLOG_IS_ERR_ENABLED() vlog_is_enabled(THIS_MODULE, VLL_ERR)
#define VLOG_IS_WARN_ENABLED() vlog_is_enabled(THIS_MODULE, VLL_WARN)
#define VLOG_IS_INFO_ENABLED() vlog_is_enabled(THIS_MODULE, VLL_INFO)
#define VLOG_IS_DBG_ENABLED() vlog_is_enabled(THIS_MODULE, VLL_DBG)

#endif /* vlog.h */
