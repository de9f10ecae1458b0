/* SPDX-License-Identifier: Apache-2.0 */
/* Counts the descriptors of this process. */

#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H 1

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* Returns how many descriptors are open. */
static inline int
count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    if (!dir) {
        perror("/proc/self/fd");
        exit(EXIT_FAILURE);
    }
    while (readdir(dir)) {
        n++;
    }
    closedir(dir);
    /* Minus the descriptor of the directory, and "." and "..". */
    return n - 3;
}

#endif /* descriptors.h */
