/* One line of a script: see script.h. */

#include "actions.h"
#include "expectations.h"
#include "script.h"

enum line_result
script_line(const char *line)
{
    enum line_result result = LINE_BAD;
    struct words w;

    if (!words_split(&w, line)) {
        /* Too long. */
    } else if (words_end(&w)) {
        result = LINE_DONE;
    } else if (words_take(&w, "do")) {
        result = actions_line(&w) && words_end(&w) ? LINE_DONE : LINE_BAD;
    } else if (words_take(&w, "expect")) {
        int holds = expectation(&w);

        result = holds < 0 || !words_end(&w) ? LINE_BAD : holds ? LINE_DONE : LINE_FALSE;
    } else if (fake_line(&w)) {
        result = LINE_DONE;
    }
    words_free(&w);
    return result;
}
