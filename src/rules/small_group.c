#include "rules/small_group.h"

bool small_group(int64_t n, int64_t all, int64_t smallest)
{
    int64_t rest = all - n;
    return (n > 0 && n < smallest) || (rest > 0 && rest < smallest);
}

void small_groups_hide(const int64_t *counts, size_t n, int64_t smallest, bool *hide)
{
    int64_t hidden = 0;
    for (size_t i = 0; i < n; i++) {
        hide[i] = counts[i] > 0 && counts[i] < smallest;
        if (hide[i]) hidden += counts[i];
    }
    while (hidden > 0 && hidden < smallest) {
        size_t next = n;
        for (size_t i = 0; i < n; i++)
            if (!hide[i] && counts[i] > 0 && (next == n || counts[i] < counts[next])) next = i;
        if (next == n) return;
        hide[next] = true;
        hidden += counts[next];
    }
}
