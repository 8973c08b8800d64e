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

/*
 * "embedded" or "tcp:HOST:PORT", and the engine behind it. Exits with a message when it cannot be
 * reached: a test that has nothing to test has failed.
 */
Subject *subject_open(const char *address, const char *engine, const char *store_name);

void subject_close(Subject *subject);

/* A trial with everything but the statement filled in. */
Trial subject_trial(Subject *subject);

#endif
