/* SPDX-License-Identifier: Apache-2.0 */
/* Random scripts: lines of the language of README.md, made of a seed and a script's number.
 *
 * Each script has some of the features below, chosen at random, and does not use the others: so
 * each feature meets few others often, instead of all others rarely.  In the end, all has to work
 * again. */

#ifndef GENERATOR_H
#define GENERATOR_H 1

#include <stddef.h>
#include <stdint.h>

#define MAX_LINES 1000

struct lines {
    char *line[MAX_LINES];
    int n;
};

/* The caller frees the lines. */
void generate(struct lines *, unsigned long long seed, unsigned long long number);

/* The same, with choices that depend on these bytes: for a fuzzer. */
void generate_from(struct lines *, const uint8_t *bytes, size_t size);

#endif /* generator.h */
