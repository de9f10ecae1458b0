/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a script: see script.h. */

#include "actions.h"
#include "expectations.h"
#include "script.h"

enum line_result
script_line(const char *line)
{
    enum line_result result = LINE_BAD;
    struct tokens t;

    if (!tokens_split(&t, line)) {
        /* Too long. */
    } else if (tokens_end(&t)) {
        result = LINE_DONE;
    } else if (tokens_take(&t, "do")) {
        result = actions_line(&t) && tokens_end(&t) ? LINE_DONE : LINE_BAD;
    } else if (tokens_take(&t, "expect")) {
        int holds = expectation(&t);

        result = holds < 0 || !tokens_end(&t) ? LINE_BAD : holds ? LINE_DONE : LINE_FALSE;
    } else if (fake_line(line)) {
        result = LINE_DONE;
    }
    tokens_free(&t);
    return result;
}
