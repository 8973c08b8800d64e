/*
 * sequencer_rig.h: a sequencer over a fake backend, and requests that note how they were answered.
 *
 * Threading: a rig is set up and taken down by one thread; requests may be submitted from any.
 */
#ifndef LARDER_TESTS_SUPPORT_SEQUENCER_RIG_H
#define LARDER_TESTS_SUPPORT_SEQUENCER_RIG_H

#include "engine/commit/sequencer.h"
#include "tests/support/fake_backend.h"
#include "tests/support/fault_env.h"

#define RIG_VALUE_MAX 1000

typedef struct SequencerRig {
    Env *mem;
    FaultEnv env;
    BaseFakeClock clock; /* starts at 1,000,000 ms */
    CommitStamps stamps;
    CommitVersions *versions;
    FakeBackend fake;
    CommitSequencer *sequencer;
    atomic_int answered; /* requests so far */
} SequencerRig;

/* A request with up to four guards and mutations of its own. */
typedef struct RigCommit {
    EngineCommit commit; /* first: it is a commit */
    SequencerRig *rig;
    EngineGuard guards[4];
    EngineMutation mutations[4];
    atomic_int answers;
    int order;        /* the how manieth request of the rig to be answered, from 1 */
    char current[64]; /* copy of current_value */
} RigCommit;

/* `depth` 0: over an immediate backend. `block`: versions per ceiling. */
void sequencer_rig_init(SequencerRig *rig, size_t depth, int64_t block);

/* Checks that the backend is left with nothing. */
void sequencer_rig_clear(SequencerRig *rig);

/* An empty request of a rig. */
void sequencer_rig_commit(SequencerRig *rig, RigCommit *commit);

/*
 * Each adds to a request and returns what it has added, for changes. Texts are borrowed. All that a
 * mutation can tell is asked for.
 */
EngineMutation *sequencer_rig_put(RigCommit *commit, const char *key, const char *value);
EngineMutation *sequencer_rig_mutate(RigCommit *commit, EngineMutationKind kind, const char *key);
EngineGuard *sequencer_rig_guard(RigCommit *commit, const char *key, unsigned checks);

void sequencer_rig_submit(RigCommit *commit);

/* Puts, for set-up; it must be applied at once. Returns its version. */
int64_t sequencer_rig_set(SequencerRig *rig, const char *key, const char *value);

/* Whether the published value of a key is the text; NULL: absent. */
bool sequencer_rig_is(const SequencerRig *rig, const char *key, const char *value);

#endif
