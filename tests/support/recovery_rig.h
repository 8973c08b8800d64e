/*
 * recovery_rig.h: sessions of a store that consist of recovery, the log and nothing else, over
 * files in memory, and a model of what was committed.
 *
 * Sessions write random commits with the real log and then end: closed, left, crashed, cut or
 * damaged. The model is a list of all commits; what recovery has made is read back with the real
 * reads and compared with the list, applied up to the version that recovery reports.
 *
 * Threading: one thread.
 */
#ifndef LARDER_TESTS_SUPPORT_RECOVERY_RIG_H
#define LARDER_TESTS_SUPPORT_RECOVERY_RIG_H

#include "engine/base/rand.h"
#include "engine/format/file_name.h"
#include "engine/lsm/counters.h"
#include "engine/lsm/log.h"
#include "engine/lsm/recovery.h"
#include "tests/support/fault_env.h"

enum { RECOVERY_RIG_NAMES_MAX = 64 };

typedef struct RecoveryRig {
    Env *mem;
    FaultEnv env;
    BaseFakeClock clock;
    BaseRand rand;
    LsmReadCounters counters;
    TableBlockCache *cache;
    LsmTables *tables;
    LsmRecovery recovery;
    LsmLog *log;
    int64_t next_file;
    struct RecoveryCommit *commits; /* all that were written */
    size_t commit_count;
    size_t durable; /* commits that must be found */
    size_t value_len;
    int64_t version; /* of the last commit that was ever written, or more */
    int64_t stamp_ms;
} RecoveryRig;

void recovery_rig_init(RecoveryRig *rig, uint64_t seed);
void recovery_rig_clear(RecoveryRig *rig);

/* --------------------------------------------------------------------------------- sessions -- */

/* Begins a session. On failure there is none. */
BaseStatus recovery_rig_try_open(RecoveryRig *rig);

/* The same, and aborts the test on failure. */
void recovery_rig_open(RecoveryRig *rig);

/* What was recovered is a prefix with all that is durable, and is read back as it was written. */
void recovery_rig_check(RecoveryRig *rig);

/* Forgets the commits that this opening did not find. */
void recovery_rig_forget_lost(RecoveryRig *rig);

/* How many commits are at or below a version. */
size_t recovery_rig_commits_at(RecoveryRig *rig, int64_t version);

/* Random commits, of which some are made durable. */
void recovery_rig_write(RecoveryRig *rig, size_t count);
void recovery_rig_sync(RecoveryRig *rig);

/* Ends a session without a word to the files, or as a store does that is closed. */
void recovery_rig_leave(RecoveryRig *rig);
void recovery_rig_close(RecoveryRig *rig);

/* ------------------------------------------------------------------------------------ files -- */

typedef struct RecoveryNames {
    char names[RECOVERY_RIG_NAMES_MAX][FORMAT_FILE_NAME_BYTES];
    size_t count;
} RecoveryNames;

RecoveryNames recovery_rig_names(RecoveryRig *rig);
bool recovery_rig_has_name(const RecoveryNames *names, const char *name);

/* The n-th file of a kind in the order of numbers, or the last one if n is negative. */
FormatFileName recovery_rig_file(RecoveryRig *rig, FormatFileKind kind, int n);
void recovery_rig_path(FormatFileName file, char path[64]);

/* Durably. */
void recovery_rig_write_file(RecoveryRig *rig, const char *path, BaseSlice bytes);
void recovery_rig_flip_byte(RecoveryRig *rig, const char *path, int64_t offset);

#endif
