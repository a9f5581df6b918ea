/* Parameters that model fit wrote, laid beside a log of answers. Private to cli. */
#ifndef MODEL_MODEL_USE_H
#define MODEL_MODEL_USE_H
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
    bool with_edges; /* --edges was given, for kind bkt */
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
/* Of the BKT kinds: why mastery is what it is. */
enum st model_explain_known(const struct cli *c, const struct model_question *q, struct err *e) WARN_UNUSED;

#endif
