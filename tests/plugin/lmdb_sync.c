/*
 * lmdb_sync.c: a commit over LMDB that asks for a sync, which then fails, is not seen by reads, in
 * no mode of durability; the store takes no further ones, and reads go on.
 *
 * This program brings a fdatasync() of its own, which LMDB calls in place of the system's: it
 * counts its calls, and fails all from a chosen one on.
 */
#include "tests/support/engine_rig.h"

#include "engine/base/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int calls;
static atomic_int fail_from; /* 0: none fails */

__attribute__((visibility("default"))) int
fdatasync(int file)
{
    int call = atomic_fetch_add(&calls, 1) + 1;
    int from = atomic_load(&fail_from);
    if (from != 0 && call >= from) {
        errno = EIO;
        return -1;
    }
    return fsync(file);
}

static EngineOutcome
put(EngineRig *rig, const char *key, EngineDurability durability)
{
    EngineMutation mutation =
        engine_rig_put(ENGINE_DATA, base_slice_text(key), BASE_SLICE_LITERAL("value"));
    EngineRigWait wait;
    EngineRigCommit commit = {
        .commit = {.mutations = &mutation, .mutation_count = 1, .durability = durability}};
    engine_rig_wait_init(&wait);
    engine_rig_commit_init(&commit, &wait);
    engine_commit(rig->engine, &commit.commit);
    engine_rig_wait(&wait, 1);
    engine_rig_wait_clear(&wait);
    base_buf_clear(&commit.current);
    return commit.commit.outcome;
}

/* Fails the `nth` call that a commit makes, and all behind it. True: there was one. */
static bool
try_failure(const EngineClass *lmdb, int64_t durability, int nth)
{
    EngineRig rig;
    engine_rig_init(&rig, lmdb, engine_rig_files(lmdb));
    BASE_CHECK(engine_rig_set(&rig, "durability", durability));
    BASE_CHECK(engine_rig_set(&rig, "sync_interval", 3600 * 1000));
    engine_rig_open(&rig);
    BASE_CHECK(put(&rig, "before", ENGINE_DURABILITY_SYNC).kind == ENGINE_APPLIED);
    int before = atomic_load(&calls);
    BASE_CHECK(before > 0);
    atomic_store(&fail_from, before + nth);
    EngineOutcome outcome = put(&rig, "promised", ENGINE_DURABILITY_SYNC);
    bool failed = atomic_load(&calls) >= before + nth;
    BASE_CHECK(outcome.kind == (failed ? ENGINE_UNKNOWN : ENGINE_APPLIED));
    BASE_CHECK(failed ==
               engine_rig_lacks(rig.engine, NULL, ENGINE_DATA, BASE_SLICE_LITERAL("promised")));
    BASE_CHECK(engine_rig_has(rig.engine, NULL, ENGINE_DATA, BASE_SLICE_LITERAL("before"),
                              BASE_SLICE_LITERAL("value")));
    if (failed) {
        BASE_CHECK(engine_status(rig.engine).code == BASE_POISONED);
        BASE_CHECK(put(&rig, "later", ENGINE_DURABILITY_DEFAULT).kind == ENGINE_FAILED);
    }
    atomic_store(&fail_from, 0);
    engine_rig_clear(&rig);
    return failed;
}

int
main(void)
{
    char why[512];
    const EngineClass *lmdb = NULL;
    if (!base_is_ok(engine_class_load("lmdb", NULL, why, &lmdb))) {
        (void)fprintf(stderr, "lmdb_sync: %s\n", why);
        return EXIT_FAILURE;
    }
    for (int64_t durability = 0; durability < 3; durability++) {
        int nth = 1;
        while (try_failure(lmdb, durability, nth)) {
            nth++;
        }
        BASE_CHECK(nth > 1);
    }
    printf("%d syncs\n", atomic_load(&calls));
    return EXIT_SUCCESS;
}
