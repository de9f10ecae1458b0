/* SPDX-License-Identifier: Apache-2.0 */
/* The driver of the interface.  It is compiled once for a flavour, against this library's headers,
 * and linked with whatever library is measured. */

#include "api.h"
#include "subscriber.h"

const struct workload workloads[] = {
    { "refused", set_up_refused, run_refused },
    { "getlink", set_up_getlink, run_getlink },
    { "batch-quiet", set_up_batch_quiet, run_batch },
    { "batch-ack", set_up_batch_ack, run_batch },
    { "batch-echo", set_up_batch_echo, run_batch },
    { "batch-build", set_up_batch_ack, run_batch_build },
    { "dump", set_up_dump, run_dump },
    { "notify", set_up_notify, run_notify },
    { "burst", set_up_notify, run_burst },
    { "stream", set_up_stream, run_stream },
    { "family", NULL, run_family },
    { "group", NULL, run_group },
    { "socket", NULL, run_socket },
    { "build", NULL, run_build },
    { "build-heap", NULL, run_build_heap },
    { "parse", set_up_parse, run_parse },
    { "parse-nested", set_up_parse_nested, run_parse_nested },
    { "refused-threads", set_up_refused_threads, run_refused_threads },
    { "new-thread", NULL, run_new_thread },
    { "dump-threads", set_up_dump, run_dump_threads },
    { NULL, NULL, NULL },
};
