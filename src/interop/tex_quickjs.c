#include "tex_engine.h"

#include <quickjs/quickjs.h>

enum { STACK_MAX = 1024 * 1024 };

static JSContext *js;

/* The language only: neither files nor modules nor a clock to wait on (those are quickjs-libc, which is not linked). */
bool tex_engine_open(void)
{
    JSRuntime *rt = JS_NewRuntime();
    if (!rt) return false;
    JS_SetMemoryLimit(rt, TEX_HEAP_MAX);
    JS_SetMaxStackSize(rt, STACK_MAX);
    js = JS_NewContext(rt);
    return js != NULL;
}

bool tex_engine_run(const char *script, size_t n)
{
    JSValue v = JS_Eval(js, script, n, "katex", JS_EVAL_TYPE_GLOBAL);
    bool done = !JS_IsException(v);
    JS_FreeValue(js, v);
    return done;
}

bool tex_engine_call(const char *tex, size_t n, bool display, const char **out, size_t *out_n)
{
    static const char *last;
    if (last) JS_FreeCString(js, last);
    JSValue global = JS_GetGlobalObject(js), f = JS_GetPropertyStr(js, global, "waymark");
    JSValue args[] = {JS_NewStringLen(js, tex, n), JS_NewBool(js, display)};
    JSValue v = JS_Call(js, f, global, 2, args);
    bool made = !JS_IsException(v);
    if (!made) v = JS_GetException(js);
    last = JS_ToCStringLen(js, out_n, v);
    *out = last ? last : "";
    if (!last) {
        *out_n = 0;
        made = false;
        JS_FreeValue(js, JS_GetException(js));
    }
    JS_FreeValue(js, v);
    JS_FreeValue(js, args[0]);
    JS_FreeValue(js, args[1]);
    JS_FreeValue(js, f);
    JS_FreeValue(js, global);
    return made;
}
