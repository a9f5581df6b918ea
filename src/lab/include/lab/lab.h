/* Studies of models on logs of answers: logs and scores as they are read, parameters laid beside them, threads, long
 * work. What they write alike is in lab/put.h. */
#ifndef LAB_LAB_H
#define LAB_LAB_H
#include <stdio.h>

#include "base/arena.h"
#include "base/json.h"
#include "engine/bkt_general.h"
#include "engine/bootstrap.h"
#include "engine/irt.h"
#include "engine/metrics.h"
#include "engine/responses.h"
#include "engine/simulate.h"

struct belief_model;
struct logistic;
struct transfer;
struct transfer_options;

/* --- a table in a text file, gzip or not: tabs, commas or semicolons, quoted fields --- */
struct sheet {
    const char *path;
    char *p, *end;
    char separator;
    size_t line;   /* of the row in hand, from 1 */
    char **fields; /* of the row in hand; valid until the arena goes */
    size_t count, cap;
    struct arena *arena;
    size_t next_line;
    char *gone; /* where what was let go ends */
};
/* ST_NOT_FOUND, ST_IO (a broken archive says so), ST_INVALID when it is empty or over 1 GiB. */
enum st sheet_open(struct sheet *t, struct arena *a, const char *path, struct err *e) WARN_UNUSED;
bool sheet_next(struct sheet *t); /* the next row that is not empty; false at the end */
/* Rows up to the next one are not looked at any more: their text goes, so that a large file and what is made of it need
 * not be held at once. */
void sheet_let_go(struct sheet *t);
/* Is this the name, leaving out case and everything that is no letter and no digit? */
bool column_is(const char *header, const char *name);

/* --- a log of answers --- */
struct log_columns { /* names given on the command line; NULL: the known ones */
    const char *user, *item, *skill, *correct, *time, *group;
    const char *took, *hints; /* a time whose name begins or ends with ms is in milliseconds */
    bool beside;              /* look for times and hints under their known names too */
    bool truth;               /* and for what model simulate --log says of the truth */
};
enum { TRUE_MASTERED = 2, TRUE_LAPSED = 4, TRUE_STUCK = 8, TRUE_IDLE = 16 };
struct log_beside {
    float took_s;               /* below 0: not told */
    int16_t hints, hints_there; /* -1: not told */
    uint8_t state, truth;       /* enum sim_state; TRUE_... */
    bool told;                  /* the truth was */
};
struct log_data {
    struct arena arena;
    struct responses r;
    const char **user_name, **item_name, **skill_name;
    const char **user_group;         /* users; NULL without a group column */
    const struct log_beside *beside; /* rows; NULL where no file has such a column */
    /* rows: the number of the row among its user's rows in order of time, from 0, counted before rows are merged: by it
     * a row is found again in the log as it was written */
    const uint32_t *index;
    size_t input_bytes;
    size_t merged;      /* rows that told an answer again under another skill */
    size_t repeated;    /* rows that told an answer again in all: student, item, time, skill and whether it was right */
    size_t files_again; /* files that were named twice, or hold what another file holds: read once */
    const char *file_again; /* the first of them; NULL: none */
    size_t unscored;        /* rows that were no answers: study, hints without an attempt */
    bool user_numbers;      /* all students' names are whole numbers, by which user_fold goes; else in order met */
};
/* Files and folders in the layouts of docs/models.md. Release also after a failure. */
enum st log_read(struct log_data *d, const char *const *paths, size_t n, const struct log_columns *names,
                 struct err *e) WARN_UNUSED;
void log_release(struct log_data *d);
/* The answers as histories of single memories, for engine/fsrs.h: one for each student and item, or set of skills. FSRS
 * counts nights, not hours. row, user: the log's row of each review, the student of each history; in the log's arena.
 * The log has times. ST_NOMEM */
struct fsrs_log;
enum st log_histories(struct log_data *d, bool by_skill, struct fsrs_log *out, uint32_t **row, uint32_t **user,
                      struct err *e) WARN_UNUSED;
/* How students come into folds. LOG_FOLDS_MOD: number mod folds, or in turn as they are met where names are no numbers.
 * LOG_FOLDS_NAME: dealt in turn in the order of a hash of their names, so that no fold has two more than another.
 * LOG_FOLDS_USUAL: the first where names are numbers and each fold gets half its even share at least, as published
 * figures go by; else the second. Ids that share a divisor with the number of folds leave folds empty. */
enum log_folds { LOG_FOLDS_USUAL, LOG_FOLDS_MOD, LOG_FOLDS_NAME };
/* Sets d->r.user_fold. by: in, the wish; out, what was done. ST_INVALID when one fold has all students, since nothing
 * would be left to fit on. */
enum st log_deal_folds(struct log_data *d, size_t folds, enum log_folds *by, struct err *e) WARN_UNUSED;
void model_set_name(const struct log_data *d, size_t set, struct text *t); /* its skills, joined by ~~ */
/* --- scores: one row per person, one column per item --- */
struct matrix {
    struct arena arena; /* release also after a failure */
    struct irt_matrix m;
    const char **names; /* items */
    const char **group; /* persons; NULL without a group column */
};
/* Columns that hold anything but 0..9 are left out, unless they begin with one of the prefixes in columns. group:
 * NULL, or the name of a column. */
enum st matrix_read(struct matrix *x, const char *path, const char *columns, const char *group,
                    struct err *e) WARN_UNUSED;
/* First answers of a log, as scores. */
enum st matrix_from_log(struct matrix *x, const char *path, const struct log_columns *names, struct err *e) WARN_UNUSED;

/* --- parameters that model fit wrote (load.c) --- */
/* *doc: json_decref, also after a failure (NULL) */
enum st model_read_parameters(const char *path, struct arena *a, json_t **doc, struct err *e) WARN_UNUSED;
/* A kind of model as terms of the logistic family; 0: not one of it */
unsigned model_terms(const char *kind);
/* For the skills and items of this log; one that the model never saw gets zeros, or the usual parameters. *out:
 * logistic_free; out: sets. */
enum st model_load_logistic(const json_t *doc, unsigned terms, const struct log_data *d, struct logistic *out,
                            struct err *e) WARN_UNUSED;
enum st model_load_bkt(const json_t *doc, const struct log_data *d, struct bkt *out, struct err *e) WARN_UNUSED;
/* *o: its classes and gap, else the defaults. item_class: items. A set that the model never saw is flagged
 * BKT_NO_DATA. */
enum st model_load_general(const json_t *doc, const struct log_data *d, struct bkt_general_options *o,
                           struct bkt_general *out, uint8_t *item_class, struct err *e) WARN_UNUSED;
/* What model fit wrote under "transfer". *out for the caller to free, also after a failure. */
enum st model_load_transfer(const json_t *doc, const struct log_data *d, struct transfer *out,
                            struct err *e) WARN_UNUSED;

/* What model fit wrote of kind belief; a skill or an item that the model never saw stays as of nothing known. *out:
 * zero before; belief_model_free, also after a failure. */
enum st model_load_belief(const json_t *doc, const struct log_data *d, struct belief_model *out,
                          struct err *e) WARN_UNUSED;

/* --- long work (progress.c): a bar on a terminal, else a line now and then, on standard error, once it takes
 * over a second; the first SIGINT or SIGTERM asks it to end with what it has, the second ends the program --- */
struct model_progress {
    const char *what;
    double from, share; /* of the whole work, what is done and what is in hand: 0 and 1 where there is one piece */
    double begin, told;
    bool terminal, open;
    struct fit_watch watch;
};
void model_progress_begin(struct model_progress *p, const char *what);
void model_progress_end(struct model_progress *p);
bool model_interrupted(void);
/* --- threads --- */
struct parallel model_threads(int64_t n); /* held to 1 .. 64 */

double model_seconds(void);   /* a steady clock for measuring */
int64_t model_peak_kib(void); /* the most memory this process has held */

/* A file of model fit --out as an invented school. *n: in, how many skills are wanted at most; out, how many there
 * are. In arena. */
enum st model_population_from(struct arena *a, const char *path, struct sim_population *p, struct sim_skill **skills,
                              const char ***names, size_t *n, struct err *e) WARN_UNUSED;

#endif
