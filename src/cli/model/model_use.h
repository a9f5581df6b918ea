/* Parameters that model fit wrote, laid beside a log of answers. Private to cli. */
#ifndef MODEL_MODEL_USE_H
#define MODEL_MODEL_USE_H
#include "engine/belief_fit.h"
#include "engine/logistic.h"
#include "engine/transfer.h"
#include "i18n/i18n.h"
#include "lab/edges.h"
#include "model.h"

struct model_use {
    struct log_data d;
    json_t *doc;
    const char *kind;
    struct logistic m;
    struct transfer top;    /* of kind transfer, on m; else sets is 0 */
    struct bkt_fitted *bkt; /* by set; NULL for the other kinds */
    struct bkt_general *general;
    struct bkt_general_options general_options;
    uint8_t *item_class;
    struct belief_model belief; /* of kind belief; else its items is 0 */
    bool with_edges;            /* --edges was given, for kind bkt */
    struct edges_use edges;
};

/* The answers that are named, the parameters of --model and the edges of --edges. Release also after a failure. */
enum st model_use_load(const struct cli *c, struct model_use *x, struct err *e) WARN_UNUSED;
void model_use_release(struct model_use *x);

/* What model explain is asked. */
struct model_question {
    const struct model_use *use;
    uint32_t user, item; /* item: to_come, else it is the student's last */
    bool to_come;
    enum lang lang;
};
/* What a prediction is made of, in so few parts that they can be read: they add up, in logits. */
enum model_part {
    PART_START,
    PART_SKILL,
    PART_ITEM,
    PART_OWN,    /* answers on the skills in question */
    PART_ALL,    /* all answers, whatever they are on */
    PART_OTHERS, /* answers on other skills */
    PART_TIME,
    PART_TODAY, /* and practice today */
    MODEL_PARTS
};
struct model_parts {
    double logit[MODEL_PARTS];
    bool there[MODEL_PARTS]; /* the kind of model has such a part */
};
void model_part_add(struct model_parts *p, enum model_part part, double logit);
double model_parts_sum(const struct model_parts *p); /* in their order */
/* under "parts", with words */
void model_parts_put(const struct model_parts *p, enum lang lang, struct json_out *j);
/* a line each, rounded so that they still add up, and one for their sum, which is P(right) of share */
void model_parts_say(const struct model_parts *p, double share, enum lang lang);
/* Of the BKT kinds: why mastery is what it is. */
enum st model_explain_known(const struct cli *c, const struct model_question *q, struct err *e) WARN_UNUSED;
/* Of kind belief: what each part moved. */
enum st model_explain_belief(const struct cli *c, const struct model_question *q, struct err *e) WARN_UNUSED;

#endif
