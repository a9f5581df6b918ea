/* From what was shown to a level, by the rule that the school has chosen. Pure.
 *
 * Each rule makes one value of 0 to 1 out of the scores that count; the value is held against the rule's two cuts, and
 * "secure" further needs what the rule asks for beside it (least evidence, off the screen, after a gap, a checkpoint).
 *
 *   model      P(known) after the last answer (engine/bkt.h). Corbett & Anderson 1995.
 *   recent     right in the latest `of_last`, over `times`, at most 1: "4 of the last 5".
 *   sustained  the score that was reached `times` times or bettered: the times-th highest. "Highest sustained level" of
 *              standards-based grading (Guskey & Bailey 2010, Developing Standards-Based Report Cards). Never falls.
 *   decaying   a = s at first, then a (1 - w) + s w: an exponential average, the newest with weight w. Marzano 2006,
 *              Classroom Assessment & Grading That Work, has the power law that it stands for.
 *   mode       the commonest score of the latest `of_last`; of equally common ones the latest. O'Connor 2009, How to
 *              Grade for Learning. The one rule under which a right answer may lower: it can push an older good score
 *              out of the window.
 *   lasting    the share of middle questions that would be right some days later, by its lower estimate; and shown on
 *              later days: rules/lasting.h.
 *   judgement  what a teacher last judged from the evidence.
 *
 * Under every rule but mode a right answer alone never lowers the value.
 */
#ifndef RULES_MASTERY_H
#define RULES_MASTERY_H
#include "domain/policy.h"
#include "rules/state.h"

/* One fact as the rules see it. */
struct scored_fact {
    double score; /* 0 to 1 */
    bool counts;  /* its score counts: shown alone, or with help where the rule says that this is "not yet" */
    bool right;   /* score >= seen_right_at, alone */
    bool off_screen, checkpoint, judgement;
    int64_t since_last_ms; /* since the one before on this competency; -1: the first */
};
void mastery_note(const struct mastery_rule *r, const struct scored_fact *m, struct competency_state *c);

double mastery_value(const struct mastery_rule *r, const struct competency_state *c); /* 0 to 1 */

/* What a learner still needs for "secure" besides the value. */
enum mastery_need {
    NEED_VALUE = 1,
    NEED_EVIDENCE = 2,
    NEED_OFF_SCREEN = 4,
    NEED_GAP = 8,
    NEED_CHECKPOINT = 16,
    NEED_JUDGEMENT = 32,
    NEED_DAYS = 64 /* shown on later days: rules/lasting.h */
};
/* of enum mastery_need; 0: secure */
unsigned mastery_needs(const struct mastery_rule *r, const struct competency_state *c);
enum level mastery_level(const struct mastery_rule *r, const struct competency_state *c);

#endif
