/* Packed sequences. Private to engine. */
#ifndef ENGINE_BKT_DATA_H
#define ENGINE_BKT_DATA_H
#include "bkt_kernel.h"
#include "engine/bkt_fit.h"

struct bkt_set {
    uint32_t group, group_end; /* its places among groups */
    uint32_t block;            /* answers to a block */
    size_t sequences, students, answers;
    double right, first_right, late, late_right; /* late: from the fifth answer on */
};

struct bkt_data {
    struct bkt_group *groups;
    uint8_t *codes;
    double *rights;
    struct bkt_set *sets;
    size_t set_count, group_count, sequences;
};

#endif
