/*
 * job_rig.h: a store's memtables, levels and background work in memory, for tests: commits without
 * a sequencer, the list of all of them to compare with, and jobs one by one or by a worker's
 * threads.
 *
 * A commit is one operation on one key, or a removed range. Keys are numbers below JOB_RIG_KEYS.
 * Time stands still unless a test moves it. What readers should see is found by going through the
 * list of commits.
 *
 * Whatever fails here that a test did not ask for aborts.
 */
#ifndef LARDER_TESTS_SUPPORT_JOB_RIG_H
#define LARDER_TESTS_SUPPORT_JOB_RIG_H

#include "engine/base/rand.h"
#include "engine/lsm/compaction.h"
#include "engine/lsm/descent.h"
#include "engine/lsm/flush.h"
#include "engine/lsm/supply.h"
#include "tests/support/lsm_rig.h"

enum {
    JOB_RIG_KEYS = 300,
    JOB_RIG_SNAPSHOTS = 8,
    JOB_RIG_START_MS = 1000000,
    JOB_RIG_VALUE_MOST = 1 << 12, /* bytes */
};

typedef enum JobRigKind {
    JOB_RIG_PUT,
    JOB_RIG_REMOVE,
    JOB_RIG_RANGE,
} JobRigKind;

/* A commit; its place in the list, counted from 1, is its version. */
typedef struct JobRigOp {
    JobRigKind kind;
    int key;
    int stop;
    int64_t expires_at_ms;
} JobRigOp;

typedef struct JobRig {
    LsmRig store;
    BaseRand rand;
    BaseFakeClock clock;
    CommitStamps stamps;
    LsmSnapshots snapshots;
    LsmLog *log;
    LsmJobPlace place;
    LsmPickState picking; /* settings of the picker */
    size_t buffer;        /* bytes of a generation */
    int value_bytes;      /* values have up to so many */
    BaseBuf ops;          /* JobRigOp */
    LsmSnapshot *open[JOB_RIG_SNAPSHOTS];
    size_t open_count;
    LsmJobFigures last; /* of the last job */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool attached;            /* spares come from a worker */
    LsmGeneration *active;    /* of the view; NULL: none */
    LsmGeneration *logged;    /* that the log writes to; a reference; NULL: none */
    LsmGeneration *spare;     /* under the lock; NULL: none */
    BaseStatus denied;        /* under the lock */
    bool poisoned;            /* under the lock */
    double price;             /* under the lock */
    size_t generations;       /* in memory at most, when attached */
    void (*need)(void *user); /* a spare was taken, or a generation became FULL; may be NULL */
    void *need_user;
} JobRig;

void job_rig_init(JobRig *rig, uint64_t seed);

/* REQUIRES: no worker runs. Closes all snapshots. */
void job_rig_clear(JobRig *rig);

/* The writer for a worker: from now on spares come from it. */
LsmSupplyWriter job_rig_writer(JobRig *rig);

/* ----------------------------------------------------------------------------------- commits -- */

/*
 * Each makes a commit and shows it. When the active generation has no room, it is sealed. Attached:
 * waits for a spare; false: it was denied, and nothing happened.
 */
bool job_rig_put(JobRig *rig, int key, int64_t expires_at_ms);
bool job_rig_remove(JobRig *rig, int key);
bool job_rig_remove_range(JobRig *rig, int start, int stop);

/* One of them, at random: mostly puts. */
bool job_rig_random(JobRig *rig);

/* The value that a put has written, unlike any other; `text` has JOB_RIG_VALUE_MOST bytes. */
BaseSlice job_rig_value(const JobRig *rig, int key, int64_t version, char *text);

/* The active generation becomes FULL, if there is one. Returns it, borrowed from the view. */
LsmGeneration *job_rig_seal(JobRig *rig);

void job_rig_snapshot(JobRig *rig);
void job_rig_release(JobRig *rig, size_t index);

/* -------------------------------------------------------------------------------------- jobs -- */

/* Flushes all that is FULL. */
BaseStatus job_rig_flush(JobRig *rig);

/* The levels as the picker sees them; the caller gives both back. */
LsmView *job_rig_survey(JobRig *rig, LsmSurvey *ret_survey);

/* Carries out a pick over a view, whose reference it takes over. */
BaseStatus job_rig_run(JobRig *rig, LsmView *view, const LsmPick *pick);

/* What the picker proposes, once. *ret_reason: what that was. */
BaseStatus job_rig_compact(JobRig *rig, LsmPickReason *ret_reason);

/* Compacts until the picker proposes nothing. Returns how many jobs that took. */
int job_rig_settle(JobRig *rig);

/* Drops what removed ranges have emptied, until nothing is left. Returns how many tables. */
int64_t job_rig_drop_covered(JobRig *rig);

/* Takes a range down to the last level. */
void job_rig_descend(JobRig *rig, int start, int stop);

/* ----------------------------------------------------------------------------------- looking -- */

/* Compares every key, at the latest version and at every snapshot, with the list. */
void job_rig_check(JobRig *rig);

/* Sums over the live tables. */
typedef struct JobRigSums {
    int64_t tables;
    int64_t bytes;
    int64_t entries;
    int64_t removes;
    int64_t fragments;
    int64_t levels[LSM_LEVELS]; /* tables of each */
} JobRigSums;

JobRigSums job_rig_sums(JobRig *rig);

/* How many table files there are on disk. */
int64_t job_rig_files(JobRig *rig);

/* A crash, and opening again from the manifest; commits that no table has are forgotten. */
void job_rig_crash(JobRig *rig);

#endif
