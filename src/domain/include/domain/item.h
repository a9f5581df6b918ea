/* A question, as docs/item-format.md describes it. Values only; strings live in the arena that the item was read into.
 * *_html is what the renderer's allow-list made, ready to be shown. */
#ifndef DOMAIN_ITEM_H
#define DOMAIN_ITEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_kind {
    KEY_NUMBER,
    KEY_EXPRESSION,
    KEY_EQUATION,
    KEY_INTERVAL,
    KEY_SET,
    KEY_PAIR,
    KEY_RELATION,
    KEY_TEXT,
    KEY_CHOICE,
    KEY_COUNT
};

enum answer_form {
    FORM_ANY,
    FORM_LOWEST_TERMS,
    FORM_MIXED,
    FORM_DECIMAL,
    FORM_SIMPLIFIED,
    FORM_FACTORED,
    FORM_EXPANDED,
    FORM_EXACT,
    FORM_COUNT
};

struct choice {
    const char *id, *body_html;
};

struct known_error {
    const char *match; /* an answer that shows a misconception */
    const char *feedback_html;
};

struct answer_key {
    enum key_kind kind;
    enum answer_form form;
    size_t count;
    const char **values;
    const char *unit; /* accepted behind a number; NULL for none */
    bool unit_required;
    double tolerance; /* absolute; 0 for exact */
    int places;       /* right when equal after rounding to so many decimals; -1 for exact */
};

/* What is asked: the item's own question, or a scaffold's. */
struct question {
    const struct interaction_type *type; /* items/interaction.h; NULL: nothing is asked */
    const char *label, *unit;
    size_t choice_count;
    struct choice *choices;
    bool shuffle;
    struct answer_key key;
};

enum hint_type { HINT_HINT, HINT_SCAFFOLD };

struct hint {
    const char *id, *title_html, *body_html;
    enum hint_type type;
    size_t depends_count;
    const char **depends;
    struct question question; /* of a scaffold */
    size_t hint_count;
    struct hint *hints; /* of a scaffold: its sub-hints */
};

enum var_kind { VAR_RANGE, VAR_OF, VAR_IS };

struct item_var {
    const char *name;
    enum var_kind kind;
    int64_t from, to, step;
    size_t of_count;
    const char **of;
    const char *is;
};

struct item {
    const char *source_id, *title, *title_html, *stimulus_html, *body_html, *right_html, *language;
    const char *group_id, *group_relation; /* NULL for none */
    int32_t group_position, group_count;
    struct question question;
    size_t error_count, hint_count, competency_count, var_count, where_count;
    struct known_error *errors;
    struct hint *hints;
    const char **competencies; /* URIs */
    struct item_var *vars;     /* a family when there are any */
    const char **where;
    const struct family *family; /* what items/ has read out of vars, where and errors, once for all variants */
    const char *licence_name, *licence_url, *attribution_text, *attribution_url;
};

#endif
