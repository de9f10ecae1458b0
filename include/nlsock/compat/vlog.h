/* SPDX-License-Identifier: Apache-2.0 */
/* Open vSwitch's log macros, for libnlsock's log.
 *
 * Open vSwitch's log has several destinations, libnlsock's has one, standard error.  Levels for the
 * other destinations are accepted and have no effect. */

#ifndef VLOG_H
#define VLOG_H 1

#include "util.h"

enum vlog_facility {
    VLF_SYSLOG,
    VLF_CONSOLE,
    VLF_FILE,
    VLF_N_FACILITIES,
    VLF_ANY_FACILITY = -1
};

#define NLSOCK_THIS_MODULE__ THIS_MODULE
#define NLSOCK_VLF_ANY__ VLF_ANY_FACILITY

#include "nlsock-vlog.h"

/* Defines and registers the log module that the macros log to in this source file. */
#define VLOG_DEFINE_THIS_MODULE(MODULE)                                                     \
    NLSOCK_DEFINE_MODULE__(VLM_##MODULE, MODULE);                                           \
    OVS_UNUSED static struct vlog_module *const THIS_MODULE = &VLM_##MODULE

#endif /* vlog.h */
