/* Parameters that model fit wrote, laid beside a log of answers. Private to cli. */
#ifndef CLI_MODEL_USE_H
#define CLI_MODEL_USE_H
#include "engine/logistic.h"
#include "engine/transfer.h"
#include "model.h"

struct model_use {
    struct log_data d;
    json_t *doc;
    const char *kind;
    struct logistic m;
    struct transfer top;     /* of kind transfer, on m; else sets is 0 */
    struct bkt_fitted *bkt; /* by set; NULL for the other kinds */
    struct bkt_general *general;
    struct bkt_general_options general_options;
    uint8_t *item_class;
};

/* The answers that are named, and the parameters of --model. Release also after a failure. */
enum st model_use_load(const struct cli *c, struct model_use *x, struct err *e) WARN_UNUSED;
void model_use_release(struct model_use *x);

#endif
