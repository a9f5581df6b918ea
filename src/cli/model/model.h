/* What the words about models share: reading, options, threads, long work; what they write is in model_put.h.
 * Private to cli. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H
#include <stdio.h>

#include "base/arena.h"
#include "base/json.h"
#include "cli/cli.h"
#include "engine/bkt_general.h"
#include "engine/bootstrap.h"
#include "engine/irt.h"
#include "engine/metrics.h"
#include "engine/responses.h"
#include "engine/simulate.h"

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
};
/* ST_NOT_FOUND, ST_IO (a broken archive says so), ST_INVALID when it is empty or over 1 GiB. */
enum st sheet_open(struct sheet *t, struct arena *a, const char *path, struct err *e) WARN_UNUSED;
bool sheet_next(struct sheet *t); /* the next row that is not empty; false at the end */
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
    size_t input_bytes;
    size_t merged;   /* rows that repeated the answer before them under another skill */
    size_t unscored; /* rows that were no answers: study, hints without an attempt */
    bool expanded_kept;
};
/* Files and folders in the layouts of docs/models.md. Release also after a failure. */
enum st log_read(struct log_data *d, const char *const *paths, size_t n, const struct log_columns *names,
                 struct err *e) WARN_UNUSED;
void log_release(struct log_data *d);
void model_set_name(const struct log_data *d, size_t set, struct text *t); /* its skills, joined by ~~ */
/* The names from --user --item --skill --correct --time --group. */
struct log_columns log_columns_of(const struct cli *c);
#define LOG_COLUMNS \
    {"--user", "COLUMN", "column with the student (default: the known names)"}, \
        {"--item", "COLUMN", "column with the question"}, \
        {"--skill", "COLUMN", "column with the skills, several joined by ~~"}, \
        {"--correct", "COLUMN", "column with 0 or 1"}, \
    { \
        "--time", "COLUMN", "column with the time or order" \
    }

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

/* Items that are harder for a group than for those of equal standing: each group against the largest (or
 * --reference). In the matrix's arena. */
struct dif_item;
struct dif {
    size_t groups, reference;
    const char **name;       /* groups */
    size_t *persons;         /* groups */
    bool *hidden;            /* groups */
    struct dif_item **items; /* groups; NULL for the reference and hidden ones */
};
enum st dif_run(const struct cli *c, struct matrix *x, struct dif *out, struct err *e) WARN_UNUSED;
void dif_put(const struct matrix *x, const struct dif *d, struct json_out *j);
void dif_say(const struct matrix *x, const struct dif *d);

/* The answers as histories of single memories, for engine/fsrs.h: one for each student and item, or set of skills. FSRS
 * counts nights, not hours. row, user: the log's row of each review, the student of each history; in the log's arena.
 * The log has times. ST_NOMEM */
struct fsrs_log;
enum st log_histories(struct log_data *d, bool by_skill, struct fsrs_log *out, uint32_t **row, uint32_t **user,
                      struct err *e) WARN_UNUSED;

/* --- parameters that model fit wrote (model_load.c) --- */
/* *doc: json_decref, also after a failure (NULL) */
enum st model_read_parameters(const char *path, struct arena *a, json_t **doc, struct err *e) WARN_UNUSED;
/* What --start names, which holds a model of this kind; *doc stays NULL without it. */
enum st model_start(const struct cli *c, const char *kind, json_t **doc, struct err *e) WARN_UNUSED;
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

/* --- long work (model_progress.c): a bar on a terminal, else a line now and then, on standard error, once it takes
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
/* ST_BUSY, with how to go on, when the fit was interrupted. */
enum st model_if_stopped(const struct cli *c, struct err *e) WARN_UNUSED;

/* --- threads --- */
struct parallel model_parallel(const struct cli *c); /* --threads N, else the processors at hand */
struct parallel model_threads(int64_t n);            /* held to 1 .. 64 */
#define GENERAL_OPTIONS \
    {"--forget", "HOURS", \
     "BKT: what is known may be forgotten where so many hours lie between two answers on a skill; 0: between any " \
     "two"}, \
    { \
        "--classes", "N", "BKT: guess and slip for each of N classes of items, by how hard they are (at most 8)" \
    }
#define TRANSFER_OPTIONS \
    {"--dims", "N", "transfer: numbers kept of a student (default 64)"}, \
        {"--members", "N", "transfer: number of fits to average (default 4)"}, \
        {"--steps", "N", "transfer: steps of the fit"}, \
    { \
        "--ridge", "R", "transfer: strength of the ridge (default 7)" \
    }
#define THREADS_OPTION \
    { \
        "--threads", "N", "how many threads (default: all processors); results do not depend on it" \
    }

double model_seconds(void);   /* a steady clock for measuring */
int64_t model_peak_kib(void); /* the most memory this process has held */

/* --- options; false: what is wrong with it is said on standard error --- */
/* in [lo, hi] */
bool model_number(const struct cli *c, const char *name, double lo, double hi, double dflt, double *out);
/* --kind as terms of the logistic family; 0: not one of it */
unsigned model_terms(const char *kind);
bool model_bkt_options(const struct cli *c, struct bkt_options *o); /* --prior, --cap, --iterations */
/* The same with --forget and --classes; *wanted: one of them was given, so that it is engine/bkt_general.h's model. */
bool model_general_options(const struct cli *c, struct bkt_general_options *o, bool *wanted);
bool model_transfer_options(const struct cli *c, struct transfer_options *o); /* --dims, --members, --steps, --ridge */

/* --- pieces of words that have a file of their own --- */
/* model fit: fit and print, and write --out; begin: model_seconds() when reading began. */
enum st model_fit_general(struct cli *c, const struct log_data *d, const struct bkt_general_options *o, double begin,
                          struct err *e) WARN_UNUSED;
enum st model_fit_transfer(struct cli *c, const struct log_data *d, double begin, struct err *e) WARN_UNUSED;
enum { MODEL_CLASS_ANSWERS = 200 }; /* from so many on an item's own share right says its class */
/* What `model eval` found, for DIR/index.html. */
enum { MODEL_OPPORTUNITIES = 20 };
struct model_stage { /* answers by how many there were on their skill before them */
    const char *name;
    struct metrics metrics;
};
struct model_opportunity {
    size_t rows, right;
    double p; /* sum of what was predicted */
};
struct model_curve {
    const char *name;
    struct model_opportunity at[MODEL_OPPORTUNITIES];
};
struct model_eval_report {
    const struct metrics *all;
    const struct model_stage *stages;
    const struct model_curve *curves;
    size_t stages_n, curves_n;
};
enum st model_report(struct arena *a, const char *dir, const char *kind, const struct model_eval_report *r,
                     struct err *e) WARN_UNUSED;

/* Figures by group of students, from the log's group column. p: rows. */
enum st model_groups(const struct cli *c, struct log_data *d, const double *p, struct json_out *j,
                     struct err *e) WARN_UNUSED;
/* A file of model fit --out as an invented school. *n: in, how many skills are wanted at most; out, how many there
 * are. In arena. */
enum st model_population_from(struct arena *a, const char *path, struct sim_population *p, struct sim_skill **skills,
                              const char ***names, size_t *n, struct err *e) WARN_UNUSED;

int run_model_fit(struct cli *c);
int run_model_eval(struct cli *c);
int run_model_calibrate(struct cli *c);
int run_model_detect(struct cli *c);
int run_model_edges(struct cli *c);
int run_model_cat(struct cli *c);
int run_model_memory(struct cli *c);
int run_model_simulate(struct cli *c);
int run_model_explain(struct cli *c);
int run_model_predict(struct cli *c);
int run_model_refit(struct cli *c);
int run_model_versions(struct cli *c);
int run_model_revert(struct cli *c);

#endif
