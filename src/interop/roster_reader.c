#include "roster_reader.h"

bool roster_fresh(struct roster_reader *x, struct strmap *m, const char *id, size_t at, struct table *t)
{
    m->arena = x->a;
    if (strmap_put(m, id, (int)at) == (int)at) return true;
    table_problem(t, t->csv.names[0], "roster.twice",
                  "\"%.80s\" is already in this file; the row was left out, the first one counts.", id);
    return false;
}

enum st roster_hold(struct roster_reader *x, enum roster_kind kind, const char *id, struct err *e)
{
    struct roster_held *h = ROSTER_ADD(x, held);
    if (!h) return err_no_memory(e, "roster");
    *h = (struct roster_held){kind, id};
    return ST_OK;
}

enum st roster_end_file(struct roster_reader *x, struct table *t, enum roster_kind kind, enum roster_mode *mode,
                        struct err *e)
{
    table_check_headings(t);
    for (size_t i = 0; kind != ROSTER_KIND_NONE && i < t->held_count; i++) TRY(roster_hold(x, kind, t->held[i], e));
    if (*mode != ROSTER_BULK || kind == ROSTER_KIND_NONE) return ST_OK;
    if (!t->rows) {
        *mode = ROSTER_DELTA;
        report_problem(x->r, t->file, 0, NULL, "roster.empty",
                       "The file has a heading and no rows; nothing was closed for it.");
    } else if (t->unnamed) {
        *mode = ROSTER_DELTA;
        report_problem(x->r, t->file, 0, NULL, "roster.closes_nothing",
                       "A row was left out and names nothing that is known; nothing was closed for this file.");
    }
    return ST_OK;
}
