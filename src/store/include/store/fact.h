/* Facts: what people record, each once. A kind is declared in src/store/facts; its struct and its `fact_NAME` are in
 * store/fact_kinds.h, made at build. A fact is two rows under one key: in `fact`, and in the table of its kind.
 */
#ifndef STORE_FACT_H
#define STORE_FACT_H
#include "base/text.h"
#include "store/db.h"

enum { FACT_BUCKETS = 64 };

enum fact_type { FACT_ID, FACT_FACT, FACT_INT, FACT_DATE, FACT_TEXT };

struct fact_field {
    const char *name;
    enum fact_type type;
    size_t offset;     /* in the kind's struct */
    int64_t low, high; /* int: the least and the most; text: bytes */
    bool optional, exported;
    const char *choices; /* a space between; NULL: any */
};

struct fact_key {
    int64_t bucket, subject_id, fact_id;
};

struct fact_csv;
struct fact_kind {
    const char *name, *about; /* about: learner class session org person */
    const char *relations;    /* one of these lets a person record it (access/may.h); a space between */
    const char *event;        /* for live views of the subject; NULL: none */
    int version;
    const struct fact_field *fields;
    size_t field_count;
    const char *schema; /* JSON schema of the fields */
    /* The kind's own row; sent without waiting. */
    enum st (*insert)(struct tx *tx, const struct fact_key *key, const void *fields, struct err *e);
    /* CSV rows after a key, at most limit. */
    enum st (*export_after)(struct tx *tx, const struct fact_key *after, int64_t limit, struct fact_csv *csv,
                            struct err *e);
};

/* Where the facts of a subject are kept: 0 to 63, a mix of its id that SQL can compute as well. */
int64_t fact_bucket(int64_t subject_id);

/* Are the fields within what the kind declares? err ST_INVALID fact.field, with the field and its limits */
enum st fact_check_fields(const struct fact_kind *k, const void *fields, struct err *e) WARN_UNUSED;
/* Of all fields; never 0, which in the table means that it is not known. */
int64_t fact_hash(const struct fact_kind *k, const void *fields);

struct fact_row {
    struct fact_key key;
    const struct fact_kind *kind;
    const void *fields;
    int64_t recorder_id, body_hash, happened_at_ms, received_at_ms, replaces_id; /* replaces_id 0: none */
    const char *client_id;
    int32_t school_date;
};
/* Both rows, without waiting; errors show at the commit. */
enum st fact_insert(struct tx *tx, const struct fact_row *row, struct err *e) WARN_UNUSED;

/* What is known under the keys of several facts that are to be recorded. */
struct fact_lookup {
    const struct fact_kind *kind;
    int64_t subject_id, recorder_id;
    const char *client_id;
    int64_t fact_id, body_hash; /* out; fact_id 0: not recorded yet */
    int64_t last_id;            /* out: of the subject's facts; 0: none */
};
enum st facts_find(struct tx *tx, struct fact_lookup *list, size_t n, struct err *e) WARN_UNUSED;

/* All facts of a kind as CSV rows, with a heading; appended to out. Text that a spreadsheet would run as a formula gets
 * a quote before it. */
struct fact_csv {
    struct text *out;
    struct fact_key last;
    size_t rows;
};
enum st fact_export_head(const struct fact_kind *k, struct fact_csv *csv, struct err *e) WARN_UNUSED;
/* The next slice; *more: there may be another. */
enum st fact_export_slice(struct tx *tx, const struct fact_kind *k, struct fact_csv *csv, bool *more,
                          struct err *e) WARN_UNUSED;

/* For the generated code. */
void fact_csv_begin(struct fact_csv *csv, int64_t subject_id, int64_t fact_id, int64_t recorder_id,
                    int64_t happened_at_ms, int64_t received_at_ms, int64_t school_date, int64_t replaces_id);
void fact_csv_id(struct fact_csv *csv, int64_t v); /* 0: empty */
void fact_csv_int(struct fact_csv *csv, int64_t v);
void fact_csv_date(struct fact_csv *csv, int64_t days); /* 0: empty */
void fact_csv_text(struct fact_csv *csv, const char *s);
void fact_csv_end(struct fact_csv *csv);

#endif
