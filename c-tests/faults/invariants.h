/* SPDX-License-Identifier: Apache-2.0 */
/* Compares what the library returned to its caller with what the fake kernel did. */

#ifndef INVARIANTS_H
#define INVARIANTS_H 1

#include <stdbool.h>

/* Checks the transactions and dumps of the last "do" line.  Returns whether all invariants hold;
 * prints a '# ' line for each of the first few that do not. */
bool invariants_hold(void);

/* The first invariant that did not hold. */
extern const char *invariants_reason;

#endif /* invariants.h */
