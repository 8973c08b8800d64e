/*
 * shrink.c: lives in child processes, and shorter ones. See shrink.h.
 *
 * The search is delta debugging without the splitting of hairs: blocks of steps are left out, first
 * large ones, then smaller ones, down to single steps, until a whole round changes nothing or the
 * budget of attempts is used up.
 */
#include "tests/engine/shrink.h"

#include "engine/base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    BUDGET = 600,  /* lives that a search may lead */
    ATTEMPTS = 2,  /* lives for one candidate */
    SECONDS = 120, /* of one life in a search */
};

static void
lead(const LifeSettings *settings, const ShrinkSteps *steps)
{
    Life *life = malloc(sizeof *life);
    BASE_CHECK(life != NULL);
    life_begin(life, settings);
    for (size_t i = 0; i < steps->count; i++) {
        life_step(life, steps->numbers[i]);
    }
    life_end(life);
    free(life);
}

static void
be_quiet(void)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    BASE_CHECK(nowhere >= 0 && dup2(nowhere, 1) >= 0 && dup2(nowhere, 2) >= 0);
}

bool
shrink_lead(const LifeSettings *settings, const ShrinkSteps *steps, bool quiet, unsigned seconds)
{
    (void)fflush(stdout);
    pid_t child = fork();
    BASE_CHECK(child >= 0);
    if (child == 0) {
        if (quiet) {
            be_quiet();
        }
        (void)alarm(seconds);
        lead(settings, steps);
        exit(EXIT_SUCCESS); /* with the leak check of sanitizers */
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        BASE_CHECK(errno == EINTR);
    }
    if (!quiet && WIFSIGNALED(status)) {
        (void)fprintf(stderr, "%s, seed %llu: ended by signal %d%s\n", settings->engine_class->name,
                      (unsigned long long)settings->seed, WTERMSIG(status),
                      WTERMSIG(status) == SIGALRM ? " (it hung)" : "");
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Whether the steps without those of [from, from + len) still fail. */
static bool
fails_without(const LifeSettings *settings, const ShrinkSteps *steps, size_t from, size_t len,
              ShrinkSteps *candidate)
{
    candidate->count = 0;
    for (size_t i = 0; i < steps->count; i++) {
        if (i < from || i >= from + len) {
            candidate->numbers[candidate->count++] = steps->numbers[i];
        }
    }
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (!shrink_lead(settings, candidate, true, SECONDS)) {
            return true;
        }
    }
    return false;
}

void
shrink_steps(const LifeSettings *settings, ShrinkSteps *steps)
{
    ShrinkSteps candidate = {calloc(steps->count + 1, sizeof *steps->numbers), 0};
    BASE_CHECK(candidate.numbers != NULL);
    int budget = BUDGET;
    size_t len = (steps->count + 1) / 2;
    while (len > 0 && budget > 0) {
        bool changed = false;
        /* From the end: what comes after the failure goes first. */
        for (size_t from = steps->count; from > 0 && budget > 0;) {
            from = from > len ? from - len : 0;
            budget--;
            if (fails_without(settings, steps, from, len, &candidate)) {
                steps->count = candidate.count;
                memcpy(steps->numbers, candidate.numbers, candidate.count * sizeof(size_t));
                changed = true;
            }
        }
        if (len == 1 && !changed) {
            break;
        }
        len = len == 1 ? 1 : len / 2;
    }
    free(candidate.numbers);
}

void
shrink_print(const ShrinkSteps *steps)
{
    for (size_t i = 0; i < steps->count;) {
        size_t last = i;
        while (last + 1 < steps->count && steps->numbers[last + 1] == steps->numbers[last] + 1) {
            last++;
        }
        printf("%s%zu", i == 0 ? "" : ",", steps->numbers[i]);
        if (last > i) {
            printf("-%zu", steps->numbers[last]);
        }
        i = last + 1;
    }
}

bool
shrink_parse(const char *text, ShrinkSteps *ret_steps)
{
    ShrinkSteps steps = {NULL, 0};
    const char *rest = text;
    bool good = *rest != '\0';
    while (good && *rest != '\0') {
        char *behind = NULL;
        size_t first = strtoul(rest, &behind, 10);
        size_t last = first;
        good = behind != rest;
        if (good && *behind == '-') {
            rest = behind + 1;
            last = strtoul(rest, &behind, 10);
            good = behind != rest && last >= first && last - first < 100000000;
        }
        good = good && (*behind == '\0' || *behind == ',');
        if (good) {
            size_t count = last - first + 1;
            steps.numbers = realloc(steps.numbers, (steps.count + count) * sizeof(size_t));
            BASE_CHECK(steps.numbers != NULL);
            for (size_t i = 0; i < count; i++) {
                steps.numbers[steps.count++] = first + i;
            }
            rest = *behind == ',' ? behind + 1 : behind;
        }
    }
    *ret_steps = steps;
    return good;
}
