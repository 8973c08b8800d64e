/*
 * embedded.c: opens an engine for the time of a run. See embedded.h.
 */
#include "loadgen/embedded.h"

#include "engine/env/env.h"
#include "loadgen/embedded_target.h"
#include "loadgen/engine_options.h"

#include <errno.h>
#include <ftw.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    OPEN_FILES = 16,
    VALUE_MAX = 1024 * 1024, /* unless values are longer */
};

static int
remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static void
free_target(LoadTarget *target)
{
    LoadEmbeddedTarget *self = (LoadEmbeddedTarget *)target;
    engine_close(self->engine);
    if (self->directory != NULL) {
        (void)nftw(self->directory, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
    }
    free(self->directory);
    free(self);
}

static BaseStatus
fail(LoadEmbeddedProblem *problem, BaseStatus status, const char *text)
{
    (void)snprintf(problem->text, sizeof problem->text, "%s", text);
    return status;
}

/* What is wrong with the name, and the classes that there are. */
static BaseStatus
unknown_engine(BaseStatus status, const char *why, LoadEmbeddedProblem *problem)
{
    int used = snprintf(problem->text, sizeof problem->text, "%s; there are:", why);
    const EngineClass *found;
    for (size_t i = 0; (found = engine_class_at(i)) != NULL && used > 0; i++) {
        size_t left = (size_t)used < sizeof problem->text ? sizeof problem->text - (size_t)used : 0;
        used += snprintf(problem->text + sizeof problem->text - left, left, " %s", found->name);
    }
    return status;
}

static BaseStatus
open_engine(LoadEmbeddedTarget *self, const EngineClass *found, const LoadOptions *options,
            LoadEmbeddedProblem *problem)
{
    g_autofree char *wrong = NULL;
    int64_t *values = load_engine_options(found, options->engine_options, &wrong);
    if (values == NULL) {
        return fail(problem, base_error(BASE_INVALID, "wrong options"), wrong);
    }
    EngineOpenArgs args = {
        .directory = self->directory,
        .env = env_posix(),
        .clock = base_clock_real(),
        .options = values,
        .key_max = LOAD_KEY_BYTES_MAX,
        .value_max = (size_t)(options->value_size > VALUE_MAX ? options->value_size : VALUE_MAX),
    };
    BaseStatus status = engine_open(found, &args, &self->engine);
    free(values);
    return base_is_ok(status) ? status : fail(problem, status, args.message);
}

BaseStatus
load_embedded_open(const LoadOptions *options, LoadTarget **ret_target,
                   LoadEmbeddedProblem *ret_problem)
{
    static const LoadTargetOps ops = {load_embedded_session_new, free_target};
    const EngineClass *found = NULL;
    char why[512];
    BaseStatus status = engine_class_load(options->engine, NULL, why, &found);
    if (!base_is_ok(status)) {
        return unknown_engine(status, why, ret_problem);
    }
    LoadEmbeddedTarget *self = calloc(1, sizeof *self);
    g_autofree char *template = g_build_filename(options->directory, "larder-load-XXXXXX", NULL);
    if (self == NULL) {
        return fail(ret_problem, base_error(BASE_NO_MEMORY, "no memory"), "no memory");
    }
    self->target.ops = &ops;
    if (mkdtemp(template) == NULL) {
        int error = errno;
        free_target(&self->target);
        g_autofree char *text = g_strdup_printf("cannot make a directory in %s: %s (--directory)",
                                                options->directory, g_strerror(error));
        return fail(ret_problem, base_error(BASE_IO, "cannot make a directory"), text);
    }
    self->directory = strdup(template);
    status = self->directory == NULL
                 ? fail(ret_problem, base_error(BASE_NO_MEMORY, "no memory"), "no memory")
                 : open_engine(self, found, options, ret_problem);
    if (!base_is_ok(status)) {
        free_target(&self->target);
        return status;
    }
    LoadTargetInfo *info = &self->target.info;
    bool durable = engine_can(self->engine, ENGINE_CAN_PERSIST);
    (void)snprintf(info->server, sizeof info->server, "embedded");
    (void)snprintf(info->engine, sizeof info->engine, "%s", found->name);
    (void)snprintf(info->durability, sizeof info->durability, "%s",
                   durable ? "engine default" : "none");
    (void)snprintf(info->protocol, sizeof info->protocol, "none");
    *ret_target = &self->target;
    return status;
}
