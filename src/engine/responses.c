#include "engine/responses.h"

enum st responses_check(const struct responses *r, struct err *e)
{
    if (r->rows == 0) return err_fail(e, ST_INVALID, "model.data", "there is no answer to fit or predict");
    if (r->rows > UINT32_MAX || r->user_at[0] != 0 || r->user_at[r->users] != r->rows)
        return err_fail(e, ST_INVALID, "model.data", "the rows of the users are not the rows");
    for (size_t u = 0; u < r->users; u++) {
        if (r->user_at[u] > r->user_at[u + 1])
            return err_fail(e, ST_INVALID, "model.data", "user %zu ends before it begins", u);
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
            if (r->item[i] >= r->items || r->correct[i] > 1)
                return err_fail(e, ST_INVALID, "model.data",
                                "row %zu has an unknown item or an answer that is neither 0 nor 1", i);
            if (r->time_s && !(r->time_s[i] > -1e15 && r->time_s[i] < 1e15))
                return err_fail(e, ST_INVALID, "model.data", "row %zu has a time that is no number", i);
            if (r->time_s && i > r->user_at[u] && r->time_s[i] < r->time_s[i - 1])
                return err_fail(e, ST_INVALID, "model.data", "row %zu is earlier than the one before it", i);
        }
    }
    for (size_t i = 0; i < r->items; i++)
        if (r->item_set[i] >= r->sets)
            return err_fail(e, ST_INVALID, "model.data", "item %zu has an unknown set of skills", i);
    for (size_t s = 0; s < r->sets; s++) {
        if (r->set_at[s + 1] < r->set_at[s] || r->set_at[s + 1] - r->set_at[s] > SET_SKILLS_MAX)
            return err_fail(e, ST_INVALID, "model.data", "set %zu has more than %d skills", s, SET_SKILLS_MAX);
        for (size_t k = r->set_at[s]; k < r->set_at[s + 1]; k++)
            if (r->set_skill[k] >= r->skills)
                return err_fail(e, ST_INVALID, "model.data", "set %zu names an unknown skill", s);
    }
    return ST_OK;
}

void parallel_run(const struct parallel *p, size_t n, void (*task)(void *arg, size_t i), void *arg)
{
    if (p && p->run) {
        p->run(p->pool, n, task, arg);
        return;
    }
    for (size_t i = 0; i < n; i++) task(arg, i);
}
