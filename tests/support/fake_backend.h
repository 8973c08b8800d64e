/*
 * fake_backend.h: a backend for the sequencer that a test holds by the strings.
 *
 * Its records are a ScriptedMap per keyspace. Groups that the sequencer hands over wait in a list
 * until the test reports them, in any order, with any status; or they are reported at once
 * (`automatic`). Keys that begin with "cold" are not in memory unless a load has brought them
 * there; loads wait in a list too, those for room among them. It checks the sequencer's side of the
 * contract: calls come one at a time, versions and stamps never go back, every entry prepared is
 * published or discarded once; over an immediate backend all of it between begin and end.
 *
 * Threading: the backend calls are the sequencer's; lists may be used from any thread.
 */
#ifndef LARDER_TESTS_SUPPORT_FAKE_BACKEND_H
#define LARDER_TESTS_SUPPORT_FAKE_BACKEND_H

#include "engine/commit/sequencer.h"
#include "tests/support/scripted_map.h"

#include <pthread.h>

#define FAKE_BACKEND_WAITING_MAX 64

typedef struct FakeBackend {
    CommitBackend backend; /* first: it is a backend */
    CommitSequencer *sequencer;
    ScriptedMap maps[ENGINE_KEYSPACE_COUNT];
    ScriptedRecord *made;
    bool automatic;
    BaseStatus prepare_status; /* the answer of prepare */
    int64_t room_every;        /* prepare has no room each so many calls; 0: it always has */
    int64_t prepares;          /* calls */
    int64_t retry_after_ms;
    BaseStatus lookup_status; /* the answer of lookup */

    pthread_mutex_t mutex; /* of the lists */
    pthread_cond_t changed;
    CommitGroup *groups[FAKE_BACKEND_WAITING_MAX];
    size_t group_count;
    CommitLoad *loads[FAKE_BACKEND_WAITING_MAX];
    size_t load_count;

    atomic_int inside; /* calls under way: at most one */
    atomic_int loaded; /* loads that are not unloaded */
    bool in_group;     /* between begin and end */
    int64_t begun;     /* groups of an immediate backend */
    int64_t hinted;    /* entries that came with the hint of begin */
    int64_t prepared;  /* entries that are neither published nor discarded */
    int64_t published; /* entries */
    int64_t lookups;
    int64_t discarded;
    int64_t persisted; /* groups handed over */
    size_t largest;    /* entries in one of them */
    int64_t version;   /* last prepared */
    int64_t stamp_ms;
    int64_t published_version;
} FakeBackend;

/* `immediate`: without persist. */
void fake_backend_init(FakeBackend *fake, bool immediate);

void fake_backend_clear(FakeBackend *fake);

/* Reports the i-th of the groups that wait. */
void fake_backend_report(FakeBackend *fake, size_t index, BaseStatus status);

/* Ends the i-th of the loads that wait. */
void fake_backend_end_load(FakeBackend *fake, size_t index, BaseStatus status);

/* The published record of a key, or NULL. Only while nothing is under way. */
const EngineRecord *fake_backend_get(const FakeBackend *fake, EngineKeyspace keyspace,
                                     BaseSlice key);

#endif
