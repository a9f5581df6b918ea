/* What the words about models share: options, and pieces of words that have a file of their own. Private to study. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H
#include "cli/cli.h"
#include "lab/lab.h"

/* --kind of model fit; model eval also takes elo, which needs no fit */
#define MODEL_KINDS_FIT "bkt, irt, afm, pfa, das3h, best-lr, best-lr-recency, das3h-recency, full, transfer or belief"
#define MODEL_KINDS_EVAL \
    "bkt, irt, afm, pfa, das3h, best-lr, best-lr-recency, das3h-recency, full, transfer, belief or elo"
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

/* --- the log that a word works on --- */
/* The names from --user --item --skill --correct --time --group. */
struct log_columns log_columns_of(const struct cli *c);
/* --folds-by; *name: how it was done, for --json */
enum st model_folds(const struct cli *c, struct log_data *d, size_t folds, const char **name,
                    struct err *e) WARN_UNUSED;
#define FOLDS_OPTIONS \
    {"--folds", "N", "how many folds (default 5)"}, \
    { \
        "--folds-by", "mod|name", \
            "student's number mod folds, or dealt in the order of a hash of the names (default: mod where names are " \
            "numbers and no fold gets less than half its share)" \
    }
/* What the words name; that rows or files told an answer again is said on standard error. Release also after a
 * failure. */
enum st model_log_read(const struct cli *c, const struct log_columns *names, struct log_data *d,
                       struct err *e) WARN_UNUSED;
#define LOG_COLUMNS \
    {"--user", "COLUMN", "column with the student (default: the known names)"}, \
        {"--item", "COLUMN", "column with the question"}, \
        {"--skill", "COLUMN", "column with the skills, several joined by ~~"}, \
        {"--correct", "COLUMN", "column with 0 or 1"}, \
    { \
        "--time", "COLUMN", "column with the time or order" \
    }

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

/* What --start names, which holds a model of this kind; *doc stays NULL without it. */
enum st model_start(const struct cli *c, const char *kind, json_t **doc, struct err *e) WARN_UNUSED;
/* ST_BUSY, with how to go on, when the fit was interrupted. */
enum st model_if_stopped(const struct cli *c, struct err *e) WARN_UNUSED;

struct parallel model_parallel(const struct cli *c); /* --threads N, else the processors at hand */

/* What --edges names; that some edges join no skills of the log is said on standard error. */
#define EDGES_OPTION \
    { \
        "--edges", "FILE", \
            "BKT: a skill starts lower if a prerequisite was tried and is not known; columns before, after and " \
            "strength, or what model edges --out wrote" \
    }
struct edges_use;
enum st model_edges_open(const struct cli *c, struct log_data *d, struct edges_use *out, struct err *e) WARN_UNUSED;

/* A policy document, over the defaults. */
struct policy;
enum st model_read_policy(const char *path, struct policy *out, struct err *e) WARN_UNUSED;

/* --- options; false: what is wrong with it is said on standard error --- */
/* in [lo, hi] */
bool model_number(const struct cli *c, const char *name, double lo, double hi, double dflt, double *out);
bool model_bkt_options(const struct cli *c, struct bkt_options *o); /* --prior, --cap, --iterations */
/* The same with --forget and --classes; *wanted: one of them was given, so that it is engine/bkt_general.h's model. */
bool model_general_options(const struct cli *c, struct bkt_general_options *o, bool *wanted);
bool model_transfer_options(const struct cli *c, struct transfer_options *o); /* --dims, --members, --steps, --ridge */

/* --- pieces of words that have a file of their own --- */
/* model fit: fit and print, and write --out; begin: model_seconds() when reading began. */
enum st model_fit_general(struct cli *c, const struct log_data *d, const struct bkt_general_options *o, double begin,
                          struct err *e) WARN_UNUSED;
enum st model_fit_transfer(struct cli *c, const struct log_data *d, double begin, struct err *e) WARN_UNUSED;
enum st model_fit_belief(struct cli *c, const struct log_data *d, double begin, struct err *e) WARN_UNUSED;
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
int run_model_fit(struct cli *c);
int run_model_eval(struct cli *c);
int run_model_calibrate(struct cli *c);
int run_model_detect(struct cli *c);
int run_model_edges(struct cli *c);
int run_model_cat(struct cli *c);
int run_model_memory(struct cli *c);
int run_model_levels(struct cli *c);
int run_model_simulate(struct cli *c);
int run_model_explain(struct cli *c);
int run_model_predict(struct cli *c);

#endif
