/*
 * engine_deaths.c: a store dies at every step of its files, one after the other.
 *
 *   engine_deaths CLASS [EVERY]      only every n-th step
 *
 * A run of the ledger is repeated with all changes of files failing from step 0, 1, 2, ... on,
 * until it is not disturbed any more. Each time process or system die then, with what was not
 * synced lost or lost in part, and the store must open again with a prefix of the commits that
 * holds what the mode promises. Some of these stores die again at every step of their recovery. So
 * every point between two syncs is tried, in every mode.
 */
#include "tests/engine/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    EXIT_USAGE = 64,
    EXIT_NO_CLASS = 77, /* CTest takes it for a skip */
    COMMITS = 60,
    MORE = 8,            /* commits after a recovery */
    RECOVERY_EVERY = 17, /* deaths during recovery are tried for one death in so many */
    STEPS_MAX = 100000,
};

/* How a store dies. */
typedef enum Death {
    DEATH_OF_PROCESS = 0,
    DEATH_OF_SYSTEM,         /* all that was not synced is lost */
    DEATH_OF_SYSTEM_IN_PART, /* some of it is lost */
    DEATH_COUNT
} Death;

static const char *const death_names[DEATH_COUNT] = {"process", "system", "system, in part"};

typedef struct Try {
    const EngineClass *engine_class;
    int64_t mode; /* -1: the class has none */
    Death death;
    int64_t step;     /* of the first death */
    int64_t recovery; /* step of the second one; -1: none */
} Try;

static bool
report(const Try *try, const char *what)
{
    printf("mode %" PRId64 ", death of %s at step %" PRId64 ", recovery %" PRId64 ": %s\n",
           try->mode, death_names[try->death], try->step, try->recovery, what);
    return false;
}

static void
die(EngineRig *rig, const Try *try)
{
    BaseRand keep = base_rand((uint64_t)try->step * 31 + (uint64_t)(try->recovery + 1));
    engine_rig_die(rig, try->death == DEATH_OF_PROCESS ? ENGINE_RIG_PROCESS : ENGINE_RIG_SYSTEM,
                   try->death == DEATH_OF_SYSTEM_IN_PART ? &keep : NULL);
}

/* The least state that this death may leave. */
static int64_t
least(const Try *try, const LedgerRun *run)
{
    bool all = try->death == DEATH_OF_PROCESS || try->mode <= 0;
    return all ? run->acknowledged : run->durable;
}

/* Whether the store opens with what it must hold, works, and keeps what it served. */
static bool
comes_back(EngineRig *rig, const Try *try, const LedgerRun *run)
{
    if (!base_is_ok(engine_rig_try_open(rig))) {
        return report(try, rig->message);
    }
    int64_t state = ledger_state(rig->engine, NULL);
    if (state < least(try, run) || state > run->submitted) {
        printf("    state %" PRId64 "; submitted %" PRId64 ", acknowledged %" PRId64
               ", durable %" PRId64 "\n",
               state, run->submitted, run->acknowledged, run->durable);
        return report(try, "not what must be left");
    }
    engine_rig_die(rig, ENGINE_RIG_SYSTEM, NULL);
    if (!base_is_ok(engine_rig_try_open(rig))) {
        return report(try, rig->message);
    }
    if (ledger_state(rig->engine, NULL) != state) {
        return report(try, "what was served once is lost");
    }
    LedgerRun more = ledger_run_at(state);
    ledger_work(&more, rig->engine, state + MORE);
    engine_rig_reopen(rig);
    return ledger_state(rig->engine, NULL) == state + MORE || report(try, "does not go on");
}

/*
 * One run with its death. *ret_disturbed: step `try->step` was reached; *ret_recovery_disturbed: so
 * was the one of the recovery.
 */
static bool
run_once(const Try *try, bool *ret_disturbed, bool *ret_recovery_disturbed)
{
    EngineRig rig;
    engine_rig_init(&rig, try->engine_class, ENGINE_RIG_MEMORY);
    if (try->mode >= 0) {
        (void)engine_rig_set(&rig, "durability", try->mode);
    }
    /* Modes that do not sync each commit may write by windows, which small segments cannot have. */
    rig.fault.windows = true;
    (void)engine_rig_set(&rig, "write_buffer", try->mode > 0 ? 256 * 1024 : 64 * 1024);
    (void)engine_rig_set(&rig, "table_bytes", 16 * 1024);
    (void)engine_rig_set(&rig, "blob_min_bytes", 300);
    LedgerRun run = ledger_run_at(0);
    fault_env_arm(&rig.fault, try->step);
    if (base_is_ok(engine_rig_try_open(&rig))) {
        ledger_work(&run, rig.engine, COMMITS);
    }
    *ret_disturbed = atomic_load(&rig.fault.steps) > try->step;
    die(&rig, try);
    *ret_recovery_disturbed = false;
    if (try->recovery >= 0) {
        fault_env_arm(&rig.fault, try->recovery);
        (void)engine_rig_try_open(&rig);
        *ret_recovery_disturbed = atomic_load(&rig.fault.steps) > try->recovery;
        die(&rig, try);
    }
    bool good = comes_back(&rig, try, &run);
    engine_rig_clear(&rig);
    return good;
}

/* All steps of a recovery, after the death that `try` says. */
static bool
try_recoveries(Try try, int64_t *runs)
{
    bool disturbed = true;
    bool recovery_disturbed = true;
    for (try.recovery = 0; recovery_disturbed && try.recovery < STEPS_MAX; try.recovery++) {
        (*runs)++;
        if (!run_once(&try, &disturbed, &recovery_disturbed)) {
            return false;
        }
    }
    return true;
}

static bool
try_all_steps(const EngineClass *engine_class, int64_t mode, Death death, int64_t every,
              int64_t *runs)
{
    Try try = {engine_class, mode, death, 0, -1};
    bool disturbed = true;
    bool ignored = false;
    for (; disturbed && try.step < STEPS_MAX; try.step += every) {
        (*runs)++;
        if (!run_once(&try, &disturbed, &ignored)) {
            return false;
        }
        if (try.step / every % RECOVERY_EVERY == 5 && !try_recoveries(try, runs)) {
            return false;
        }
    }
    return true;
}

int
main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        (void)fprintf(stderr, "usage: engine_deaths CLASS [EVERY]\n");
        return EXIT_USAGE;
    }
    const EngineClass *engine_class = engine_class_find(argv[1]);
    if (engine_class == NULL || (engine_class->capabilities & ENGINE_CAN_PERSIST) == 0) {
        (void)fprintf(stderr, "engine_deaths: no engine '%s' that persists\n", argv[1]);
        return EXIT_NO_CLASS;
    }
    int64_t every = argc == 3 ? strtoll(argv[2], NULL, 10) : 1;
    size_t option = engine_rig_option_index(engine_class, "durability");
    int64_t modes = option == engine_class->option_count ? 0 : 3;
    int64_t runs = 0;
    for (int64_t mode = modes == 0 ? -1 : 0; mode < modes; mode++) {
        for (int death = 0; death < DEATH_COUNT; death++) {
            if (!try_all_steps(engine_class, mode, (Death)death, every, &runs)) {
                return EXIT_FAILURE;
            }
        }
    }
    printf("%s: %" PRId64 " deaths, each left a prefix with what the mode promises\n", argv[1],
           runs);
    return EXIT_SUCCESS;
}
