/* EM for item response models: what its two steps share. Private to engine. */
#ifndef ENGINE_IRT_EM_H
#define ENGINE_IRT_EM_H
#include "engine/irt.h"
#include "vec4.h"

/* A score, or that there is none, as a small number. */
enum { IRT_KINDS = IRT_SCORES_MAX + 1, IRT_KIND_BITS = 4 };
static inline unsigned irt_kind(uint8_t score) { return score == IRT_MISSING ? IRT_SCORES_MAX : score; }

struct irt_pattern {
    uint64_t key; /* the kinds of its first scores */
    const uint8_t *score;
    uint32_t items, weight;
    /* where on the grid its posterior was last seen, in steps of LANES; seen_end 0: not yet */
    uint8_t seen_from, seen_end;
};

/* Neighbouring items whose scores together take few different forms. A form's sums over the grid are made once and
 * serve all persons who have it. */
struct irt_block {
    size_t item, item_end, row, forms; /* row: of the first form in sums and counts */
    uint8_t *form;                     /* patterns: which form each has */
    size_t *example;                   /* forms: a pattern that has it */
    bool concave;                      /* the sums are, in theta */
};

/* Patterns that one task counts. How many parts there are depends on the patterns and not on the threads, so that
 * the sums' bits do not either. */
enum { IRT_PARTS_MAX = 6 };
struct irt_part {
    size_t from, end;
    double *counts; /* rows of all blocks x stride */
    double **rows;  /* of the pattern in hand: in the sums for each block, then in counts */
    double log_likelihood;
};

struct irt_em {
    const struct irt_matrix *m;
    const struct parallel *par;
    const struct irt_options *o;
    struct irt_item *items;
    struct irt_pattern *patterns;
    uint8_t *kinds;            /* items x kinds_row */
    size_t kinds_row;          /* patterns filled up to whole cache lines */
    size_t count, stride;      /* patterns; points filled up to LANES */
    size_t *at;                /* items + 1: where its first score's row stands in p and r */
    double *p, *r;             /* scores x stride: ln chance; expected counts */
    double *theta, *log_prior; /* stride */
    bool one_peak;             /* the posteriors' logarithms are concave */
    struct irt_block *blocks;
    size_t block_count, row_count;
    double *sums; /* rows of all blocks x stride */
    struct irt_part part[IRT_PARTS_MAX];
    size_t parts;
};

/* Cuts the items into blocks; once patterns and items stand. ST_NOMEM */
enum st irt_blocks_make(struct irt_em *x, struct err *e) WARN_UNUSED;
void irt_blocks_free(struct irt_em *x);
/* The E-step at the items as they are: fills r, returns the log-likelihood. */
double irt_expect(struct irt_em *x);

/* Once irt_expect has been run: what the persons' own slopes of the likelihood say of each item's parameters (the
 * empirical information: the sum of slope times slope, McLachlan & Krishnan 2008, 4.10). information: room, of zeros;
 * from place[i] on scores x scores for item i, the upper triangle; *slope: of one slope common to all items. p is used
 * up. ST_NOMEM */
enum st irt_information_of(struct irt_em *x, const size_t *place, size_t room, double *information, double *slope,
                           struct err *e) WARN_UNUSED;

#endif
