/* Fields of settings as people read and write them. */
#include "frame/setting.h"

bool rules_in_100(const struct setting *s) { return s->type == SETTING_NUMBER && s->most <= 1; }

const char *rules_field(struct call *c, const struct setting *s)
{
    const char *name = arena_printf(c->arena, "%s.%s", s->group, s->name);
    return name ? name : "";
}

const char *rules_number(struct call *c, const struct setting *s, double value)
{
    const char *t = arena_printf(c->arena, "%.10g", rules_in_100(s) ? value * 100 : value);
    return t ? t : "";
}
