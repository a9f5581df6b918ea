#include "store/fact.h"

#include <string.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/rng.h"
#include "store/sql/fact.h"

enum { EXPORT_SLICE = 500 };

int64_t fact_bucket(int64_t subject_id)
{
    enum { PRIME = 2147483647, FACTOR = 48271, WIDTH = 33554432 }; /* Lehmer's generator; WIDTH: 2^31 / 64 */
    return subject_id % PRIME * FACTOR % PRIME / WIDTH;
}

static int64_t number_in(const struct fact_field *f, const void *fields)
{
    const char *at = (const char *)fields + f->offset;
    if (f->type == FACT_INT || f->type == FACT_DATE) return *(const int32_t *)(const void *)at;
    return *(const int64_t *)(const void *)at;
}

static const char *text_in(const struct fact_field *f, const void *fields)
{
    const char *s = *(const char *const *)(const void *)((const char *)fields + f->offset);
    return s ? s : "";
}

/* Is the word one of a list with a space between? */
static bool is_one_of(const char *word, const char *list)
{
    size_t n = strlen(word);
    for (const char *p = list; n && (p = strstr(p, word)); p += n)
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n])) return true;
    return false;
}

static enum st check_field(const struct fact_kind *k, const struct fact_field *f, const void *fields, struct err *e)
{
    if (f->type != FACT_TEXT) {
        int64_t v = number_in(f, fields);
        bool within = f->type == FACT_INT ? v >= f->low && v <= f->high : v > 0 || (f->optional && v == 0);
        return within ? ST_OK
                      : err_fail(e, ST_INVALID, "fact.field", "%s: %s must be %s", k->name, f->name,
                                 f->type == FACT_INT ? "within its limits" : "given");
    }
    const char *s = text_in(f, fields);
    size_t n = strlen(s);
    if (n > (size_t)f->high || n < (size_t)f->low || (f->low && !s[strspn(s, " \t\r\n")]))
        return err_fail(e, ST_INVALID, "fact.field", "%s: %s must have %lld to %lld bytes", k->name, f->name,
                        (long long)f->low, (long long)f->high);
    if (f->choices && !is_one_of(s, f->choices))
        return err_fail(e, ST_INVALID, "fact.field", "%s: %s is one of %s", k->name, f->name, f->choices);
    return ST_OK;
}

enum st fact_check_fields(const struct fact_kind *k, const void *fields, struct err *e)
{
    for (size_t i = 0; i < k->field_count; i++) TRY(check_field(k, &k->fields[i], fields, e));
    return ST_OK;
}

int64_t fact_hash(const struct fact_kind *k, const void *fields)
{
    uint64_t h = hash_mix(k->field_count, (uint64_t)k->version);
    for (size_t i = 0; i < k->field_count; i++) {
        const struct fact_field *f = &k->fields[i];
        if (f->type != FACT_TEXT) {
            h = hash_mix(h, (uint64_t)number_in(f, fields));
            continue;
        }
        for (const char *s = text_in(f, fields); *s; s++) h = (h ^ (unsigned char)*s) * 1099511628211u;
        h = hash_mix(h, i);
    }
    return (int64_t)(h >> 1) | 1;
}

enum st fact_insert(struct tx *tx, const struct fact_row *r, struct err *e)
{
    TRY(sql_fact_insert(tx,
                        &(struct sql_fact_insert_in){.bucket = r->key.bucket,
                                                     .subject_id = r->key.subject_id,
                                                     .fact_id = r->key.fact_id,
                                                     .kind = r->kind->name,
                                                     .version = r->kind->version,
                                                     .recorder_id = r->recorder_id,
                                                     .client_id = r->client_id,
                                                     .body_hash = r->body_hash,
                                                     .happened_at_ms = r->happened_at_ms,
                                                     .received_at_ms = r->received_at_ms,
                                                     .school_date = r->school_date,
                                                     .replaces_id = r->replaces_id},
                        e));
    return r->kind->insert(tx, &r->key, r->fields, e);
}

static enum st find_listed(struct tx *tx, struct fact_lookup *list, const char *keys, struct err *e)
{
    struct sql_facts_find_row r;
    struct rows rows;
    const struct sql_facts_find_in in = {.bucket = fact_bucket(list[0].subject_id),
                                         .subject_id = list[0].subject_id,
                                         .recorder_id = list[0].recorder_id,
                                         .client_id = list[0].client_id,
                                         .kind = list[0].kind->name,
                                         .keys = keys};
    TRY(sql_facts_find(tx, &in, &rows, e));
    while (sql_facts_find_next(&rows, &r)) {
        list[r.place].fact_id = r.fact_id;
        list[r.place].body_hash = r.body_hash;
        list[r.place].last_id = r.last_id;
    }
    return rows_end(&rows);
}

enum st facts_find(struct tx *tx, struct fact_lookup *list, size_t n, struct err *e)
{
    if (!conn_is_remote(tx_conn(tx))) {
        for (size_t i = 0; i < n; i++) TRY(find_listed(tx, &list[i], NULL, e));
        return ST_OK;
    }
    if (!n) return ST_OK;
    struct text keys;
    struct json_out j;
    text_init(&keys, 1 << 20);
    json_out_init(&j, &keys);
    json_open_list(&j, NULL);
    for (size_t i = 0; i < n; i++) {
        json_open_list(&j, NULL);
        json_put_i64(&j, NULL, (int64_t)i);
        json_put_i64(&j, NULL, fact_bucket(list[i].subject_id));
        json_put_i64(&j, NULL, list[i].subject_id);
        json_put_i64(&j, NULL, list[i].recorder_id);
        json_put_str(&j, NULL, list[i].client_id);
        json_put_str(&j, NULL, list[i].kind->name);
        json_close_list(&j);
    }
    json_close_list(&j);
    enum st st = keys.failed ? err_fail(e, ST_NOMEM, "err.memory", "facts") : find_listed(tx, list, text_str(&keys), e);
    text_release(&keys);
    return st;
}

/* CSV -------------------------------------------------------------------------------------------------------------- */

/* Every field is followed by a comma; fact_csv_end takes the last one away. */
void fact_csv_text(struct fact_csv *csv, const char *s) { csv_put(csv->out, s, false); }
void fact_csv_int(struct fact_csv *csv, int64_t v) { text_printf(csv->out, "%lld,", (long long)v); }

void fact_csv_id(struct fact_csv *csv, int64_t v)
{
    if (v) fact_csv_int(csv, v);
    else text_char(csv->out, ',');
}

void fact_csv_date(struct fact_csv *csv, int64_t days)
{
    char s[16] = "";
    if (days) date_format((int32_t)days, s);
    fact_csv_text(csv, s);
}

static void put_time(struct fact_csv *csv, int64_t at_ms)
{
    char s[32];
    time_format_utc(at_ms, s);
    fact_csv_text(csv, s);
}

void fact_csv_begin(struct fact_csv *csv, int64_t subject_id, int64_t fact_id, int64_t recorder_id,
                    int64_t happened_at_ms, int64_t received_at_ms, int64_t school_date, int64_t replaces_id)
{
    csv->last = (struct fact_key){fact_bucket(subject_id), subject_id, fact_id};
    csv->rows++;
    fact_csv_id(csv, subject_id);
    fact_csv_id(csv, fact_id);
    fact_csv_id(csv, recorder_id);
    put_time(csv, happened_at_ms);
    put_time(csv, received_at_ms);
    fact_csv_date(csv, school_date);
    fact_csv_id(csv, replaces_id);
}

void fact_csv_end(struct fact_csv *csv)
{
    text_cut(csv->out, csv->out->n - 1);
    text_add(csv->out, "\r\n");
}

enum st fact_export_head(const struct fact_kind *k, struct fact_csv *csv, struct err *e)
{
    csv->last = (struct fact_key){.bucket = -1};
    csv->rows = 0;
    text_add(csv->out, "subject_id,fact_id,recorder_id,happened_at,received_at,school_date,replaces_id");
    for (size_t i = 0; i < k->field_count; i++)
        if (k->fields[i].exported) text_printf(csv->out, ",%s", k->fields[i].name);
    text_add(csv->out, "\r\n");
    return csv->out->failed ? err_fail(e, ST_NOMEM, "err.memory", "export") : ST_OK;
}

enum st fact_export_slice(struct tx *tx, const struct fact_kind *k, struct fact_csv *csv, bool *more, struct err *e)
{
    const struct fact_key after = csv->last;
    size_t before = csv->rows;
    TRY(k->export_after(tx, &after, EXPORT_SLICE, csv, e));
    *more = csv->rows - before == EXPORT_SLICE;
    return csv->out->failed ? err_fail(e, ST_NOMEM, "err.memory", "export") : ST_OK;
}
