/*
 * engine_statements.c: tries every statement about engines on a class.
 *
 *   engine_statements CLASS [NUMBER]
 *
 * Prints a line per statement and ends with a non-zero status when one was refuted. Statements that
 * need what the engine cannot do are named as such, never counted as held.
 */
#include "tests/engine/trial.h"

#include <stdio.h>
#include <stdlib.h>

/* A class that does not exist; CTest takes it for a skip. */
enum { EXIT_USAGE = 64, EXIT_NO_CLASS = 77 };

static const Statement *const lists[] = {
    engine_statements_of_commits, engine_statements_of_guards,    engine_statements_of_mutations,
    engine_statements_of_reads,   engine_statements_of_snapshots, engine_statements_of_iterators,
    engine_statements_of_ranges,  engine_statements_of_time,      engine_statements_of_persistence,
    engine_statements_of_figures,
};

/* The number of durability modes; 0: the class has no such option. */
static int64_t
mode_count(const EngineClass *engine_class)
{
    size_t index = engine_rig_option_index(engine_class, "durability");
    if (index == engine_class->option_count) {
        return 0;
    }
    int64_t count = 1;
    for (const char *rest = engine_class->options[index].choices; *rest != '\0'; rest++) {
        count += *rest == '|';
    }
    return count;
}

/* In every mode, and in the first of them with every habit. */
static bool
holds(const EngineClass *engine_class, const Statement *statement)
{
    int64_t modes = mode_count(engine_class);
    bool persists = (engine_class->capabilities & ENGINE_CAN_PERSIST) != 0;
    for (int habit = 0; habit < (persists ? TRIAL_HABIT_COUNT : 1); habit++) {
        if (!trial_run(engine_class, statement, modes == 0 ? -1 : 0, (TrialHabit)habit)) {
            return false;
        }
    }
    for (int64_t mode = 1; mode < modes; mode++) {
        if (!trial_run(engine_class, statement, mode, TRIAL_WRITES_ONLY)) {
            return false;
        }
    }
    return true;
}

typedef struct Tally {
    int held;
    int refuted;
    int not_applicable;
} Tally;

static void
try_one(const EngineClass *engine_class, const Statement *statement, Tally *tally)
{
    unsigned capabilities = engine_class->capabilities;
    capabilities |= engine_class_file(engine_class) == NULL ? TRIAL_NEEDS_OWN_FILES : 0;
    const char *verdict = "holds";
    if ((statement->needs & ~capabilities) != 0 || (statement->needs_no & capabilities) != 0) {
        tally->not_applicable++;
        verdict = "n/a";
    } else if (holds(engine_class, statement)) {
        tally->held++;
    } else {
        tally->refuted++;
        verdict = "REFUTED";
    }
    printf("EN-%d %-7s %s\n", statement->number, verdict, statement->text);
    (void)fflush(stdout);
}

int
main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        (void)fprintf(stderr, "usage: engine_statements CLASS [NUMBER]\n");
        return EXIT_USAGE;
    }
    const EngineClass *engine_class = NULL;
    char why[512];
    if (!base_is_ok(engine_class_load(argv[1], NULL, why, &engine_class))) {
        (void)fprintf(stderr, "engine_statements: %s\n", why);
        return EXIT_NO_CLASS;
    }
    long wanted = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    Tally tally = {0};
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        for (const Statement *statement = lists[i]; statement->number != 0; statement++) {
            if (wanted == 0 || wanted == statement->number) {
                try_one(engine_class, statement, &tally);
            }
        }
    }
    printf("%s: %d statements hold, %d refuted, %d not applicable\n", argv[1], tally.held,
           tally.refuted, tally.not_applicable);
    return tally.refuted == 0 && tally.held > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
