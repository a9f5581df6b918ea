/* The sample district's people. Nobody here is anybody. */
#include "demo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/csv.h"

static const char *const given_names[] = {
    "Abena",   "Adrian", "Aiko",  "Alma",   "Anders", "Anya",   "Arlo",  "Asha",   "Bao",   "Beatriz", "Boris",
    "Camille", "Cyrus",  "Dalia", "Darius", "Delia",  "Ebba",   "Elias", "Emeka",  "Esme",  "Farah",   "Felix",
    "Freya",   "Gideon", "Greta", "Hana",   "Hugo",   "Ilse",   "Imani", "Ines",   "Isko",  "Jada",    "Joaquin",
    "Juna",    "Kaito",  "Keira", "Kwame",  "Lars",   "Linnea", "Lucia", "Mads",   "Malik", "Marisol", "Mateo",
    "Mina",    "Nadia",  "Nils",  "Noor",   "Odette", "Omar",   "Oskar", "Paloma", "Petra", "Quinn",   "Rafael",
    "Rania",   "Rosa",   "Rune",  "Sana",   "Silas",  "Soren",  "Tahir", "Tamsin", "Thea",  "Uma",     "Viggo",
    "Wanda",   "Xavi",   "Yara",  "Yusuf",  "Zara",   "Zeno"};
static const char *const family_names[] = {
    "Abara",  "Alder",   "Banerjee", "Barros",   "Birch",   "Brandt",   "Calloway", "Castellan", "Dahl",    "Deveraux",
    "Eklund", "Farrow",  "Fontaine", "Ghali",    "Goodwin", "Hale",     "Hollis",   "Ibarra",    "Ishida",  "Jansen",
    "Kamau",  "Kessler", "Larkin",   "Lindgren", "Marlowe", "Mbeki",    "Moreau",   "Nakano",    "Navarro", "Oyelaran",
    "Petrov", "Quill",   "Ravel",    "Reyes",    "Sato",    "Sorensen", "Tanaka",   "Thorne",    "Umar",    "Vance",
    "Wilder", "Winter",  "Yamada",   "Young",    "Zamora",  "Zeller"};
enum { GIVEN = sizeof given_names / sizeof *given_names, FAMILY = sizeof family_names / sizeof *family_names };

/* docs/demo.md names them. */
static const struct {
    const char *given, *family, *username;
    int class_index;
    enum story story;
} told[] = {
    {"Maya", "Okonkwo", "maya.okonkwo", 0, STORY_SAME_ERROR},  {"Leila", "Marsh", "leila.marsh", 0, STORY_HELP},
    {"Tomas", "Lindqvist", "tomas.lindqvist", 1, STORY_AHEAD}, {"Jordan", "Pike", "jordan.pike", 2, STORY_CLICKING},
    {"Devon", "Brook", "devon.brook", 2, STORY_AWAY},          {"Amina", "Rahal", "amina.rahal", 3, STORY_BACK},
    {"Eli", "Okonkwo", "eli.okonkwo", 3, STORY_NONE}};
enum { TOLD = sizeof told / sizeof *told };

static const struct {
    const char *id, *title, *course, *grade, *teacher;
} classes[DEMO_CLASSES] = {{"c-5a", "Math 5 · Room 12", "m5", "05", "t-rivera"},
                           {"c-5b", "Math 5 · Room 14", "m5", "05", "t-rivera"},
                           {"c-8a", "Math 8 · Period 2", "m8", "08", "t-haddad"},
                           {"c-8b", "Math 8 · Period 5", "m8", "08", "t-haddad"}};

enum st demo_invent(struct demo_people *out, size_t students, uint64_t seed, struct err *e)
{
    struct rng r;
    out->count = students < TOLD ? TOLD : students;
    out->students = calloc(out->count, sizeof *out->students);
    if (!out->students) return err_fail(e, ST_NOMEM, "err.memory", "students");
    rng_seed(&r, seed);
    size_t from = rng_below(&r, GIVEN * FAMILY);
    for (size_t i = 0; i < out->count; i++) {
        struct demo_student *s = &out->students[i];
        snprintf(s->sourced_id, sizeof s->sourced_id, "s-%04zu", i + 1);
        if (i < TOLD) {
            snprintf(s->given, sizeof s->given, "%s", told[i].given);
            snprintf(s->family, sizeof s->family, "%s", told[i].family);
            snprintf(s->username, sizeof s->username, "%s", told[i].username);
            s->class_index = told[i].class_index;
            s->story = told[i].story;
            continue;
        }
        /* 1327 shares no factor with it: no pair twice */
        size_t k = (from + i * 1327) % ((size_t)GIVEN * FAMILY), round = i / ((size_t)GIVEN * FAMILY);
        snprintf(s->given, sizeof s->given, "%s", given_names[k % GIVEN]);
        snprintf(s->family, sizeof s->family, "%s", family_names[k / GIVEN]);
        snprintf(s->username, sizeof s->username, "%s.%s%.0zu", s->given, s->family, round);
        for (char *p = s->username; *p; p++)
            if (*p >= 'A' && *p <= 'Z') *p = (char)(*p - 'A' + 'a');
        s->class_index = (int)(i % DEMO_CLASSES);
    }
    return ST_OK;
}

enum st demo_save(const char *dir, const char *name, struct text *t, struct err *e)
{
    char path[700];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    bool ok = f && fwrite(text_str(t), 1, t->n, f) == t->n;
    if (f && fclose(f) != 0) ok = false;
    if (t->failed || !ok) return err_fail(e, ST_IO, "err.io", "%s: %s", path, strerror(errno));
    text_clear(t);
    return ST_OK;
}

static void row(struct text *t, const char *const *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) csv_put(t, fields[i], i + 1 == n);
}
#define ROW(t, ...) \
    row((t), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void user(struct text *t, const char *id, const char *role, const char *username, const char *given,
                 const char *family, const char *agents, const char *grade)
{
    char email[140];
    snprintf(email, sizeof email, "%s@example.org", username);
    ROW(t, id, "true", "school", role, username, given, family, email, agents, grade);
}

static enum st write_all(const struct demo_people *p, int32_t first_day, int32_t today, const char *dir, struct text *t,
                         struct err *e)
{
    char id[40], from[16], to[16];
    ROW(t, "propertyName", "value");
    ROW(t, "manifest.version", "1.0");
    ROW(t, "oneroster.version", "1.1");
    static const char *const files[] = {"orgs", "academicSessions", "courses", "classes", "users", "enrollments"};
    for (size_t i = 0; i < 6; i++) {
        snprintf(id, sizeof id, "file.%s", files[i]);
        ROW(t, id, "bulk");
    }
    TRY(demo_save(dir, "manifest.csv", t, e));
    ROW(t, "sourcedId", "name", "type", "identifier", "parentSourcedId");
    ROW(t, "school", "Cedar Hollow School", "school", "", "");
    TRY(demo_save(dir, "orgs.csv", t, e));
    ROW(t, "sourcedId", "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear");
    date_format(first_day, from);
    date_format(today + 28, to);
    ROW(t, "fall", "Fall term", "term", from, to, "", "");
    date_format(first_day - 14, from);
    date_format(today + 170, to);
    ROW(t, "year", "School year", "schoolYear", from, to, "", "");
    date_format(today + 42, from);
    date_format(today + 160, to);
    ROW(t, "spring", "Spring term", "term", from, to, "", "");
    TRY(demo_save(dir, "academicSessions.csv", t, e));
    ROW(t, "sourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects");
    ROW(t, "m5", "Math 5", "MATH5", "05", "school", "Mathematics");
    ROW(t, "m8", "Math 8", "MATH8", "08", "school", "Mathematics");
    TRY(demo_save(dir, "courses.csv", t, e));
    ROW(t, "sourcedId", "title", "grades", "courseSourcedId", "classCode", "classType", "schoolSourcedId",
        "termSourcedIds", "subjects");
    for (int i = 0; i < DEMO_CLASSES; i++)
        ROW(t, classes[i].id, classes[i].title, classes[i].grade, classes[i].course, "", "scheduled", "school", "fall",
            "Mathematics");
    TRY(demo_save(dir, "classes.csv", t, e));
    ROW(t, "sourcedId", "enabledUser", "orgSourcedIds", "role", "username", "givenName", "familyName", "email",
        "agentSourcedIds", "grades");
    user(t, "t-rivera", "teacher", "sofia.rivera", "Sofia", "Rivera", "", "");
    user(t, "t-haddad", "teacher", "karim.haddad", "Karim", "Haddad", "", "");
    user(t, "p-osei", "administrator", "grace.osei", "Grace", "Osei", "", "");
    user(t, "g-okonkwo", "guardian", "ngozi.okonkwo", "Ngozi", "Okonkwo", "", "");
    for (size_t i = 0; i < p->count; i++) {
        const struct demo_student *s = &p->students[i];
        user(t, s->sourced_id, "student", s->username, s->given, s->family,
             strcmp(s->family, "Okonkwo") == 0 ? "g-okonkwo" : "", classes[s->class_index].grade);
    }
    TRY(demo_save(dir, "users.csv", t, e));
    ROW(t, "sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary");
    for (int i = 0; i < DEMO_CLASSES; i++) {
        snprintf(id, sizeof id, "e-t%d", i);
        ROW(t, id, classes[i].id, "school", classes[i].teacher, "teacher", "true");
    }
    for (size_t i = 0; i < p->count; i++) {
        snprintf(id, sizeof id, "e-%s", p->students[i].sourced_id);
        ROW(t, id, classes[p->students[i].class_index].id, "school", p->students[i].sourced_id, "student", "");
    }
    return demo_save(dir, "enrollments.csv", t, e);
}

enum st demo_write_roster(const struct demo_people *p, int32_t first_day, int32_t today, const char *dir, struct err *e)
{
    struct text t;
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) return err_fail(e, ST_IO, "err.io", "%s: %s", dir, strerror(errno));
    text_init(&t, 8 << 20);
    enum st st = write_all(p, first_day, today, dir, &t, e);
    text_release(&t);
    return st;
}
