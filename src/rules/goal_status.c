#include "rules/goal_status.h"

#include "base/exact.h"

const char *goal_status_code(enum goal_status s)
{
    static const char *const codes[STANDING_COUNT] = {"unknown", "below", "close", "meets"};
    return s < STANDING_COUNT ? codes[s] : codes[STANDING_UNKNOWN];
}

enum goal_status goal_status_by_score(double score, double error, double meets_at)
{
    double over = score - meets_at;
    if (over < error && -over < error) return STANDING_CLOSE;
    return over >= 0 ? STANDING_MEETS : STANDING_BELOW;
}

enum goal_status goal_status_by_level(int level, int meets_at)
{
    if (level <= 0) return STANDING_UNKNOWN;
    return level >= meets_at ? STANDING_MEETS : STANDING_BELOW;
}

enum goal_status goal_status_by_levels(const enum level *levels, const bool *seen, size_t n, double share)
{
    size_t known = 0, secure = 0, nearly = 0;
    for (size_t i = 0; i < n; i++) {
        known += seen[i];
        secure += levels[i] == LEVEL_SECURE;
        nearly += levels[i] == LEVEL_NEARLY;
    }
    if (!n) return STANDING_UNKNOWN;
    if (exact_share_reached((int64_t)secure, share, (int64_t)n)) return STANDING_MEETS;
    if (2 * known < n) return STANDING_UNKNOWN;
    return exact_share_reached((int64_t)(secure + nearly), share, (int64_t)n) ? STANDING_CLOSE : STANDING_BELOW;
}

bool goal_statuses_disagree(enum goal_status test, enum goal_status ours)
{
    return (test == STANDING_MEETS && ours == STANDING_BELOW) || (test == STANDING_BELOW && ours == STANDING_MEETS);
}

double weeks_to_go(double have, double need, double gained, double weeks)
{
    enum { LEAST_WEEKS = 2 };
    if (exact_units(have) >= exact_units(need)) return 0;
    if (gained <= 0 || weeks < LEAST_WEEKS) return -1;
    return (need - have) * weeks / gained;
}
