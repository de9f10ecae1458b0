/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for the config.h that Open vSwitch's configure script writes.  Include it first. */

#ifndef CONFIG_H
#define CONFIG_H 1

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#define HAVE_NETLINK 1

#endif /* config.h */
