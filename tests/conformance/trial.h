/*
 * trial.h: a statement of the contract, and one attempt to refute it.
 *
 * A statement has a number that never changes, a sentence, and a function that looks for a
 * counterexample. Each runs with keys of its own, which begin with its number, so statements do not
 * disturb each other and may run against a store that is in use.
 *
 * Threading: one thread.
 */
#ifndef LARDER_TESTS_CONFORMANCE_TRIAL_H
#define LARDER_TESTS_CONFORMANCE_TRIAL_H

#include "tests/conformance/calls.h"

typedef struct Trial Trial;

/* One more bit of needs: the engine keeps keys as long as the preset limits allow. */
#define TRIAL_NEEDS_LONG_KEYS (1u << 31)

typedef struct Statement {
    int number;
    const char *text;
    void (*check)(Trial *trial);
    unsigned needs; /* EngineCapability bits without which it does not apply */
} Statement;

struct Trial {
    const Statement *statement;
    const Target *target;
    unsigned capabilities; /* of the engine, EngineCapability bits */
    /* Lets time pass for the server: a fake clock moves, or the thread sleeps. */
    void (*pass_ms)(void *user, int64_t ms);
    /* The server's wall time. */
    int64_t (*now_ms)(void *user);
    void *user;

    bool failed;
    GPtrArray *keys; /* memory behind trial_key() */
    GArray *answers; /* of Answer, cleared at the end */
};

/* "C-number/name", valid until the trial ends. */
BaseSlice trial_key(Trial *trial, const char *name);

/* Keeps an answer until the trial ends and returns it. */
Answer *trial_keep(Trial *trial, Answer answer);

/* Records that the statement is refuted. */
void trial_fail(Trial *trial, const char *expression, int line);

/* Runs one statement; true: it held. */
bool trial_run(Trial *trial, const Statement *statement);

/* Refutes the statement and ends it unless the expression is true. Expects `trial` in scope. */
#define HOLDS(expression)                             \
    do {                                              \
        if (!(expression)) {                          \
            trial_fail(trial, #expression, __LINE__); \
            return;                                   \
        }                                             \
    } while (0)

/* The statements, each list ended by one with number 0. */
extern const Statement statements_of_keys[];
extern const Statement statements_of_conditions[];
extern const Statement statements_of_counters[];
extern const Statement statements_of_batches[];
extern const Statement statements_of_ranges[];
extern const Statement statements_of_time[];
extern const Statement statements_of_errors[];

/* Does the value of an answer equal this text? */
bool trial_value_is(const Answer *answer, BaseSlice expected);

#endif
