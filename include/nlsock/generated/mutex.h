#ifndef NLSOCK_GENERATED_MUTEX_H
#define NLSOCK_GENERATED_MUTEX_H

/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/**
 * Open vSwitch's mutex.
 */
struct ovs_mutex {
  /**
   * The mutex itself.
   */
  pthread_mutex_t lock;
  /**
   * Where in the source the mutex was locked.
   */
  const char *where;
};

#endif  /* NLSOCK_GENERATED_MUTEX_H */
