/*
 * faults.h: faults on demand: which call meets which, and what that means for it.
 *
 * A list of faults, asked for every call in the order in which they were added. Each one counts the
 * calls that fit it, lets the first `skip` of them pass, meets the next `times`, and lets the rest
 * pass; the first that meets a call has it.
 *
 * Threading: every function from any thread; testkit_faults_stop() ends what waits in others.
 */
#ifndef LARDER_SERVICE_TESTKIT_FAULTS_H
#define LARDER_SERVICE_TESTKIT_FAULTS_H

#include "service/rpc/observer.h"

#include <larder/test_server.h>

#include <pthread.h>

typedef struct TestkitFault TestkitFault;

typedef struct TestkitFaults {
    RpcObserver observer; /* for the server; `next` is free */
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t stop;  /* `stopping` was set */
    bool stopping;
    TestkitFault *first; /* in their order */
    int64_t last_id;
} TestkitFaults;

void testkit_faults_init(TestkitFaults *faults);

/* REQUIRES: nobody calls any more. */
void testkit_faults_free(TestkitFaults *faults);

/* Whether a fault makes sense; *ret_problem says why not. */
bool testkit_faults_check(const LarderFault *fault, LarderProblem *ret_problem);

/* Adds a copy of a fault; its id, or -1 with *ret_problem saying why. */
int64_t testkit_faults_add(TestkitFaults *faults, const LarderFault *fault,
                           LarderProblem *ret_problem);

/* Calls that the fault has met; -1: there is none of this id. */
int64_t testkit_faults_hits(TestkitFaults *faults, int64_t id);

void testkit_faults_clear(TestkitFaults *faults);

/* Ends all delays; from now on calls are neither executed nor answered. */
void testkit_faults_stop(TestkitFaults *faults);

#endif
