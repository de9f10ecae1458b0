/* SPDX-License-Identifier: Apache-2.0 */
/* Open vSwitch's log macros, for libnlsock's log.
 *
 * Open vSwitch's log has several destinations, libnlsock's has one, standard error.  Levels for the
 * other destinations are accepted and have no effect. */

#ifndef OPENVSWITCH_VLOG_H
#define OPENVSWITCH_VLOG_H 1

#include "../util.h"

enum vlog_destination {
    VLF_SYSLOG,
    VLF_CONSOLE,
    VLF_FILE,
    VLF_N_DESTINATIONS,
    VLF_ANY_DESTINATION = -1
};

#define NLSOCK_THIS_MODULE__ (&this_module)
#define NLSOCK_VLF_ANY__ VLF_ANY_DESTINATION

#include "../nlsock-vlog.h"

/* Defines and registers the log module that the macros log to in this source file. */
#define VLOG_DEFINE_THIS_MODULE(MODULE) NLSOCK_DEFINE_MODULE__(this_module, MODULE)

#endif /* openvswitch/vlog.h */
