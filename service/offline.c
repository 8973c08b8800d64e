/*
 * offline.c: the files of stores that nobody serves. See offline.h.
 *
 * One store that cannot be worked on does not keep the others from it; the exit status is that of
 * the worst.
 */
#include "service/offline.h"

#include "engine/engine.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The work on one store. */
typedef struct OfflineStore {
    const char *name; /* "" for a directory that is one store */
    bool repair;
    size_t counts[ENGINE_FINDING_LOSS + 1];
} OfflineStore;

static const char *const kinds[] = {
    [ENGINE_FINDING_NOTE] = "note",
    [ENGINE_FINDING_WARNING] = "warning",
    [ENGINE_FINDING_DAMAGE] = "damage",
    [ENGINE_FINDING_LOSS] = "lost",
};

/* Prints "store NAME: " or nothing. */
static void
print_name(const OfflineStore *store)
{
    if (store->name[0] != '\0') {
        (void)printf("store %s: ", store->name);
    }
}

static void
on_finding(void *user, const EngineFinding *finding)
{
    OfflineStore *store = user;
    store->counts[finding->kind]++;
    print_name(store);
    (void)printf("%s: ", kinds[finding->kind]);
    if (finding->file[0] != '\0') {
        (void)printf("%s", finding->file);
        if (finding->offset >= 0) {
            (void)printf(", byte %" PRId64, finding->offset);
        }
        (void)printf(": ");
    }
    (void)printf("%s\n", finding->what);
    (void)fflush(stdout);
}

static ProgramExit
exit_status_of(BaseStatus status)
{
    switch (status.code) {
    case BASE_OK:
    case BASE_UNSUPPORTED: /* there is nothing to be done */
        return PROGRAM_OK;
    case BASE_CORRUPTION:
        return PROGRAM_CORRUPT;
    case BASE_BUSY:
        return PROGRAM_UNAVAILABLE;
    case BASE_NO_MEMORY:
        return PROGRAM_OS;
    case BASE_INTERNAL:
        return PROGRAM_INTERNAL;
    default:
        return PROGRAM_IO;
    }
}

/* "1 damage", "3 warnings". */
static void
print_count(size_t count, const char *one, const char *many)
{
    if (count > 0) {
        (void)printf(", %zu %s", count, count == 1 ? one : many);
    }
}

static void
print_summary(const OfflineStore *store, const EngineFilesArgs *args, bool good)
{
    size_t lost = store->counts[ENGINE_FINDING_LOSS];
    print_name(store);
    (void)printf("%" PRId64 " files, %" PRId64 " bytes, %" PRId64 " entries", args->files,
                 args->bytes, args->entries);
    print_count(store->counts[ENGINE_FINDING_DAMAGE], "damage", "damages");
    print_count(lost, "loss", "losses");
    print_count(store->counts[ENGINE_FINDING_WARNING], "warning", "warnings");
    (void)printf(": %s\n", !good            ? "damaged"
                           : !store->repair ? "good"
                           : lost > 0       ? "usable again, with losses"
                                            : "usable");
}

/* Verifies or repairs one store. */
static ProgramExit
work_on(const Env *env, const char *directory, const char *name, bool repair)
{
    OfflineStore store = {.name = name, .repair = repair};
    EngineFilesArgs args = {.directory = directory,
                            .env = env,
                            .clock = base_clock_real(),
                            .report = on_finding,
                            .user = &store};
    BaseStatus status = repair ? engine_repair_directory(&args) : engine_verify_directory(&args);
    ProgramExit exit_status = exit_status_of(status);
    bool told = status.code == BASE_CORRUPTION && store.counts[ENGINE_FINDING_DAMAGE] > 0;
    if (status.code == BASE_UNSUPPORTED) {
        print_name(&store);
        (void)printf("%s\n", args.message);
    } else if (base_is_ok(status) || told) {
        print_summary(&store, &args, base_is_ok(status));
    } else {
        (void)fprintf(stderr, "larderd: %s\n", args.message);
    }
    return exit_status == PROGRAM_OK && store.counts[ENGINE_FINDING_LOSS] > 0 ? PROGRAM_CORRUPT
                                                                              : exit_status;
}

/* Damage before all else; then the first of the others. */
static ProgramExit
worse_of(ProgramExit left, ProgramExit right)
{
    return right == PROGRAM_CORRUPT || left == PROGRAM_OK ? right : left;
}

static bool
note_name(void *user, const char *name)
{
    g_ptr_array_add(user, g_strdup(name));
    return true;
}

static gint
by_name(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static ProgramExit
fail(BaseStatus status, const char *doing, const char *directory)
{
    (void)fprintf(stderr, "larderd: cannot %s %s: %s\n", doing, directory, status.what);
    return exit_status_of(status);
}

/* Works on the stores in a directory, in the order of their names. */
static ProgramExit
work_on_stores(const Env *env, const char *stores, bool repair)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    BaseStatus status = env_list(env, stores, note_name, names);
    if (!base_is_ok(status)) {
        return fail(status, "list", stores);
    }
    ProgramExit worst = PROGRAM_OK;
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        char path[ENV_PATH_MAX];
        EnvStat found;
        status = env_join(path, stores, name);
        status = base_is_ok(status) ? env_stat(env, path, &found) : status;
        if (!base_is_ok(status)) {
            worst = worse_of(worst, fail(status, "look at", name));
        } else if (found.is_directory) {
            worst = worse_of(worst, work_on(env, path, name, repair));
        }
    }
    return worst;
}

/* Locks the directory of a server, so that none starts meanwhile, and works on its stores. */
static ProgramExit
work_on_server(const Env *env, const char *directory, const char *stores, bool repair)
{
    char path[ENV_PATH_MAX];
    EnvLock *lock = NULL;
    BaseStatus status = env_join(path, directory, "LOCK");
    status = base_is_ok(status) ? env_lock(env, path, &lock) : status;
    if (status.code == BASE_BUSY) {
        (void)fprintf(stderr,
                      "larderd: the data directory \"%s\" is in use by a server; stop that first, "
                      "or ask it: larder verify STORE\n",
                      directory);
        return PROGRAM_UNAVAILABLE;
    }
    if (!base_is_ok(status)) {
        return fail(status, "lock", path);
    }
    ProgramExit worst = work_on_stores(env, stores, repair);
    env_unlock(env, lock);
    return worst;
}

static ProgramExit
work_in(const Env *env, const char *directory, bool repair)
{
    char stores[ENV_PATH_MAX];
    EnvStat found;
    BaseStatus status = env_join(stores, directory, "stores");
    if (!base_is_ok(status)) {
        return fail(status, "use", directory);
    }
    bool server = base_is_ok(env_stat(env, stores, &found)) && found.is_directory;
    ProgramExit worst = server ? work_on_server(env, directory, stores, repair)
                               : work_on(env, directory, "", repair);
    return fflush(stdout) == 0 ? worst : worse_of(worst, PROGRAM_IO);
}

ProgramExit
offline_verify(const Env *env, const char *directory)
{
    return work_in(env, directory, false);
}

ProgramExit
offline_repair(const Env *env, const char *directory)
{
    return work_in(env, directory, true);
}
