/* What is known of a student in the words of pages: dates, paces, habits, and which version of what. */
#include <math.h>
#include <string.h>

#include "frame/learner.h"
#include "progress/goals.h"
#include "progress/habits.h"

const char *date_words(struct call *c, int32_t date)
{
    struct text t;
    text_init(&t, 512);
    format_day(&t, page_lang(c), date, tz_date(c->snapshot->zone, c->now_ms));
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

const char *amount_words(struct call *c, double x)
{
    const char *s = arena_printf(c->arena, "%.10g", round(x * 10) / 10);
    return s ? s : "";
}

const char *month_words(struct call *c, int32_t date)
{
    struct text t;
    text_init(&t, 512);
    format_month(&t, page_lang(c), date);
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

bool has_duty(const struct call *c)
{
    return c->relation == MAY_TEACHES || c->relation == MAY_LEADS_SCHOOL || c->relation == MAY_COUNSELS;
}

/* The step that gets there in time; or, at the present pace, when. */
const char *pace_words(struct call *c, const struct requirement_progress *v)
{
    double missing = v->asked.need - v->have, months = v->weeks_left / (365.0 / 12 / 7);
    int32_t today = tz_date(c->snapshot->zone, c->now_ms);
    if (v->done) return NULL;
    if (!v->due) return msg(page_lang(c), MSG_standing_no_year);
    if (months < 1 || v->asked.kind == REQUIREMENT_PROJECTS)
        return SAY(c, MSG_standing_by, MSG_T("day", month_words(c, v->due)), MSG_T("n", amount_words(c, missing)));
    const char *step =
        SAY(c, MSG_standing_step, MSG_T("n", amount_words(c, missing / months)), MSG_T("day", month_words(c, v->due)));
    if (v->asked.kind != REQUIREMENT_COMPETENCIES) return step;
    if (v->to_go < 0) return arena_printf(c->arena, "%s %s", step, msg(page_lang(c), MSG_standing_cannot_say));
    if (v->at_risk && !has_duty(c)) return step;
    int32_t when = v->to_go > 5000 ? 0 : today + (int32_t)(v->to_go * 7);
    const char *pace =
        SAY(c, MSG_standing_pace, MSG_T("n", amount_words(c, v->gained)), MSG_T("weeks", amount_words(c, v->weeks)));
    return arena_printf(c->arena, "%s %s %s", step, pace,
                        when ? SAY(c, MSG_standing_forecast, MSG_T("day", month_words(c, when))) : "");
}

const char *need_words(struct call *c, const struct requirement_progress *v)
{
    const char *words =
        SAY(c,
            v->asked.kind == REQUIREMENT_HOURS      ? MSG_standing_hours
            : v->asked.kind == REQUIREMENT_PROJECTS ? MSG_standing_projects
                                                    : MSG_standing_secure,
            MSG_T("have", amount_words(c, v->have < v->asked.need ? v->have : v->asked.need)),
            MSG_T("need", amount_words(c, v->asked.need))); /* 11 of 10 says nothing more than 10 of 10 */
    return words;
}

enum msg_id habit_mark_words(int32_t mark)
{
    static const enum msg_id ids[] = {MSG_habits_mark_1, MSG_habits_mark_1, MSG_habits_mark_2, MSG_habits_mark_3,
                                      MSG_habits_mark_4};
    return ids[mark >= 1 && mark <= HABIT_RATINGS ? mark : 1];
}

/* Ours by message, a school's as it wrote it. */
const char *habit_words(struct call *c, const char *habit)
{
    enum msg_id id = msg_find_code("habits.ours", habit, MSG_habits_title);
    return id == MSG_habits_title ? habit : msg(page_lang(c), id);
}

int64_t policy_number(const struct call *c, int64_t policy_id)
{
    int64_t n = 0;
    for (size_t i = 0; i < c->snapshot->policy_index.policy_count; i++)
        n += c->snapshot->policy_index.policies[i].policy_id <= policy_id;
    return n ? n : 1;
}

int64_t model_version_number(const struct call *c, int64_t model_id)
{
    int64_t n = 0;
    for (size_t i = 0; i < c->snapshot->policy_index.model_count; i++)
        n += c->snapshot->policy_index.models[i].model_id <= model_id;
    return n ? n : 1;
}
