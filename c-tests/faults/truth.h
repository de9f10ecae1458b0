/* The invariants: what the library told its caller, held against what the fake kernel did. */

#ifndef TRUTH_H
#define TRUTH_H 1

#include <stdbool.h>

/* Checks the transactions and dumps of the last "do" line; prints what is wrong as '# ' lines. */
bool truth(void);

/* What it found first. */
extern const char *truth_reason;

#endif /* truth.h */
