#ifndef NLSOCK_GENERATED_LIST_H
#define NLSOCK_GENERATED_LIST_H

/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from the Rust sources: see CONTRIBUTING.md.  Do not edit. */

/**
 * The head or an element of a doubly linked list. In the head of an empty list, both pointers
 * point to the head itself.
 */
struct list {
  /**
   * The previous element.
   */
  struct list *prev;
  /**
   * The next element.
   */
  struct list *next;
};

#endif  /* NLSOCK_GENERATED_LIST_H */
