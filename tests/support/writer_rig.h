/*
 * writer_rig.h: a sequencer over the writer of the durable engine, its log and its loader, in
 * memory, for tests.
 *
 * Spares and flushes come when the test asks for them, so a test decides when there is room.
 *
 * Threading: set up and taken down by one thread; requests may be submitted from any, and one
 * thread at a time may supply and flush.
 */
#ifndef LARDER_TESTS_SUPPORT_WRITER_RIG_H
#define LARDER_TESTS_SUPPORT_WRITER_RIG_H

#include "engine/lsm/flush.h"
#include "engine/lsm/writer.h"
#include "tests/support/lsm_rig.h"

#define WRITER_RIG_START_MS  1000000
#define WRITER_RIG_VALUE_MAX 100000

/* How to open one; zeros are good for most tests. */
typedef struct WriterRigOptions {
    LsmSyncMode mode;
    size_t write_buffer;    /* 0: 64 KiB */
    size_t generations_max; /* 0: 4 */
    size_t depth;           /* 0: 2 */
    size_t cache_bytes;     /* of blocks; 0: 1 MiB */
} WriterRigOptions;

typedef struct WriterRig {
    LsmRig store;
    WriterRigOptions options;
    BaseFakeClock clock;
    CommitStamps stamps;
    CommitVersions *versions;
    LsmSnapshots snapshots;
    LsmReadCounters counters;
    LsmLog *log;
    LsmLoader *loader;
    LsmWriter *writer;
    CommitSequencer *sequencer;
    atomic_int needs;    /* calls of need() */
    atomic_int answered; /* requests */
    int64_t first;       /* version of the first commit */
} WriterRig;

/* A request with up to four guards and 32 mutations of its own. Texts and slices are borrowed. */
typedef struct WriterRigCommit {
    EngineCommit commit; /* first: it is one */
    WriterRig *rig;
    EngineGuard guards[4];
    EngineMutation mutations[32];
    atomic_int answers;
    int order; /* the how manieth request of the rig to be answered, from 1 */
} WriterRigCommit;

/* An open store without a spare. */
void writer_rig_init(WriterRig *rig, const WriterRigOptions *options);

/* Closes what is open, leaving the files; for looking at them. Unanswered commits are ended. */
void writer_rig_close(WriterRig *rig);

/* Closes and frees everything. */
void writer_rig_clear(WriterRig *rig);

/* Makes the spare that is wanted, if any, and offers it; what fails is told to the writer. */
void writer_rig_supply(WriterRig *rig);

/* Flushes what is FULL. Returns how many generations that were. */
size_t writer_rig_flush(WriterRig *rig);

/* Seals the active generation through the sequencer, as a flush on demand does. */
void writer_rig_seal(WriterRig *rig);

/* ---------------------------------------------------------------------------------- requests -- */

void writer_rig_commit(WriterRig *rig, WriterRigCommit *commit);

/* Each adds to a request and returns what it has added, for changes. */
EngineMutation *writer_rig_put(WriterRigCommit *commit, BaseSlice key, BaseSlice value);
EngineMutation *writer_rig_mutate(WriterRigCommit *commit, EngineMutationKind kind, BaseSlice key);
EngineMutation *writer_rig_remove_range(WriterRigCommit *commit, const char *start,
                                        const char *stop);
EngineGuard *writer_rig_guard(WriterRigCommit *commit, BaseSlice key, unsigned checks);

/* Submits a chain inside a read section. */
void writer_rig_submit(WriterRigCommit *commit);

/* Waits until a request is answered. */
void writer_rig_wait(WriterRigCommit *commit);

/* Puts a text, supplying as needed, and waits. It must be applied. Returns its version. */
int64_t writer_rig_set(WriterRig *rig, const char *key, const char *value);

/* The latest state of a key; the value is a copy that the caller frees. Reads files. */
bool writer_rig_get(WriterRig *rig, EngineKeyspace keyspace, BaseSlice key, EngineRecord *ret);

/* Whether the latest value of a key is the text; NULL: absent. */
bool writer_rig_is(WriterRig *rig, const char *key, const char *value);

/* The i-th generation of the view, from new to old, borrowed while nothing changes; NULL: none. */
LsmGeneration *writer_rig_generation(WriterRig *rig, size_t index);

#endif
