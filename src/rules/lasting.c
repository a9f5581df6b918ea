#include "rules/lasting.h"

#include "rules/mastery.h"

static const double certainty = -1.1; /* standard deviations from the mean: six in seven lie above */

double lasting_share(struct belief b) { return belief_share(b, certainty); }

/* Monday to Friday up to and with a day, from a Monday long before all. */
static int64_t weekdays(int32_t day)
{
    int64_t since = (int64_t)day + 3 + (int64_t)7 * 1000000; /* 1 January 1970 was a Thursday */
    int64_t in_week = since % 7 + 1;
    return since / 7 * 5 + (in_week < 5 ? in_week : 5);
}

int32_t school_days_between(int32_t from, int32_t to)
{
    return to > from ? (int32_t)(weekdays(to) - weekdays(from)) : 0;
}

static bool gap_is_over(const struct mastery_rule *r, const struct competency_state *c, int32_t day)
{
    return school_days_between(c->first_day, day) >= r->gap_days;
}

static bool has_it_today(const struct mastery_rule *r, const struct competency_state *c)
{
    return c->asked ? share_of(c->today) >= r->nearly_at : c->right > 0;
}

static void review(const struct lasting_fact *f, struct competency_state *c)
{
    if (f->right) c->doubted = false;
    else if (!c->doubted || f->helped) c->doubted = true;
    else {
        c->doubted = c->lasting = false;
        c->shown = 0;
        c->first_day = c->shown_day = f->day;
    }
}

static void show(const struct mastery_rule *r, const struct lasting_fact *f, struct competency_state *c)
{
    bool later = f->day > c->first_day && (!c->shown || f->day > c->shown_day), over = gap_is_over(r, c, f->day);
    if (!f->right || !later || c->shown == LASTING_SHOWINGS) return;
    if (f->checkpoint && over) c->shown = LASTING_SHOWINGS;
    else if (c->shown + 1 < LASTING_SHOWINGS || over || !c->asked) c->shown++;
    else return;
    c->shown_day = f->day;
}

void lasting_note(const struct mastery_rule *r, const struct lasting_fact *f, struct competency_state *c)
{
    bool was_nearly = lasting_is_nearly(r, c);
    if (f->nth > LASTING_A_DAY) return;
    c->asked = c->asked || f->asked;
    c->today = ten_thousandths(f->today);
    /* A right answer, and practice, take nothing away, however long ago the last one was. */
    bool takes = !f->right && !(f->helped && r->after_hint == AFTER_HINT_PRACTICE);
    if (was_nearly && !takes && !has_it_today(r, c)) c->today = ten_thousandths(r->nearly_at);
    c->lasts = ten_thousandths(f->lasts);
    if (c->lasting) {
        review(f, c);
        return;
    }
    if (c->first_day == LASTING_NO_DAY) {
        if (!has_it_today(r, c) || !f->right) return;
        c->first_day = f->day;
        /* what was seen has been shown by that */
        if (!c->asked) c->shown = 1, c->shown_day = f->day;
        return;
    }
    show(r, f, c);
    c->lasting = c->shown == LASTING_SHOWINGS && (!c->asked || share_of(c->lasts) >= r->secure_at);
}

unsigned lasting_needs(const struct mastery_rule *r, const struct competency_state *c)
{
    unsigned needs = 0;
    if (!c->lasting && c->shown < LASTING_SHOWINGS) needs |= NEED_DAYS;
    if (!c->lasting && (!needs || !has_it_today(r, c) || (c->asked && share_of(c->lasts) < r->secure_at)))
        needs |= NEED_VALUE;
    if (c->off_screen < r->off_screen) needs |= NEED_OFF_SCREEN;
    if (r->checkpoint && !c->checkpoint_right) needs |= NEED_CHECKPOINT;
    return needs;
}

bool lasting_is_nearly(const struct mastery_rule *r, const struct competency_state *c)
{
    return c->lasting || (c->first_day != LASTING_NO_DAY && has_it_today(r, c));
}

int32_t lasting_next_day(const struct mastery_rule *r, const struct competency_state *c)
{
    if (c->first_day == LASTING_NO_DAY || c->shown == LASTING_SHOWINGS) return LASTING_NO_DAY;
    int32_t day = (c->shown ? c->shown_day : c->first_day) + 1;
    while (c->asked && c->shown + 1 == LASTING_SHOWINGS && !gap_is_over(r, c, day)) day++;
    return day;
}
