/* The JSON document of a word about models, and who gets it. Private to study. */
#ifndef MODEL_MODEL_OUT_H
#define MODEL_MODEL_OUT_H
#include "lab/put.h"
#include "model.h"

struct model_out {
    struct text t;
    struct json_out j;
};
struct json_out *model_out_open(struct model_out *o); /* its object is open */
/* Closes the object. st: of all that was put; when it is no failure, the document goes to path (NULL: nowhere) and with
 * --json to standard output. Gives back st, or ST_NOMEM or ST_IO of its own. */
enum st model_out_close(struct model_out *o, const struct cli *c, const char *path, enum st st,
                        struct err *e) WARN_UNUSED;

#endif
