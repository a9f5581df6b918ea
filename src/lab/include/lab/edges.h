/* Edges between skills: from a file, held against answers, and as what BKT may use. */
#ifndef LAB_EDGES_H
#define LAB_EDGES_H
#include "engine/bkt_prerequisites.h"
#include "lab/lab.h"

/* --- edges_read.c: what is said to come before what --- */
struct edge {
    const char *before, *after;
    uint32_t from, to; /* skills; UINT32_MAX: no answer about it */
    double strength;   /* below 0: the file says none */
    size_t place;      /* line, or in a document that model edges wrote the number of the edge */
};
struct edges {
    const char *path;
    struct edge *edge;
    size_t count, cap;
    size_t unknown; /* that name a skill without an answer */
    bool document;
};
/* Two columns, before and after, and perhaps a third, the strength; or what model edges --json or --out wrote. In
 * arena. ST_INVALID says file and line. */
enum st edges_read(struct arena *a, const char *path, struct edges *out, struct err *e) WARN_UNUSED;
/* fills from, to and unknown */
enum st edges_name(struct arena *a, struct edges *x, const char *const *skill, size_t n, struct err *e) WARN_UNUSED;
static inline bool edge_has_both(const struct edge *g) { return g->from != UINT32_MAX && g->to != UINT32_MAX; }

/* --- edges_log.c: what a log says of each edge --- */
struct edge_found {
    struct prerequisite_counts success, state; /* as for prerequisite_weigh */
    struct interval95 lift;
    size_t students;
};
/* Only of students outside fold hold_out when folds > 0, and then without lift, which takes longer. found: edges.
 * Scratch in arena. */
enum st edges_in_log(struct arena *a, const struct responses *r, const struct edges *x, size_t folds, size_t hold_out,
                     struct edge_found *found, struct err *e) WARN_UNUSED;

/* --- edges_use.c: --edges of the words that predict --- */
struct edges_use {
    struct log_data *d;
    struct edges edges;
    struct edge_found *found;       /* edges */
    uint32_t *alone;                /* skills: the set of this skill alone; UINT32_MAX: there is none */
    struct prerequisite_edge *edge; /* of g */
    uint32_t *into_at;              /* of g */
    uint32_t *scratch;              /* sets */
    size_t cap;
    struct prerequisite_graph g; /* over sets, from edges_use_graph */
    /* a set that comes before itself in it; UINT32_MAX: none. It is said, and does no harm */
    uint32_t circle;
};
/* What a file of edges says for this log, in its arena. ST_INVALID: the file is bad, or none of its edges joins skills
 * of the log; some that do not are left out (edges.unknown). */
enum st edges_use_open(const char *path, struct log_data *d, struct edges_use *out, struct err *e) WARN_UNUSED;
/* Makes the graph, with the strengths of the file and, where it has none, those that the students outside fold hold_out
 * show. With folds 0 such an edge is ST_INVALID.
 *
 * Sets: each set of skills that items need together has one P(known). An edge leads from the set of the earlier skill
 * alone to every set with the later one: who misses the one is likely to miss whatever needs the other, and who has all
 * of a set has each of its skills. A set of the earlier skill with others says nothing by an edge, since a wrong answer
 * there does not say which of them is missing. Of edges between the same two sets the strongest counts. */
enum st edges_use_graph(struct edges_use *x, size_t folds, size_t hold_out, struct err *e) WARN_UNUSED;
/* As "edges", and unless json in words: how many there are, and a skill on a circle. */
void edges_use_put(const struct edges_use *x, bool json, struct json_out *j);

#endif
