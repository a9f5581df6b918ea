/* The rows of a logistic fit, sorted and with their values worked out. Private to engine. */
#ifndef ENGINE_LOGISTIC_DESIGN_H
#define ENGINE_LOGISTIC_DESIGN_H
#include "engine/logistic.h"
#include "engine/responses.h"

struct group { /* the rows of one item */
    uint32_t item, end;
};

struct block { /* a run of items of one set of skills */
    uint32_t set, group, group_end, row;
    size_t matrix; /* where its sums stand */
};

/* A value of a row, by its place among the row's own, and its weight's place among the dense ones. */
struct column {
    uint32_t local, dense;
};

struct logistic_design {
    const struct responses *r;
    unsigned terms;
    size_t per_skill, per_student, dense_count, windows;
    uint32_t *row_place;  /* row of the responses -> place in sorted order */
    uint8_t *correct;     /* sorted */
    uint32_t *fold;       /* sorted: the number whose remainder is the fold; NULL: nothing is done by folds */
    size_t *set_x;        /* sets: where the values of a set's first row begin */
    uint32_t *set_row;    /* sets: place of its first row */
    uint16_t *set_local;  /* sets: how many values a row has */
    uint16_t *set_stride; /* sets: the same, filled up to LANES */
    /* sets + 1: where a set's columns begin: the first value is 1 and stands for the intercept and each skill's own */
    size_t *set_column;
    struct column *columns;
    size_t *skill_block; /* skills + 1: where the blocks begin whose rows have the skill */
    uint32_t *skill_blocks;
    float *x;
    struct group *groups;
    size_t group_count;
    struct block *blocks;
    size_t block_count, matrix_count, coupling_count;
    size_t *group_coupling;
};

/* The skills of a set, which stay the responses'. */
static inline size_t set_skills(const struct responses *r, size_t set, const uint32_t **skills)
{
    *skills = r->set_skill + r->set_at[set];
    return r->set_at[set + 1] - r->set_at[set];
}

#endif
