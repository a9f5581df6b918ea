/* A log of answers between its files (log_read.c) and what the engine reads (log_gather.c). Private to lab. */
#ifndef LAB_LOG_ROWS_H
#define LAB_LOG_ROWS_H
#include <string.h>
#include <sys/types.h>

#include "base/strmap.h"
#include "lab/lab.h"

struct entry {
    uint32_t user, item, skill; /* skill UINT32_MAX: none */
    /* at: its place in the files, where `beside` has the rest of it; repeat: it tells an answer that another row tells,
     * and goes once rows are counted */
    uint32_t at : 30, correct : 1, repeat : 1;
    double time;
};

/* Names in the order in which they are met. Small numbers, which most ids are, have a place of their own; other
 * names are looked up. */
enum { SMALL_NUMBERS = 1 << 20, ROWS_MAX = (1 << 30) - 1 };
struct names {
    const char **name;
    size_t count, cap;
    uint32_t *of_number; /* 1 + its place; 0: not met */
    size_t numbers;
    struct strmap map;
    uint32_t last; /* looked up: rows of one student follow each other */
};

struct reading {
    struct log_data *d;
    const struct log_columns *columns;
    struct arena *a;
    struct names user, item, skill;
    const char **group;
    size_t group_count, group_cap;
    struct entry *rows; /* freed by log_read */
    size_t count, cap;
    struct log_beside *beside; /* freed by log_read; count, once a file has one of these columns; else NULL */
    size_t beside_count, beside_cap;
    struct pair { /* an item needs a skill, as a Q matrix or a row says */
        uint32_t item, skill;
    } * q, *said;
    size_t q_count, q_cap, said_count, said_cap, said_due;
    uint32_t *said_last; /* items: 1 + the skill that a row last named; most items have one, and are answered often */
    size_t said_last_count, said_last_cap;
    bool clock, ordered, q_matrix;
    char *q_folder;
    struct log_file { /* read already */
        dev_t device;
        ino_t inode;
        uint64_t text; /* a mix of all of it */
        size_t length;
    } * files;
    size_t file_count, file_cap;
};

static inline int by_pair(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return x->item != y->item ? (x->item < y->item ? -1 : 1) : (x->skill > y->skill) - (x->skill < y->skill);
}
static inline bool all_digits(const char *s) { return *s && strspn(s, "0123456789") == strlen(s); }

/* Rows by user, in order of time and then of the file, each answer once; items and sets of skills with numbers. */
enum st log_gather(struct reading *r, struct err *e) WARN_UNUSED;

#endif
