/*
 * writer.h: the backend of the sequencer: commits go into the active generation and its segment of
 * the log.
 *
 *     prepare   builds the records of a commit in the active generation, where nobody finds them
 *               yet, and sets room in its segment aside
 *     persist   encodes a group into records of the log, and hands it to the log, which reports it
 *     publish   links the records and moves the visible version
 *
 * A commit is in one generation, whole. When the active generation has no room for it, the spare
 * takes over: it is pushed into the view at once, and what was active is SEALED, and FULL when
 * nothing that was prepared for it is pending any more. Without a spare prepare answers
 * BASE_WOULD_BLOCK, and the sequencer sets the commit aside until lsm_writer_offer() brings one, or
 * lsm_writer_deny() says why there is none. So nobody sleeps, and nobody is refused for a
 * passing lack. A commit that is larger than a generation asks for a spare of its size, which
 * nobody else may take as long as such a commit waits.
 *
 * R-1  Point operations that a later range remove of the same commit covers are dropped (L-3); they
 *      are neither in the memtable nor in the log.
 * R-2  Everything that persist and publish need is reserved by prepare; only a file can fail them.
 * R-3  The log changes to a generation's segment right before the first record for it.
 * R-4  lookup answers from what is published, cached or loaded; it never reads a file.
 *
 * Threading: the functions of the backend, and seal, are for the leader of the sequencer, which is
 * inside a read section (engine/base/epoch.h) all the time: whoever calls commit_sequencer_submit()
 * sees to that; lsm_writer_persisted() and lsm_writer_loaded() do so themselves. The others may be
 * called from any thread, outside of read sections and without locks: they may come to lead the
 * sequencer.
 */
#ifndef LARDER_ENGINE_LSM_WRITER_H
#define LARDER_ENGINE_LSM_WRITER_H

#include "engine/commit/sequencer.h"
#include "engine/lsm/loader.h"
#include "engine/lsm/price.h"

typedef struct LsmWriter LsmWriter;

/* Borrowed, and must outlive the writer. */
typedef struct LsmWriterArgs {
    LsmCatalog *catalog;
    LsmReadCounters *counters; /* of lookups; not those of the store's gets */
    size_t write_buffer;       /* bytes of a generation as a rule */
    size_t generations_max;    /* in memory at once, the active one included; at least 2 */
    void (*need)(void *user);  /* lsm_writer_wants() is not 0 any more, or a generation became FULL;
                                 called by the leader: be quick, take no lock of rank above 1 */
    void *user;
} LsmWriterArgs;

/* Order: the writer, then log and loader that report to it, then the sequencer, then connect. */
BaseStatus lsm_writer_new(const LsmWriterArgs *args, LsmWriter **ret_writer);

/* Before the first commit. The writer uses them until it is freed. */
void lsm_writer_connect(LsmWriter *writer, LsmLog *log, LsmLoader *loader,
                        CommitSequencer *sequencer);

/*
 * REQUIRES: every commit was answered, and the sequencer is gone; log and catalog are still there.
 * Removes the spare with its segment. Takes NULL.
 */
void lsm_writer_free(LsmWriter *writer);

CommitBackend *lsm_writer_backend(LsmWriter *writer);

/* LsmLogArgs.report and LsmLoaderArgs.loaded; `user` is the writer. */
void lsm_writer_persisted(void *user, CommitGroup *group, BaseStatus status);
void lsm_writer_loaded(void *user, CommitLoad *load, BaseStatus status);

/* ------------------------------------------------------------------------------- generations -- */

/* Bytes of the spare that is wanted: lsm_generation_new() with so many. 0: none is wanted now. */
size_t lsm_writer_wants(LsmWriter *writer);

/* Bytes of records that the segment of a generation of so many bytes is to have room for. */
size_t lsm_writer_segment_bytes(size_t bytes);

/* Hands over a spare, with the reference. Commits that wait for one are tried again. */
void lsm_writer_offer(LsmWriter *writer, LsmGeneration *spare);

/*
 * No spare can be had. Commits that wait for one are answered by the code of `status`, and so are
 * others that would have to wait, until a spare is offered.
 */
void lsm_writer_deny(LsmWriter *writer, BaseStatus status);

/*
 * Seals the active generation, if it holds anything; the next commit begins another one.
 * REQUIRES: the caller is in a callback of the sequencer (of a commit without mutations, say).
 */
void lsm_writer_seal(LsmWriter *writer);

/*
 * From now on commits that change anything wait, until nothing is held any more; one without
 * mutations that is submitted then is answered when all before it are published, and nothing is
 * pending. One hold at a time.
 */
void lsm_writer_hold(LsmWriter *writer, bool held);

/* ----------------------------------------------------------------------- price, end, figures -- */

/* What a written byte costs in waiting from now on, and why (price.h). */
void lsm_writer_set_price(LsmWriter *writer, double ns_per_byte, LsmPriceCause cause);

/* From now on every commit is FAILED with BASE_POISONED and this text, which lives for ever. */
void lsm_writer_poison(LsmWriter *writer, const char *what);

typedef struct LsmWriterStats {
    int64_t commits;                    /* published */
    int64_t operations;                 /* of them, dropped ones included */
    int64_t bytes;                      /* of their keys and values */
    int64_t groups;                     /* written to the log */
    int64_t generations;                /* begun */
    int64_t waits;                      /* commits that waited for a spare */
    int64_t wait_us;                    /* how long, altogether */
    int64_t denials;                    /* commits that were refused because none could be had */
    int64_t delays;                     /* groups that were held back by the price */
    int64_t delay_us[LSM_PRICE_CAUSES]; /* how long, by cause */
    int64_t loads;                      /* commits that waited for cold keys */
} LsmWriterStats;

/* Exact once nothing is under way. */
void lsm_writer_stats(const LsmWriter *writer, LsmWriterStats *ret_stats);

#endif
