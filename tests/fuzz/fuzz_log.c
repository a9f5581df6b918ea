/* Logs of answers and score matrices: whatever is read is whole and in range, and models make numbers of it; what is
 * not read says where and why. The first byte says how the rest is read: 'l' a log, 'b' with times, hints and truth
 * beside, 'n' by named columns, 'm' a score matrix, 'f' the files of a folder (pack.h). */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/elo.h"
#include "fuzz.h"
#include "lab/lab.h"

enum { MODEL_ROWS_MAX = 3000, NAME_BYTES = 64, FILES_MAX = 6 };

static void write_all(int fd, const uint8_t *p, size_t n)
{
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0) abort();
    while (n > 0) {
        ssize_t k = write(fd, p, n);
        if (k <= 0) abort();
        p += k, n -= (size_t)k;
    }
}

static void check_models(const struct log_data *d)
{
    const struct responses *r = &d->r;
    double *p = calloc(r->rows, sizeof *p);
    struct bkt_fitted *m = calloc(r->sets + 1, sizeof *m);
    struct bkt_data *data;
    struct bkt_totals totals;
    struct bkt_options o = bkt_defaults;
    o.iterations_max = 3;
    if (!p || !m) abort();
    FUZZ_CHECK(elo_run(r, &elo_defaults, 0, 0, p, NULL) == ST_OK);
    for (size_t i = 0; i < r->rows; i++) FUZZ_CHECK(p[i] > 0.0 && p[i] < 1.0);
    FUZZ_CHECK(bkt_data_make(r, 0, 0, &data, NULL) == ST_OK && bkt_fit(data, &o, NULL, m, &totals, NULL) == ST_OK);
    FUZZ_CHECK(isfinite(totals.log_likelihood) && bkt_predict_rows(r, m, 0, 0, p, NULL) == ST_OK);
    for (size_t i = 0; i < r->rows; i++) FUZZ_CHECK(p[i] > 0.0 && p[i] < 1.0);
    bkt_data_free(data);
    free(p), free(m);
}

/* Ids are told apart, each has one number. */
static void check_names(const char **name, size_t n)
{
    for (size_t i = 0; i < n && i < 100; i++)
        for (size_t k = 0; k < i; k++) FUZZ_CHECK(strcmp(name[i], name[k]) != 0);
}

static void check_log(const struct log_data *d, bool group)
{
    const struct responses *r = &d->r;
    FUZZ_CHECK(responses_check(r, NULL) == ST_OK && r->rows > 0 && r->user_at[r->users] == r->rows);
    for (size_t i = 0; i < r->rows; i++) FUZZ_CHECK(r->correct[i] <= 1 && (!r->time_s || isfinite(r->time_s[i])));
    for (size_t u = 0; u < r->users; u++)
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++)
            FUZZ_CHECK(i == r->user_at[u] || d->index[i] > d->index[i - 1]);
    for (size_t i = 0; i < r->users; i++) FUZZ_CHECK(d->user_name[i] && (!group || !d->user_group || d->user_group[i]));
    for (size_t i = 0; i < r->items; i++) FUZZ_CHECK(d->item_name[i]);
    for (size_t i = 0; i < r->skills; i++) FUZZ_CHECK(d->skill_name[i]);
    check_names(d->user_name, r->users), check_names(d->item_name, r->items), check_names(d->skill_name, r->skills);
    for (size_t i = 0; d->beside && i < r->rows; i++)
        FUZZ_CHECK(isfinite(d->beside[i].took_s) && d->beside[i].hints >= -1 && d->beside[i].hints_there >= -1 &&
                   d->beside[i].state < SIM_STATES);
    if (r->rows <= MODEL_ROWS_MAX) check_models(d);
}

static void read_log(const char *path, char how)
{
    struct log_data d;
    struct err e = {0};
    struct log_columns names = {0};
    if (how == 'b') names.beside = names.truth = true;
    if (how == 'n') names = (struct log_columns){"a", "b", "c", "d", "e", "f", "g_ms", "h", true, false};
    enum st st = log_read(&d, &path, 1, &names, &e);
    if (st == ST_OK) check_log(&d, how == 'n');
    else FUZZ_CHECK(e.st == st && *e.detail);
    log_release(&d);
}

static void read_matrix(const char *path)
{
    struct matrix m;
    struct err e = {0};
    enum st st = matrix_read(&m, path, NULL, NULL, &e);
    if (st == ST_OK) {
        FUZZ_CHECK(m.m.persons > 0 && m.m.items > 0);
        for (size_t i = 0; i < m.m.persons * m.m.items; i++)
            FUZZ_CHECK(m.m.score[i] < IRT_SCORES_MAX || m.m.score[i] == IRT_MISSING);
        for (size_t i = 0; i < m.m.items; i++) FUZZ_CHECK(m.names[i]);
    } else {
        FUZZ_CHECK(e.st == st && *e.detail);
    }
    arena_release(&m.arena);
}

static const uint8_t *next_file(const uint8_t *p, const uint8_t *end)
{
    while (p < end && !(end - p > 4 && memcmp(p, "=== ", 4) == 0)) {
        const uint8_t *line = memchr(p, '\n', (size_t)(end - p));
        p = line ? line + 1 : end;
    }
    return p;
}

/* Files of a folder that is made anew each time; names are letters, digits, dots and lines under. */
static void read_folder(const uint8_t *p, size_t n)
{
    char dir[] = "/tmp/fuzz-log-XXXXXX", path[FILES_MAX][sizeof dir + NAME_BYTES + 2];
    const uint8_t *end = p + n;
    int files = 0;
    if (!mkdtemp(dir)) abort();
    for (p = next_file(p, end); p < end && files < FILES_MAX;) {
        const uint8_t *name = p + 4, *line = memchr(name, '\n', (size_t)(end - name));
        size_t len = 0, cap = (size_t)((line ? line : end) - name);
        char plain[NAME_BYTES + 1];
        for (size_t i = 0; i < cap && len < NAME_BYTES; i++)
            if ((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || name[i] == '_' ||
                (name[i] == '.' && len))
                plain[len++] = (char)name[i];
        plain[len] = 0;
        const uint8_t *body = line ? line + 1 : end;
        p = next_file(body, end);
        snprintf(path[files], sizeof path[files], "%s/%s", dir, len ? plain : "x");
        int fd = open(path[files], O_CREAT | O_TRUNC | O_WRONLY, 0600);
        if (fd < 0) continue;
        write_all(fd, body, (size_t)(p - body));
        close(fd);
        files++;
    }
    read_log(dir, 'l');
    while (files > 0) unlink(path[--files]);
    rmdir(dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static int fd = -1;
    static char path[64];
    if (fd < 0) {
        fd = memfd_create("log", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (fd < 0) abort();
    }
    if (n < 1) return 0;
    if (data[0] == 'f') {
        read_folder(data + 1, n - 1);
        return 0;
    }
    write_all(fd, data + 1, n - 1);
    if (data[0] == 'm') read_matrix(path);
    else read_log(path, (char)data[0]);
    return 0;
}
