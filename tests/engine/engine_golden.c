/*
 * engine_golden.c: opens the stores in tests/golden/lsm, which were written once and are read for
 * ever.
 *
 *   engine_golden check FOLDER
 *   engine_golden make FOLDER      only for stores of a new format: never over committed ones
 *
 * The files are copied into memory, opened, compared with what they must hold, written to, merged
 * and opened again.
 */
#include "tests/engine/golden_store.h"

#include "engine/base/check.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXIT_USAGE = 64, FILE_MAX = 1 << 20 };

static void
must(BaseStatus status)
{
    if (!base_is_ok(status)) {
        (void)fprintf(stderr, "engine_golden: %s\n", status.what);
    }
    BASE_CHECK(base_is_ok(status));
}

/* The names in a directory, each with its end. */
static bool
note_name(void *user, const char *name)
{
    must(base_buf_append(user, name, strlen(name) + 1) ? base_ok()
                                                       : base_error(BASE_NO_MEMORY, "no memory"));
    return true;
}

static void
copy_file(const Env *from_env, const char *from, const Env *to_env, const char *to)
{
    BaseBuf bytes = BASE_BUF_INIT;
    EnvFile *file = NULL;
    unsigned how = ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_EXCLUSIVE;
    must(env_read_file(from_env, from, FILE_MAX, &bytes));
    must(env_open_file(to_env, to, how, &file));
    must(env_file_write_at(file, 0, bytes.data, bytes.len));
    env_file_close(file);
    base_buf_clear(&bytes);
}

/* Copies all files but the lock into a new directory. */
static void
copy_directory(const Env *from_env, const char *from, const Env *to_env, const char *to)
{
    BaseBuf names = BASE_BUF_INIT;
    must(env_make_directory(to_env, to));
    must(env_list(from_env, from, note_name, &names));
    for (size_t at = 0; at < names.len; at += strlen((const char *)names.data + at) + 1) {
        const char *name = (const char *)names.data + at;
        char paths[2][ENV_PATH_MAX];
        must(env_join(paths[0], from, name));
        must(env_join(paths[1], to, name));
        if (strcmp(name, "LOCK") != 0) {
            copy_file(from_env, paths[0], to_env, paths[1]);
        }
    }
    base_buf_clear(&names);
}

static void
name_store(char *path, const char *folder, bool closed)
{
    must(env_join(path, folder, closed ? "closed" : "open"));
}

static void
make(const EngineClass *engine_class, const char *folder, bool closed)
{
    EngineRig rig;
    golden_store_rig(&rig, engine_class);
    golden_store_make(&rig, closed);
    if (closed) {
        golden_store_add_blob(&rig);
    }
    char path[ENV_PATH_MAX];
    name_store(path, folder, closed);
    copy_directory(rig.memory, rig.directory, env_posix(), path);
    engine_rig_clear(&rig);
}

static bool
report(const char *path, const char *what)
{
    printf("%s: %s\n", path, what);
    return false;
}

/* Whether the store can be worked on: a key more, everything merged, opened again. */
static bool
goes_on(EngineRig *rig, bool closed, const char *path)
{
    BaseSlice key = BASE_SLICE_LITERAL("item99999");
    int64_t last = engine_rig_version(rig->engine);
    EngineMutation put = engine_rig_put(ENGINE_DATA, key, BASE_SLICE_LITERAL("new"));
    if (engine_rig_apply(rig->engine, put) <= last) {
        return report(path, "a version is used twice");
    }
    (void)engine_rig_apply(rig->engine, engine_rig_remove(ENGINE_DATA, key));
    EngineRange all = {.unbounded = true};
    if (!base_is_ok(engine_flush(rig->engine)) || !base_is_ok(engine_compact(rig->engine, &all))) {
        return report(path, "it cannot be merged");
    }
    engine_rig_reopen(rig);
    return golden_store_check(rig->engine, closed) || report(path, "it is another one when merged");
}

static bool
check(const EngineClass *engine_class, const char *folder, bool closed)
{
    EngineRig rig;
    golden_store_rig(&rig, engine_class);
    char path[ENV_PATH_MAX];
    name_store(path, folder, closed);
    copy_directory(env_posix(), path, rig.memory, rig.directory);
    golden_store_wait(&rig);
    bool good = base_is_ok(engine_rig_try_open(&rig)) || report(path, rig.message);
    good = good && (golden_store_check(rig.engine, closed) || report(path, "it is another one"));
    good = good && (base_is_ok(engine_verify(rig.engine)) || report(path, "it does not verify"));
    good = good && goes_on(&rig, closed, path);
    engine_rig_clear(&rig);
    return good;
}

int
main(int argc, char **argv)
{
    const EngineClass *engine_class = engine_class_find("lsm");
    if (argc != 3 || engine_class == NULL) {
        (void)fprintf(stderr, "usage: engine_golden check|make FOLDER\n");
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "make") == 0) {
        make(engine_class, argv[2], false);
        make(engine_class, argv[2], true);
        return EXIT_SUCCESS;
    }
    bool open = check(engine_class, argv[2], false);
    bool closed = check(engine_class, argv[2], true);
    return open && closed ? EXIT_SUCCESS : EXIT_FAILURE;
}
