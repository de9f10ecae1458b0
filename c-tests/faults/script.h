/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a script, whatever it is. */

#ifndef SCRIPT_H
#define SCRIPT_H 1

enum line_result {
    LINE_DONE,
    LINE_FALSE,                 /* An expectation that does not hold. */
    LINE_BAD                    /* Not understood. */
};

enum line_result script_line(const char *line);

#endif /* script.h */
