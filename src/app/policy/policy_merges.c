#include "policy_merges.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { BUCKETS = 1024 };

struct merged {
    struct merged *next;
    const struct policy_effective *upper; /* NULL: a version of the district alone */
    const struct policy_version *own;
    struct policy_effective made;
    char *doc; /* own memory; NULL where made.doc is another's */
    bool unreadable;
};

/* Entries are only ever added in front, so a reader needs no lock. */
struct policy_merges {
    pthread_mutex_t lock; /* of whoever adds */
    struct merged *buckets[BUCKETS];
};

struct policy_merges *policy_merges_new(void)
{
    struct policy_merges *m = calloc(1, sizeof *m);
    if (m) pthread_mutex_init(&m->lock, NULL);
    return m;
}

void policy_merges_free(struct policy_merges *m)
{
    if (!m) return;
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct merged *k = m->buckets[i], *next; k; k = next) {
            next = k->next;
            free(k->doc);
            free(k);
        }
    pthread_mutex_destroy(&m->lock);
    free(m);
}

static struct merged **bucket_of(struct policy_merges *m, const void *upper, const void *own)
{
    uint64_t h = ((uint64_t)(uintptr_t)upper ^ ((uint64_t)(uintptr_t)own << 7)) * UINT64_C(0x9E3779B97F4A7C15);
    return &m->buckets[h >> 54];
}

static struct merged *find(struct merged *const *bucket, const struct policy_effective *upper,
                           const struct policy_version *own)
{
    struct merged *k = __atomic_load_n(bucket, __ATOMIC_ACQUIRE);
    while (k && (k->upper != upper || k->own != own)) k = k->next;
    return k;
}

/* Adds what was made, unless another thread was first; then that one is the answer. */
static struct merged *add(struct policy_merges *m, struct merged **bucket, struct merged *made)
{
    pthread_mutex_lock(&m->lock);
    struct merged *first = find(bucket, made->upper, made->own);
    if (!first) {
        made->next = *bucket;
        __atomic_store_n(bucket, made, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&m->lock);
    if (!first) return made;
    free(made->doc);
    free(made);
    return first;
}

static struct policy_effective named_by(const struct policy_version *v)
{
    return (struct policy_effective){.policy_id = v->policy_id,
                                     .effective_at_ms = v->effective_at_ms,
                                     .recorded_at_ms = v->recorded_at_ms,
                                     .recorder_id = v->recorder_id,
                                     .scope = v->scope,
                                     .scope_id = v->scope_id,
                                     .reason = v->reason};
}

static bool is_later(const struct policy_version *a, const struct policy_effective *b)
{
    return a->effective_at_ms > b->effective_at_ms ||
           (a->effective_at_ms == b->effective_at_ms && a->policy_id > b->policy_id);
}

/* false: no memory. */
static bool merge(struct merged *k)
{
    const struct policy_effective *upper = k->upper;
    const struct policy_version *own = k->own;
    json_t *above = json_loads(upper->doc, 0, NULL),
           *opened = own->scope == SCOPE_SCHOOL ? policy_opened(above, own->scope_id) : json_incref(above),
           *doc = json_loads(own->doc, 0, NULL), *both = opened ? policy_applied(opened, doc, own->scope) : NULL;
    struct err e;
    if (own->scope == SCOPE_SCHOOL && is_later(own, upper)) k->made = named_by(own);
    else k->made = *upper;
    if (own->scope == SCOPE_SCHOOL) {
        k->made.scope = SCOPE_SCHOOL;
        k->made.scope_id = own->scope_id;
    }
    enum st st = both ? policy_from_json(both, &k->made.policy, &e) : ST_NOMEM;
    if (st == ST_OK) k->doc = json_dumps(both, JSON_COMPACT);
    k->made.doc = k->doc;
    if (st == ST_INVALID) { /* never in effect together (policy.c sees to it), and they do not go together */
        k->made.policy = upper->policy;
        k->made.doc = upper->doc;
    }
    k->made.policy.policy_id = own->scope == SCOPE_SCHOOL ? k->made.policy_id : own->policy_id;
    json_t *all[] = {above, opened, doc, both};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) json_decref(all[i]);
    return k->made.doc != NULL;
}

const struct policy_effective *policy_merged(struct policy_merges *m, const struct policy_effective *upper,
                                             const struct policy_version *own)
{
    struct merged **bucket = bucket_of(m, upper, own), *k = find(bucket, upper, own);
    if (k) return &k->made;
    k = calloc(1, sizeof *k);
    if (k) {
        k->upper = upper;
        k->own = own;
    }
    if (!k || !merge(k)) {
        log_line(LOG_ERROR, "policy", "no memory to merge version %lld", (long long)own->policy_id);
        free(k);
        return upper;
    }
    return &add(m, bucket, k)->made;
}

enum st policy_alone(struct policy_merges *m, const struct policy_version *v, const struct policy_effective **out,
                     struct err *e)
{
    struct merged **bucket = bucket_of(m, NULL, v), *k = find(bucket, NULL, v);
    if (!k) {
        k = calloc(1, sizeof *k);
        if (!k) return err_fail(e, ST_NOMEM, "err.memory", "policy");
        struct err ignored;
        k->own = v;
        k->made = named_by(v);
        k->made.doc = v->doc;
        k->unreadable = policy_read(v->doc, strlen(v->doc), &k->made.policy, &ignored) != ST_OK;
        if (k->unreadable) k->made.policy = policy_default();
        k->made.policy.policy_id = v->policy_id;
        k = add(m, bucket, k);
    }
    *out = &k->made;
    return k->unreadable
               ? err_fail(e, ST_INVALID, "policy.shape", "policy %lld cannot be read", (long long)v->policy_id)
               : ST_OK;
}
