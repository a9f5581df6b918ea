/* Weights by question and skill, as a version of kind "items" holds them. */
#ifndef POLICY_ITEM_LAYER_H
#define POLICY_ITEM_LAYER_H
#include "content/catalogue.h"
#include "rules/predict.h"

/* How hard each question is, for choosing among them: a version of kind "items", and only the latest. What was
 * stored never rests on it. */
struct item_layer {
    int64_t model_id;  /* 0: none yet */
    bool fitted;       /* false: none, or taken back to none; then predictions are by Elo */
    struct logistic m; /* items and skills by place in the catalogue; in arena */
    double hard_below; /* weights below this are of the hardest third of the questions that have one */
};

/* A document as weights for this catalogue. */
enum st item_layer_parse(struct arena *a, const struct catalogue *c, const char *doc, struct item_layer *out,
                         struct err *e) WARN_UNUSED;
/* The weights of the layer, or NULL. */
const struct logistic *item_weights_current(const struct item_layer *l);
/* P(right) on an item, as it is aligned now. */
double item_predict(const struct item_layer *l, const struct catalogue *c, const struct learner_state *s,
                    const struct item_ref *item);
/* false where nothing is known */
bool item_is_hard(const struct item_layer *l, const struct catalogue *c, const struct item_ref *item);

#endif
