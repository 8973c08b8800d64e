/*
 * engine_lives.c: leads random lives of an engine and compares them with a model.
 *
 *   engine_lives CLASS FIRST_SEED COUNT STEPS
 *   engine_lives CLASS SEED --only STEPS [--tell]
 *
 * The first form leads COUNT lives. When one fails it prints a short trace that fails too, with the
 * command of the second form that repeats it. LARDER_SEED moves the first seed.
 */
#include "tests/engine/shrink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { SECONDS_MAX = 100000 };

/* A command line that is wrong, and a class that does not exist (which CTest takes for a skip). */
enum { EXIT_USAGE = 64, EXIT_NO_CLASS = 77 };

static ShrinkSteps
all_steps(size_t count)
{
    ShrinkSteps steps = {calloc(count + 1, sizeof(size_t)), count};
    for (size_t i = 0; steps.numbers != NULL && i < count; i++) {
        steps.numbers[i] = i;
    }
    return steps;
}

/* Makes the trace of a life that has failed short, and tells it. */
static void
explain(LifeSettings settings, size_t count)
{
    ShrinkSteps steps = all_steps(count);
    printf("seed %" PRIu64 " has failed; looking for a shorter trace\n", settings.seed);
    shrink_steps(&settings, &steps);
    settings.tell = true;
    bool failed = false;
    for (int attempt = 0; attempt < 5 && !failed; attempt++) {
        failed = !shrink_lead(&settings, &steps, false, SECONDS_MAX);
    }
    printf("%s\nrepeat it: engine_lives %s %" PRIu64 " --only ",
           failed ? "" : "(it fails only now and then)", settings.engine_class->name,
           settings.seed);
    shrink_print(&steps);
    printf(" --tell\n");
    free(steps.numbers);
}

static int
lead_many(LifeSettings settings, uint64_t first, size_t count, size_t steps_count)
{
    const char *moved = getenv("LARDER_SEED");
    first += moved == NULL ? 0 : strtoull(moved, NULL, 10);
    ShrinkSteps steps = all_steps(steps_count);
    bool well = true;
    for (size_t i = 0; i < count && well; i++) {
        settings.seed = first + i;
        well = shrink_lead(&settings, &steps, false, SECONDS_MAX);
        (void)fflush(stdout);
    }
    free(steps.numbers);
    if (!well) {
        explain(settings, steps_count);
        return EXIT_FAILURE;
    }
    printf("%s: %zu lives of %zu steps agree with the model (seeds %" PRIu64 " to %" PRIu64 ")\n",
           settings.engine_class->name, count, steps_count, first, first + count - 1);
    return EXIT_SUCCESS;
}

static int
lead_one(LifeSettings settings, uint64_t seed, const char *only, bool tell)
{
    ShrinkSteps steps;
    if (!shrink_parse(only, &steps)) {
        (void)fprintf(stderr, "engine_lives: --only takes numbers and spans: 3,7-9\n");
        return EXIT_USAGE;
    }
    settings.seed = seed;
    settings.tell = tell;
    bool well = shrink_lead(&settings, &steps, false, SECONDS_MAX);
    free(steps.numbers);
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
    bool only = (argc == 5 || argc == 6) && strcmp(argv[3], "--only") == 0;
    if (argc != 5 && !only) {
        (void)fprintf(stderr, "usage: engine_lives CLASS FIRST_SEED COUNT STEPS\n"
                              "       engine_lives CLASS SEED --only STEPS [--tell]\n");
        return EXIT_USAGE;
    }
    LifeSettings settings = {.engine_class = NULL};
    char why[512];
    if (!base_is_ok(engine_class_load(argv[1], NULL, why, &settings.engine_class))) {
        (void)fprintf(stderr, "engine_lives: %s\n", why);
        return EXIT_NO_CLASS;
    }
    uint64_t seed = strtoull(argv[2], NULL, 10);
    if (only) {
        return lead_one(settings, seed, argv[4], argc == 6);
    }
    return lead_many(settings, seed, strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
}
