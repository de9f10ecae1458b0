/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups of names. */

#include "soak.h"

void
look_up(struct worker *w)
{
    static unsigned int known;          /* Updated atomically. */
    unsigned int group;
    int number = 0;

    switch (choose(w, 3)) {
    case 0:
        EXPECT_INT(nl_lookup_genl_family("nlctrl", &number), 0);
        EXPECT_INT(number, GENL_ID_CTRL);
        break;
    case 1:
        EXPECT_INT(nl_lookup_genl_family("no-such-family", &number), ENOENT);
        EXPECT_INT(number, -ENOENT);
        break;
    default:
        EXPECT_INT(nl_lookup_genl_mcgroup("nlctrl", "notify", &group), 0);
        EXPECT(group);
        EXPECT_INT(__atomic_exchange_n(&known, group, __ATOMIC_RELAXED) ? known : group, group);
        break;
    }
    count(LOOKUP);
}
