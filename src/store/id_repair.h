/* Repairs row ids that ran ahead of the clock.
 *
 * Versions before schema 30 took the sum of an import's and an edit's id as the floor of new ids: after a district's
 * first own skill the ids were years ahead, after the eleventh they were negative. Each such id is moved, in the order
 * in which they were given, to the first ids of this moment, in all columns and rule documents that name it.
 */
#ifndef STORE_ID_REPAIR_H
#define STORE_ID_REPAIR_H
#include "driver.h"

/* In the open transaction. *moved: how many ids. Facts and their ids never ran ahead and are left alone; what is
 * derived from rows that were changed is marked to be derived again. migrated: false looks at four tables only. */
enum st id_repair(struct tx *tx, int64_t now_ms, bool migrated, int64_t *moved, struct err *e) WARN_UNUSED;

#endif
