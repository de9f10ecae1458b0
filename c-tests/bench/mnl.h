/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of libmnl's driver share. */

#ifndef MNL_H
#define MNL_H 1

#include <libmnl/libmnl.h>
#include "raw.h"

/* The open socket, its address, and what it receives into. */
extern struct mnl_socket *mnl_sock;
extern unsigned int mnl_port;
extern char mnl_buf[RAW_BUFFER];

void mnl_open(int protocol);

/* Sends a request and has 'callback' look at the answer. */
int mnl_transact(struct nlmsghdr *msg, mnl_cb_t callback, void *data);

/* mnl-batch.c */
void set_up_mnl_batch_quiet(long size);
void set_up_mnl_batch_ack(long size);
void set_up_mnl_batch_echo(long size);
long run_mnl_batch(long n);
long run_mnl_batch_build(long n);

/* mnl-messages.c */
void set_up_mnl_names(long size);
long run_mnl_family(long n);
long run_mnl_group(long n);
long run_mnl_build(long n);
long run_mnl_build_heap(long n);
void set_up_mnl_parse(long size);
long run_mnl_parse(long n);
void set_up_mnl_parse_nested(long size);
long run_mnl_parse_nested(long n);

#endif /* mnl.h */
