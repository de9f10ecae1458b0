/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of libnl's driver share. */

#ifndef LIBNL_H
#define LIBNL_H 1

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include "raw.h"

/* The open socket. */
extern struct nl_sock *nl_socket;

/* Opens it.  Every valid message, and every acknowledgement, goes to 'callback'. */
void libnl_open(int protocol, nl_recvmsg_msg_cb_t callback, void *data);

/* Sends a message, which may have been sent before. */
void libnl_send(struct nl_msg *msg);

/* libnl-batch.c */
void set_up_nl_batch_quiet(long size);
void set_up_nl_batch_ack(long size);
void set_up_nl_batch_echo(long size);
long run_nl_batch(long n);
long run_nl_batch_build(long n);

/* libnl-messages.c */
long run_nl_build_heap(long n);
void set_up_nl_parse(long size);
long run_nl_parse(long n);
void set_up_nl_parse_nested(long size);
long run_nl_parse_nested(long n);

#endif /* libnl.h */
