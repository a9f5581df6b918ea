/* Items that are harder for one group than for another of equal standing: differential item functioning.
 *
 * Persons are matched by their score on the items (the studied one included) within those who were given the same
 * items. Two ways, as they find different things:
 *   Mantel-Haenszel   common odds ratio over the matched strata, with continuity correction (Mantel & Haenszel 1959;
 *                     Holland & Thayer 1988), standard error by Robins, Breslow & Greenland 1986, and the classes of
 *                     the Educational Testing Service (Zwick 2012): A negligible, B slight to moderate, C large. Items
 *                     with more than two scores: Mantel 1963, and the standardised mean difference over the item's
 *                     standard deviation (C from .25, B from .17).
 *   logistic          does the group add to the score in foretelling the answer, by itself or by the score (Swaminathan
 *                     & Rogers 1990)? Classes by the gain in Nagelkerke's R2 (Jodoin & Gierl 2001: C from .07, B from
 *                     .035). Two scores only.
 * Twice: items of class C at first do not count in the matching score the second time, but for themselves
 * (purification: Holland & Thayer 1988). A flag asks for a look at the item's words and pictures; it is no proof that
 * the item is unfair.
 */
#ifndef ENGINE_DIF_H
#define ENGINE_DIF_H
#include "engine/irt.h"

enum { DIF_GROUP_LEAST = 30 }; /* persons of either group who answered an item, under which it is left alone */

struct dif_item {
    size_t reference, focal; /* answers */
    bool known;              /* false: too few, or everybody scored the same */
    bool graded;             /* more than two scores */
    /* two scores: MH D-DIF = -2.35 ln(odds ratio), below 0: harder for the focal group; graded: mean difference over
     * the sd, se 0 */
    double effect, effect_se;
    double chi2, p; /* 1 degree of freedom */
    char class;     /* 'A', 'B', 'C' */
    bool logistic_known;
    double uniform_p, any_p; /* does the group add by itself (1 degree); by itself or by the score (2)? */
    double r2_gain;
    char logistic_class;
};
/* group: persons; 0 reference, 1 focal, anything else: left out. out: items. ST_NOMEM; ST_INVALID "model.data": no
 * person in one of the groups. */
enum st dif_of(const struct irt_matrix *m, const uint8_t *group, struct dif_item *out, struct err *e) WARN_UNUSED;

/* P(chi2 with 1 or 2 degrees of freedom >= x), x >= 0. Relative error under 1e-9 down to 1e-300. */
double chi2_tail(double x, int degrees);

#endif
