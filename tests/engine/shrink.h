/*
 * shrink.h: runs lives in child processes and makes the traces of those that fail short.
 *
 * A life that fails, by a difference, an abort, a sanitizer or by not ending, is led again and
 * again with parts of its steps left out, for as long as it fails; then the shortest trace found is
 * printed, with the command that repeats it. Engines have threads, so a trace may fail only now and
 * then: each candidate gets a few attempts.
 *
 * Threading: one thread, and none when it forks.
 */
#ifndef LARDER_TESTS_ENGINE_SHRINK_H
#define LARDER_TESTS_ENGINE_SHRINK_H

#include "tests/engine/life.h"

/* Steps of a life: those from 0 to count, or only some of them. */
typedef struct ShrinkSteps {
    size_t *numbers; /* ascending */
    size_t count;
} ShrinkSteps;

/*
 * Leads a life in a child process. True: it ended well. `quiet`: nothing is printed. The seconds
 * are a limit for lives that hang.
 */
bool shrink_lead(const LifeSettings *settings, const ShrinkSteps *steps, bool quiet,
                 unsigned seconds);

/* Makes the steps of a life that fails fewer, in place. */
void shrink_steps(const LifeSettings *settings, ShrinkSteps *steps);

/* Prints the numbers as --only takes them: "3,7-9". */
void shrink_print(const ShrinkSteps *steps);

/* Reads that; false: malformed. The caller frees the numbers. */
bool shrink_parse(const char *text, ShrinkSteps *ret_steps);

#endif
