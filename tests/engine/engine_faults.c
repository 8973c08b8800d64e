/*
 * engine_faults.c: calls on files fail, each kind at every place, once, for a while, or for good.
 *
 *   engine_faults CLASS [EVERY]      only every n-th place
 *
 * The ledger is worked on while one kind of calls fails from step 0, 1, 2, ... on. Whatever fails:
 * no read is wrong; a commit that was answered as applied is there and one that was not is not
 * seen; a store that is not poisoned goes on when the fault has passed; one that is poisoned serves
 * reads, refuses writes, and opens again with all that was acknowledged.
 */
#include "tests/engine/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    EXIT_USAGE = 64,
    EXIT_NO_CLASS = 77, /* CTest takes it for a skip */
    BEFORE = 20,        /* commits before the fault */
    DURING = 40,        /* up to this one while it lasts */
    AFTER = 50,         /* up to this one when it has passed */
    REFUSALS = 20,      /* before somebody makes room */
    PATIENCE = 60000,   /* milliseconds of refusals when there is room */
    STEPS_MAX = 100000,
};

/* A kind of fault. */
typedef struct Kind {
    const char *name;
    unsigned calls;
    BaseCode code;
    int64_t count; /* of calls that fail; they end when the test says so, in any case */
} Kind;

static const Kind kinds[] = {
    {"no space, once", FAULT_SPACE, BASE_NO_SPACE, 1},
    {"no space, for a while", FAULT_SPACE, BASE_NO_SPACE, 6},
    {"no space", FAULT_SPACE, BASE_NO_SPACE, FAULT_ENV_NEVER},
    {"a sync fails", FAULT_SYNCS, BASE_IO, 1},
    {"all syncs fail", FAULT_SYNCS, BASE_IO, FAULT_ENV_NEVER},
    {"a write fails", FAULT_WRITE, BASE_IO, 1},
    {"all writes fail", FAULT_WRITE, BASE_IO, FAULT_ENV_NEVER},
    {"a file is not made", FAULT_OPEN | FAULT_LENGTH, BASE_IO, 1},
    {"too many open files", FAULT_OPEN, BASE_NO_MEMORY, 3},
    {"a name is not changed", FAULT_NAME, BASE_IO, 1},
    {"a read fails", FAULT_READ, BASE_IO, 1},
    {"reads fail", FAULT_READ, BASE_IO, 10},
};

typedef struct Tally {
    int64_t runs;
    int64_t poisoned;
    int64_t refused; /* runs with a refused commit */
} Tally;

typedef struct Try {
    const Kind *kind;
    int64_t mode;
    int64_t step;
} Try;

static bool
report(const Try *try, const char *what)
{
    printf("mode %" PRId64 ", %s, from step %" PRId64 " on: %s\n", try->mode, try->kind->name,
           try->step, what);
    return false;
}

/* Whether what is read is the acknowledged state, or a read fails as it was told to. */
static bool
reads_right(EngineRig *rig, const LedgerRun *run, bool may_fail)
{
    BaseStatus failed = base_ok();
    int64_t state = ledger_state(rig->engine, &failed);
    if (state == run->acknowledged) {
        return true;
    }
    if (may_fail && state < 0 && failed.code == BASE_IO) {
        return true;
    }
    printf("    state %" PRId64 ", acknowledged %" PRId64 ", submitted %" PRId64 ": %s\n", state,
           run->acknowledged, run->submitted, failed.what);
    return false;
}

/*
 * Commits up to state `to`. A refused commit is tried again, and after `patience` refusals the
 * fault ends. False: a commit failed, or its outcome is unknown; run->last tells.
 */
static bool
work(EngineRig *rig, LedgerRun *run, int64_t to, int patience, bool *ret_refused)
{
    EngineRange all = {.unbounded = true};
    while (run->acknowledged < to) {
        if (ledger_commit(run, rig->engine)) {
            if (run->acknowledged % 5 == 0) {
                (void)engine_flush(rig->engine);
            }
            if (run->acknowledged % 9 == 0) {
                (void)engine_compact(rig->engine, &all);
            }
            continue;
        }
        /* A guard or remove that could not read its key fails by itself, not the store. */
        bool unread = run->last.kind == ENGINE_FAILED && run->last.status.code == BASE_IO;
        if (run->last.kind != ENGINE_REFUSED && !unread) {
            return false;
        }
        run->submitted--;
        *ret_refused = true;
        if (--patience <= 0) {
            fault_env_arm(&rig->fault, FAULT_ENV_NEVER);
            patience = PATIENCE;
        }
        (void)usleep(1000);
    }
    return true;
}

/*
 * Whether commits fail. Writers may learn a moment later than whoever asks that the store is
 * poisoned; what is applied until then counts.
 */
static bool
refuses_writes(EngineRig *rig, LedgerRun *run)
{
    for (int i = 0; i < PATIENCE; i++) {
        if (!ledger_commit(run, rig->engine) && run->last.kind != ENGINE_UNKNOWN) {
            run->submitted--;
            if (run->last.kind == ENGINE_FAILED) {
                return true;
            }
        }
        (void)usleep(1000);
    }
    return false;
}

/* The fault has passed: the store goes on, or it is poisoned and reads do. */
static bool
goes_on(EngineRig *rig, const Try *try, LedgerRun *run, bool working, Tally *tally)
{
    bool refused = false;
    fault_env_arm(&rig->fault, FAULT_ENV_NEVER);
    if (!reads_right(rig, run, false)) {
        return report(try, "a read is wrong when the fault has passed");
    }
    if (base_is_ok(engine_status(rig->engine)) && working) {
        int64_t to = run->acknowledged + AFTER - DURING;
        return work(rig, run, to, PATIENCE, &refused) ||
               report(try, "does not go on though it is not poisoned");
    }
    if (base_is_ok(engine_status(rig->engine))) {
        return report(try, "a commit failed, and yet the store says that it is well");
    }
    tally->poisoned++;
    if (!refuses_writes(rig, run)) {
        return report(try, "a poisoned store takes commits");
    }
    return reads_right(rig, run, false) || report(try, "a poisoned store reads wrong");
}

static bool
comes_back(EngineRig *rig, const Try *try, const LedgerRun *run)
{
    engine_rig_close(rig);
    if (!base_is_ok(engine_rig_try_open(rig))) {
        return report(try, rig->message);
    }
    int64_t state = ledger_state(rig->engine, NULL);
    if (state < run->acknowledged || state > run->submitted) {
        printf("    state %" PRId64 ", acknowledged %" PRId64 ", submitted %" PRId64 "\n", state,
               run->acknowledged, run->submitted);
        return report(try, "what is left is wrong");
    }
    bool refused = false;
    LedgerRun more = ledger_run_at(state);
    if (!work(rig, &more, state + 5, PATIENCE, &refused)) {
        return report(try, "does not go on when opened again");
    }
    engine_rig_reopen(rig);
    return ledger_state(rig->engine, NULL) == state + 5 || report(try, "loses what it took");
}

static void
choose_options(EngineRig *rig, int64_t mode)
{
    (void)engine_rig_set(rig, "durability", mode);
    (void)engine_rig_set(rig, "write_buffer", 64 * 1024);
    (void)engine_rig_set(rig, "table_bytes", 16 * 1024);
    (void)engine_rig_set(rig, "block_cache", 0);
    (void)engine_rig_set(rig, "blob_min_bytes", 300);
}

static bool
run_once(const EngineClass *engine_class, const Try *try, bool *ret_disturbed, Tally *tally)
{
    EngineRig rig;
    engine_rig_init(&rig, engine_class, ENGINE_RIG_MEMORY);
    choose_options(&rig, try->mode);
    engine_rig_open(&rig);
    LedgerRun run = ledger_run_at(0);
    ledger_work(&run, rig.engine, BEFORE);
    rig.fault.status = base_error(try->kind->code, "a planned fault");
    fault_env_plan(&rig.fault, try->kind->calls, try->step, try->kind->count);
    bool may_fail = (try->kind->calls & FAULT_READ) != 0;
    bool refused = false;
    bool working = true;
    bool good = true;
    for (int64_t to = BEFORE + 4; to <= DURING && working && good; to += 4) {
        working = work(&rig, &run, to, REFUSALS, &refused);
        good = reads_right(&rig, &run, may_fail) || report(try, "a read is wrong while calls fail");
    }
    *ret_disturbed = atomic_load(&rig.fault.steps) > try->step;
    tally->refused += refused;
    good = good && goes_on(&rig, try, &run, working, tally);
    good =
        good && (atomic_load(&rig.fault.retries) == 0 || report(try, "a failed sync is retried"));
    good = good && comes_back(&rig, try, &run);
    engine_rig_clear(&rig);
    return good;
}

/* Faults while the store is opened: it opens, or says why not, and opens when they have passed. */
static bool
open_once(const EngineClass *engine_class, const Try *try, bool *ret_disturbed)
{
    EngineRig rig;
    engine_rig_init(&rig, engine_class, ENGINE_RIG_MEMORY);
    choose_options(&rig, try->mode);
    engine_rig_open(&rig);
    LedgerRun run = ledger_run_at(0);
    ledger_work(&run, rig.engine, BEFORE);
    engine_rig_die(&rig, ENGINE_RIG_PROCESS, NULL); /* so that there is a log to be read */
    rig.fault.status = base_error(try->kind->code, "a planned fault");
    fault_env_plan(&rig.fault, try->kind->calls, try->step, try->kind->count);
    BaseStatus status = engine_rig_try_open(&rig);
    *ret_disturbed = atomic_load(&rig.fault.steps) > try->step;
    bool good = base_is_ok(status) || rig.message[0] != '\0' || report(try, "does not say why");
    fault_env_arm(&rig.fault, FAULT_ENV_NEVER);
    good = good && comes_back(&rig, try, &run);
    engine_rig_clear(&rig);
    return good;
}

static bool
try_all_steps(const EngineClass *engine_class, const Kind *kind, int64_t mode, int64_t every,
              Tally *tally)
{
    Try try = {kind, mode, 0};
    bool disturbed = true;
    for (; disturbed && try.step < STEPS_MAX; try.step += every) {
        tally->runs++;
        if (!run_once(engine_class, &try, &disturbed, tally)) {
            return false;
        }
    }
    disturbed = true;
    for (try.step = 0; disturbed && try.step < STEPS_MAX; try.step += (every + 2) / 3) {
        tally->runs++;
        if (!open_once(engine_class, &try, &disturbed)) {
            printf("    (while opening)\n");
            return false;
        }
    }
    return true;
}

int
main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        (void)fprintf(stderr, "usage: engine_faults CLASS [EVERY]\n");
        return EXIT_USAGE;
    }
    const EngineClass *engine_class = engine_class_find(argv[1]);
    if (engine_class == NULL || (engine_class->capabilities & ENGINE_CAN_PERSIST) == 0) {
        (void)fprintf(stderr, "engine_faults: no engine '%s' that persists\n", argv[1]);
        return EXIT_NO_CLASS;
    }
    int64_t every = argc == 3 ? strtoll(argv[2], NULL, 10) : 1;
    Tally tally = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (int64_t mode = 0; mode < 3; mode += 2) {
            if (!try_all_steps(engine_class, &kinds[i], mode, every, &tally)) {
                return EXIT_FAILURE;
            }
        }
    }
    printf("%s: %" PRId64 " runs with faults: no wrong read, nothing acknowledged lost (%" PRId64
           " poisoned, %" PRId64 " refused for a while)\n",
           argv[1], tally.runs, tally.poisoned, tally.refused);
    return EXIT_SUCCESS;
}
