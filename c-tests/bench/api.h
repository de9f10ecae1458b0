/* SPDX-License-Identifier: Apache-2.0 */
/* What the drivers of the interface share: both flavours, and whoever implements them. */

#ifndef API_H
#define API_H 1

#include "driver.h"
#include "kernel.h"
#include "routes.h"

/* api-messages.c */
long run_build(long n);
long run_build_heap(long n);
void set_up_parse(long size);
long run_parse(long n);
void set_up_parse_nested(long size);
long run_parse_nested(long n);

/* api-transact.c */
void set_up_refused(long size);
void set_up_getlink(long size);
long run_refused(long n);
long run_getlink(long n);
void set_up_refused_threads(long size);
long run_refused_threads(long n);
long run_new_thread(long n);
void set_up_batch_quiet(long size);
void set_up_batch_ack(long size);
void set_up_batch_echo(long size);
long run_batch(long n);
long run_batch_build(long n);

/* api-sockets.c */
long run_family(long n);
long run_group(long n);
long run_socket(long n);

/* api-dump.c */
void set_up_dump(long size);
long run_dump(long n);
long run_dump_threads(long n);

#endif /* api.h */
