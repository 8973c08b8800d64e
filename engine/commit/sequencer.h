/*
 * sequencer.h: the one sequencer of writes. It implements engine_commit() for local engines.
 *
 * Callers push chains of requests onto a list. Whoever finds the sequencer without a leader leads
 * it: works off the list, its own request and those of others, and leaves when the list is empty.
 * After COMMIT_LEAD_MAX commits a leader offers its place, and the next thread that submits takes
 * over; so nobody leads for ever while others submit. No lock is held while callbacks and backends
 * run.
 *
 * Each request is resolved against the newest sequenced state: the backend's published records
 * under an overlay of what is sequenced but not yet published. See resolve.h for guards and
 * mutations.
 *
 * S-1  Commits are sequenced one after the other; the version and the stamp of a later one are not
 *      below those of an earlier one. Those of one chain are sequenced in their order.
 * S-2  Nothing is visible to reads before it is durable by the engine's mode: persist before
 *      publish.
 * S-3  Outcomes are delivered in the order of sequencing, and only when everything that they
 *      observed, a failed guard's state included, is durable and published.
 * S-4  The first failed persist poisons the sequencer: nothing that was unpublished is published,
 *      every outcome that waits is UNKNOWN (one that is REFUSED or FAILED stays what it is), every
 *      later commit is FAILED with BASE_POISONED. Reads go on.
 * S-5  A request whose `deadline_us` has passed when its turn comes is REFUSED/DEADLINE. The leader
 *      reads the clocks at the first commit of a chain and every COMMIT_GROUP_MAX commits.
 * S-6  The sequencer never reads disk and never sleeps: a request that needs a cold key, or room
 *      that the backend is about to make, waits aside, with the rest of its chain, until the
 *      backend has loaded the keys or has the room, and is then resolved anew from the start.
 * S-7  Over an immediate backend (no persist) a commit of one mutation allocates nothing here.
 * S-8  ENGINE_DURABILITY_SYNC without `can_persist` is FAILED with BASE_UNSUPPORTED.
 * S-9  A request without mutations is APPLIED at the version of the latest commit if its guards
 *      hold.
 * S-10 Short of memory, a commit is REFUSED/MEMORY_FULL; nothing else happens.
 * S-11 Over an immediate backend up to COMMIT_GROUP_MAX commits of a chain are a group: they are
 *      sequenced and published one by one, and answered together behind the last of them.
 * S-12 A run of puts (run.h) is like as many commits one behind the other, but that all of them are
 *      applied or none, and that its outcome is told by returning: perhaps behind the outcomes
 *      of commits of other threads that were sequenced after it.
 *
 * Not applied: `index` is the guard or mutation at fault; current_version, current_value and
 * current_number tell the state of its key before the commit (an APPEND's result.length too).
 *
 * Threading: all but new and free may be called from any thread; submit, execute, put, persisted
 * and loaded may find themselves leading, and then run backends and callbacks of other requests
 * too: hold no lock that a callback takes.
 */
#ifndef LARDER_ENGINE_COMMIT_SEQUENCER_H
#define LARDER_ENGINE_COMMIT_SEQUENCER_H

#include "engine/commit/backend.h"
#include "engine/commit/pipeline.h"
#include "engine/commit/stamp.h"
#include "engine/commit/version.h"

/* Commits that a leader sequences before it offers its place. */
#define COMMIT_LEAD_MAX 1024

/* Commits of a chain that are sequenced without a callback between them. */
#define COMMIT_GROUP_MAX 32

typedef struct CommitSequencer CommitSequencer;

/* All pointers are borrowed and must outlive the sequencer. */
typedef struct CommitSequencerArgs {
    CommitBackend *backend;
    const BaseClock *clock;
    CommitStamps *stamps;     /* shared with the reads of the engine */
    CommitVersions *versions; /* for this sequencer alone, but for refill */
    size_t value_max;         /* longest value that an APPEND may make */
    bool can_persist;         /* the engine has ENGINE_CAN_PERSIST */
    size_t depth; /* groups being persisted at once, 1 to COMMIT_DEPTH_MAX; 0: immediate */
} CommitSequencerArgs;

/* BASE_INVALID: depth does not fit the backend; BASE_NO_MEMORY. */
BaseStatus commit_sequencer_new(const CommitSequencerArgs *args, CommitSequencer **ret_sequencer);

/* REQUIRES: every commit was answered. Waits for a leader that is just leaving. Takes NULL. */
void commit_sequencer_free(CommitSequencer *sequencer);

/* Submits a chain, as engine_commit() does. */
void commit_sequencer_submit(CommitSequencer *sequencer, EngineCommit *chain);

/*
 * Executes a chain, as engine_commit_now() does. REQUIRES: the backend is immediate, and waits for
 * nothing (S-6).
 */
bool commit_sequencer_execute(CommitSequencer *sequencer, EngineCommit *chain);

/* Executes puts, as engine_put_now() does. REQUIRES: the same. */
bool commit_sequencer_put(CommitSequencer *sequencer, EnginePut *puts, size_t count);

/* The backend's answer to persist. OK: the group is durable. */
void commit_sequencer_persisted(CommitSequencer *sequencer, CommitGroup *group, BaseStatus status);

/* The backend's answer to load. An error refuses or fails the commit, as one of lookup does. */
void commit_sequencer_loaded(CommitSequencer *sequencer, CommitLoad *load, BaseStatus status);

/* From now on commits are REFUSED/CLOSING; those that are sequenced already complete. */
void commit_sequencer_shut(CommitSequencer *sequencer);

/* OK, or BASE_POISONED with the text of the failed persist. */
BaseStatus commit_sequencer_status(const CommitSequencer *sequencer);

#endif
