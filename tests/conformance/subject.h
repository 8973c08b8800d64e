/*
 * subject.h: what the statements are tried on: an engine in this process, or a server.
 *
 * Both are reached by the stock c_glib client over the strict binary protocol. The embedded subject
 * keeps its files in memory and has a clock that only moves when a statement lets time pass; a
 * server has the real clock.
 */
#ifndef LARDER_TESTS_CONFORMANCE_SUBJECT_H
#define LARDER_TESTS_CONFORMANCE_SUBJECT_H

#include "tests/conformance/trial.h"

typedef struct Subject Subject;

/* What to open. */
typedef struct SubjectArgs {
    const char *address; /* "embedded" or "tcp:HOST:PORT" */
    const char *engine;  /* behind it */
    const char *store_name;
    char **options; /* of an embedded engine: "NAME=VALUE" */
    size_t option_count;
} SubjectArgs;

/*
 * Exits with a message when it cannot be opened or reached: a test that has nothing to test has
 * failed.
 */
Subject *subject_open(const SubjectArgs *args);

void subject_close(Subject *subject);

/* A trial with everything but the statement filled in. */
Trial subject_trial(Subject *subject);

#endif
