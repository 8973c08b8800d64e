/*
 * lmdb_full.c: the map of LMDB fills up. Puts are refused then, with the way out; the store goes
 * on, takes removes, and has room again for what was removed. Pages that a snapshot holds back are
 * no room, and removes, which need pages too, do not break the store. A commit that may need more
 * pages than there are is refused as a whole.
 */
#include "tests/support/engine_rig.h"

#include "engine/base/check.h"

#include <stdio.h>
#include <stdlib.h>

enum { VALUE_BYTES = 100000, MAP_MIB = 64, KEYS_MAX = 1000, SMALL_BYTES = 10000, BATCH = 60000 };

static uint8_t value[VALUE_BYTES];

static EngineOutcome
put_bytes(EngineRig *rig, int i, size_t bytes)
{
    char key[16];
    (void)snprintf(key, sizeof key, "k%04d", i);
    EngineMutation mutation =
        engine_rig_put(ENGINE_DATA, base_slice_text(key), base_slice(value, bytes));
    return engine_rig_commit(rig->engine, NULL, 0, &mutation, 1);
}

static EngineOutcome
put(EngineRig *rig, int i)
{
    return put_bytes(rig, i, VALUE_BYTES);
}

static void
check_refused(const EngineRig *rig, const EngineOutcome *outcome)
{
    BASE_CHECK(outcome->kind == ENGINE_REFUSED);
    BASE_CHECK(outcome->refusal == ENGINE_REFUSAL_DISK_FULL);
    BASE_CHECK(strstr(outcome->status.what, "map_bytes=67108864") != NULL);
    BASE_CHECK(base_is_ok(engine_status(rig->engine)));
}

/* Puts until one is refused; how many were not. */
static int
fill(EngineRig *rig)
{
    for (int i = 0; i < KEYS_MAX; i++) {
        EngineOutcome outcome = put(rig, i);
        if (outcome.kind != ENGINE_APPLIED) {
            check_refused(rig, &outcome);
            return i;
        }
    }
    return KEYS_MAX;
}

/* Everything is removed, one by one, while a snapshot holds it back. */
static void
remove_under_snapshot(EngineRig *rig)
{
    int count = 0;
    while (put_bytes(rig, count, SMALL_BYTES).kind == ENGINE_APPLIED) {
        count++;
    }
    EngineSnapshot *snapshot = NULL;
    BASE_CHECK(base_is_ok(engine_snapshot_new(rig->engine, &snapshot)));
    for (int i = 0; i < count; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%04d", i);
        (void)engine_rig_apply(rig->engine, engine_rig_remove(ENGINE_DATA, base_slice_text(key)));
    }
    EngineOutcome outcome = put(rig, 0);
    check_refused(rig, &outcome);
    BASE_CHECK(strstr(outcome.status.what, "snapshots") != NULL);
    engine_snapshot_free(snapshot);
    (void)engine_rig_apply(rig->engine, engine_rig_remove(ENGINE_DATA, BASE_SLICE_LITERAL("k")));
    BASE_CHECK(put(rig, 0).kind == ENGINE_APPLIED);
}

/* A commit of so many small records may split as many pages. */
static void
put_too_many(EngineRig *rig)
{
    static EngineMutation mutations[BATCH];
    static char keys[BATCH][8];
    for (int i = 0; i < BATCH; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "%06d", i);
        mutations[i] = engine_rig_put(ENGINE_DATA, base_slice_text(keys[i]), BASE_SLICE_EMPTY);
    }
    EngineOutcome outcome = engine_rig_commit(rig->engine, NULL, 0, mutations, BATCH);
    check_refused(rig, &outcome);
    BASE_CHECK(engine_rig_commit(rig->engine, NULL, 0, mutations, BATCH / 10).kind ==
               ENGINE_APPLIED);
}

int
main(void)
{
    char why[512];
    const EngineClass *lmdb = NULL;
    if (!base_is_ok(engine_class_load("lmdb", NULL, why, &lmdb))) {
        (void)fprintf(stderr, "lmdb_full: %s\n", why);
        return EXIT_FAILURE;
    }
    EngineRig rig;
    engine_rig_init(&rig, lmdb, engine_rig_files(lmdb));
    BASE_CHECK(engine_rig_set(&rig, "map_bytes", (int64_t)MAP_MIB << 20));
    BASE_CHECK(engine_rig_set(&rig, "durability", 2));
    engine_rig_open(&rig);
    int first = fill(&rig);
    BASE_CHECK(first > 100 && first < KEYS_MAX);
    (void)engine_rig_apply(rig.engine, engine_rig_remove(ENGINE_DATA, BASE_SLICE_LITERAL("k0000")));
    (void)engine_rig_apply(rig.engine,
                           engine_rig_remove_range(ENGINE_DATA, BASE_SLICE_LITERAL("k0001"), NULL));
    int again = fill(&rig);
    BASE_CHECK(again > first / 2);
    (void)engine_rig_apply(rig.engine,
                           engine_rig_remove_range(ENGINE_DATA, BASE_SLICE_LITERAL(""), NULL));
    remove_under_snapshot(&rig);
    put_too_many(&rig);
    /* More room is the way out. */
    BASE_CHECK(engine_rig_set(&rig, "map_bytes", (int64_t)MAP_MIB << 22));
    engine_rig_reopen(&rig);
    BASE_CHECK(put(&rig, KEYS_MAX).kind == ENGINE_APPLIED);
    BASE_CHECK(base_is_ok(engine_verify(rig.engine)));
    engine_rig_clear(&rig);
    printf("%d records, then %d\n", first, again);
    return EXIT_SUCCESS;
}
