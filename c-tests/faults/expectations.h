/* "expect" lines: see README.md. */

#ifndef EXPECTATIONS_H
#define EXPECTATIONS_H 1

#include "tokens.h"

/* Checks the rest of a line behind "expect".  Returns 1 if it holds, 0 if not, after '# ' lines
 * that say what is instead, and -1 if it is not understood. */
int expectation(struct tokens *);

#endif /* expectations.h */
