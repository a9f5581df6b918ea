/* A district's evidence, packed: what models are fitted to and judged on. Five bytes an answer. */
#ifndef MODELS_REFIT_DATA_H
#define MODELS_REFIT_DATA_H
#include <stdatomic.h>

#include "core/app.h"
#include "policy/snapshot.h"

/* One row: enum bkt_answer, and whether it was seen off the screen: that moves what is known, and is never
 * predicted. */
enum { REFIT_ANSWER = 3, REFIT_OFF_SCREEN = 4 };

struct refit_question {
    int64_t item_id;       /* 0: an observation */
    uint32_t first, count; /* its competencies, in skill; by id */
    uint32_t next;         /* the same item with other competencies, as it was aligned before; UINT32_MAX: none */
};

struct refit_data {
    size_t learners, rows, questions;
    int64_t *learner_id;       /* ordered */
    uint32_t *at;              /* learners + 1: where each one's rows begin */
    uint32_t *question;        /* rows */
    uint8_t *answer;           /* rows */
    struct refit_question *of; /* questions */
    uint32_t *skill;           /* indices of catalogue->competencies */
    size_t skill_count;
    int64_t first_id, last_id; /* facts; 0: none */
    /* private */
    size_t learner_cap, row_cap, question_cap, skill_cap;
    uint32_t *of_item, *of_competency; /* by place in the catalogue: its latest question; UINT32_MAX: none */
};

/* Told now and then; false: stop. */
typedef bool refit_read_told(void *ctx, size_t learners, size_t rows);

/* Every fact that the fold counts: first attempts, with hints as the rules say, and observations; from the packed
 * histories, and from the rows where there is none; in one snapshot, a slice of learners at a time, on a connection of
 * its own. err ST_BUSY: told to stop. Release also after a failure. */
enum st refit_data_read(const struct snapshot *s, struct conn *c, int64_t now_ms, refit_read_told *told, void *ctx,
                        struct refit_data *out, struct err *e) WARN_UNUSED;
void refit_data_release(struct refit_data *h);
/* Of all that a fit and its judgement go by: whose answers, on what, in order, and what they say under the rules. */
uint64_t refit_data_digest(const struct refit_data *h, const struct catalogue *c);

/* One in HELD_BACK learners is never fitted to, always the same ones: what is fitted is judged on them. */
enum { HELD_BACK = 5 };
bool refit_is_held_back(int64_t learner_id);

#endif
