/*
 * engine_options.c: options of an engine that runs in this process. See engine_options.h.
 */
#include "loadgen/engine_options.h"

#include "engine/option.h"

#include <glib.h>
#include <stdlib.h>

/* Index of the option that `name` names, up to its `=`; option_count: none. */
static size_t
find(const EngineClass *engine_class, const char *name, size_t name_len)
{
    size_t i = 0;
    for (; i < engine_class->option_count; i++) {
        const char *known = engine_class->options[i].name;
        if (strlen(known) == name_len && memcmp(known, name, name_len) == 0) {
            break;
        }
    }
    return i;
}

static char *
unknown_option(const EngineClass *engine_class, const char *text, size_t name_len)
{
    GString *problem = g_string_new(NULL);
    g_string_append_printf(problem, "--engine-option=%s: engine %s has no option \"%.*s\"", text,
                           engine_class->name, (int)name_len, text);
    for (size_t i = 0; i < engine_class->option_count; i++) {
        g_string_append_printf(problem, "%s%s", i == 0 ? "; it has " : ", ",
                               engine_class->options[i].name);
    }
    return g_string_free(problem, FALSE);
}

/* Sets one value. NULL, or what is wrong. */
static char *
apply(const EngineClass *engine_class, const char *text, int64_t *values)
{
    size_t name_len = strcspn(text, "=");
    if (text[name_len] == '\0') {
        return g_strdup_printf("--engine-option=%s: must be name=value", text);
    }
    size_t i = find(engine_class, text, name_len);
    if (i == engine_class->option_count) {
        return unknown_option(engine_class, text, name_len);
    }
    if (engine_option_parse(&engine_class->options[i], text + name_len + 1, &values[i])) {
        return NULL;
    }
    char legal[ENGINE_OPTION_LEGAL_SIZE];
    engine_option_legal(&engine_class->options[i], legal);
    return g_strdup_printf("--engine-option=%s: must be %s", text, legal);
}

int64_t *
load_engine_options(const EngineClass *engine_class, char *const *texts, char **ret_problem)
{
    int64_t *values = calloc(engine_class->option_count + 1, sizeof *values);
    if (values == NULL) {
        *ret_problem = g_strdup("no memory");
        return NULL;
    }
    for (size_t i = 0; i < engine_class->option_count; i++) {
        values[i] = engine_class->options[i].preset;
    }
    char *problem = NULL;
    for (size_t i = 0; texts != NULL && texts[i] != NULL && problem == NULL; i++) {
        problem = apply(engine_class, texts[i], values);
    }
    if (problem == NULL) {
        return values;
    }
    free(values);
    *ret_problem = problem;
    return NULL;
}
