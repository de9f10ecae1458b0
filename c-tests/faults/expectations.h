/* SPDX-License-Identifier: Apache-2.0 */
/* "expect" lines: see README.md. */

#ifndef EXPECTATIONS_H
#define EXPECTATIONS_H 1

#include "tokens.h"

/* Checks the rest of a line after "expect".  Returns 1 if it holds, 0 if not, and -1 if it is not
 * understood.  If it does not hold, prints '# ' lines with the actual values. */
int expectation(struct tokens *);

#endif /* expectations.h */
