#ifndef INTEROP_OATUTOR_PRIVATE_H
#define INTEROP_OATUTOR_PRIVATE_H
#include "content_private.h"
#include "framework_private.h"

struct oatutor_problem {
    const char *id;
    size_t entry;
    json_t *json; /* NULL: unreadable */
};
struct oatutor_step {
    const char *problem, *id;
    size_t entry;
};
struct oatutor_figure {
    const char *problem, *name, *sha;
    size_t entry;
    bool bad;
};
struct oatutor {
    struct arena *a;
    struct package *p;
    struct import_report *r;
    struct content_pack *pack;
    struct framework_reader framework;
    struct strmap by_problem, pathways, used; /* used: skills that a step here names */
    int skill_model, course_plans;
    json_t *skills;
    struct oatutor_problem *problems;
    size_t problem_count, problem_cap;
    struct oatutor_step *steps;
    size_t step_count, step_cap;
    struct oatutor_figure *figures;
    size_t figure_count, figure_cap;
    const struct oatutor_problem *now; /* whose text is being read: figures are looked up in it */
    const char *now_file;
};

/* ST_INVALID: reported */
enum st oatutor_json(struct oatutor *x, size_t entry, json_t **out, struct err *e) WARN_UNUSED;
/* its uri; NULL without memory */
const char *oatutor_skill(struct oatutor *x, const char *slug);
void oatutor_link(struct oatutor *x, const char *s, const char **url, const char **name);
const char *oatutor_figure(void *x, const char *name, size_t n);
enum st oatutor_problem_items(struct oatutor *x, const struct oatutor_step *steps, size_t n, struct err *e) WARN_UNUSED;
/* The hints of a step as the item document has them; counts them in the pack. NULL when there are none. */
json_t *oatutor_hints(struct oatutor *x, const struct oatutor_step *s, const char **also_by);
/* Adds interaction and key for a step or a scaffold; false, reported, when the answer cannot be used. */
bool oatutor_answer(struct oatutor *x, json_t *out, const json_t *from, const char *answers_key, const char *title,
                    const char *prompt, const char *id);
json_t *oatutor_markdown(struct oatutor *x, const char *s, const char *id, const char *field);

#endif
