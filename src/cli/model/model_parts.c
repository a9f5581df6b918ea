/* The few parts that a prediction is made of. */
#include <math.h> /* round */

#include "model_use.h"

static const struct {
    const char *term;
    enum msg_id words;
} parts[MODEL_PARTS] = {
    [PART_START] = {"start", MSG_explain_part_start},   [PART_SKILL] = {"skill", MSG_explain_part_skill},
    [PART_ITEM] = {"question", MSG_explain_part_item},  [PART_OWN] = {"own_answers", MSG_explain_part_own},
    [PART_ALL] = {"all_answers", MSG_explain_part_all}, [PART_OTHERS] = {"other_answers", MSG_explain_part_others},
    [PART_TIME] = {"time", MSG_explain_part_time},      [PART_TODAY] = {"time", MSG_explain_part_today}};

void model_part_add(struct model_parts *p, enum model_part part, double logit)
{
    p->logit[part] = p->logit[part] + logit;
    p->there[part] = true;
}

double model_parts_sum(const struct model_parts *p)
{
    double sum = 0.0;
    for (size_t i = 0; i < MODEL_PARTS; i++)
        if (p->there[i]) sum = sum + p->logit[i];
    return sum;
}

void model_parts_put(const struct model_parts *p, enum lang lang, struct json_out *j)
{
    json_open_list(j, "parts");
    for (size_t i = 0; i < MODEL_PARTS; i++) {
        if (!p->there[i]) continue;
        json_open_obj(j, NULL);
        json_put_str(j, "term", parts[i].term);
        json_put_str(j, "words", msg(lang, parts[i].words));
        json_put_f64(j, "logit", p->logit[i]);
        json_close_obj(j);
    }
    json_close_list(j);
}

void model_parts_say(const struct model_parts *p, double share, enum lang lang)
{
    double sum = 0.0, said = 0.0;
    for (size_t i = 0; i < MODEL_PARTS; i++) {
        if (!p->there[i]) continue;
        sum = sum + p->logit[i];
        double line = (round(100.0 * sum) - said) / 100.0;
        said = round(100.0 * sum);
        printf("  %+6.2f  %s\n", line == 0.0 ? 0.0 : line, msg(lang, parts[i].words));
    }
    char percent[32];
    struct text t;
    snprintf(percent, sizeof percent, "%.1f", 100.0 * share);
    text_init(&t, 1 << 10);
    msg_format(&t, lang, MSG_explain_part_sum, MSG_ARGS(MSG_T("p", percent)));
    printf("  %+6.2f  %s\n", said / 100.0, text_str(&t));
    text_release(&t);
}
