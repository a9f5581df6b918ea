/* "Secure: it lasts": the rule under which a level is shown over days and not in one sitting. Pure.
 *
 *   nearly   has it today: by the belief (engine/belief.h), with its doubt, at least `nearly_at` of middle questions
 *            would be right today
 *   secure   on another day, without help, at least `secure_at` of middle questions would be right, and it has been
 *            shown: first try, alone, on two days after the day of the first nearly, the second at least `gap_days`
 *            school days after it. A checkpoint passed after those days is enough of a showing by itself.
 *
 * At most LASTING_A_DAY answers a skill and day are evidence; what follows on that day is practice, from which the
 * belief learns and the level does not. Once secure, an answer is a review: a wrong one is a doubt, after which a
 * second question decides; wrong again takes the level back to nearly, from where two new days lead back. Help asked
 * for in a review says neither: it is asked again.
 *
 * A skill that is seen and not asked has no belief to go by: right twice, on different days, is secure.
 */
#ifndef RULES_LASTING_H
#define RULES_LASTING_H
#include "rules/state.h"

enum { LASTING_A_DAY = 2, LASTING_SHOWINGS = 2, LASTING_AHEAD_DAYS = 7, LASTING_NO_DAY = 0 };

/* What one fact, already learnt from by the belief, is to the level. */
struct lasting_fact {
    bool right;  /* alone, at first try */
    bool helped; /* with help */
    bool asked;  /* a question was answered; else it was seen */
    bool checkpoint;
    int32_t day;         /* school day, in days since 1970 */
    int32_t nth;         /* of this day on this skill, from 1 */
    double today, lasts; /* shares by the lower estimate: on that day; LASTING_AHEAD_DAYS later */
};
void lasting_note(const struct mastery_rule *r, const struct lasting_fact *f, struct competency_state *c);

/* Of enum mastery_need; 0: secure. */
unsigned lasting_needs(const struct mastery_rule *r, const struct competency_state *c);
bool lasting_is_nearly(const struct mastery_rule *r, const struct competency_state *c);

/* Monday to Friday after a day, up to and with another; 0 when it is not later. */
int32_t school_days_between(int32_t from, int32_t to);
/* The first day on which a right answer would be the next showing; LASTING_NO_DAY: not yet nearly, or all is shown. */
int32_t lasting_next_day(const struct mastery_rule *r, const struct competency_state *c);

/* The lower estimate of a belief that these rules go by: so many standard deviations below its mean. */
double lasting_share(struct belief b);

#endif
