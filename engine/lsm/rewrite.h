/*
 * rewrite.h: entries of some sources, less what nobody needs, into new tables: what a flush and a
 * compaction have in common.
 *
 * Entries come out of a merge; retention.h decides on each; what is kept goes into tables of about
 * `table_bytes`. Removed ranges come in as a list; fragments of them go into the tables that they
 * overlap, cut at the borders between tables, less the versions that nobody can tell apart.
 *
 * Borders. A table ends only between two keys (L-4). It ends when it is large enough, or earlier,
 * at half that size, where a table of the level below the outputs ends too: then a later compaction
 * of it drags less along. The first table begins, and the last one ends, where entries and
 * fragments do; between them, a table ends where the next one begins.
 *
 * Large values. What is kept passes through a blob_sink.h before it goes into a table: values of
 * puts may go into blob files, references to such stay, or bring their values along.
 *
 * Counting. Entries in are entries kept and entries dropped (L-8), so a source that ended early
 * would be noticed by whoever knows how many it had.
 *
 * The new files are written and synced; their names are not, that is up to the caller, once for
 * all of them. On failure the files that were begun are left to the caller's clean-up, which goes
 * by what the manifest names.
 *
 * `pause` is called every LSM_REWRITE_STRIDE bytes of keys and values that come in, with the bytes
 * since the last call. It may wait or do something else; an error gives up.
 *
 * Threading: one owner; runs in a background thread.
 */
#ifndef LARDER_ENGINE_LSM_REWRITE_H
#define LARDER_ENGINE_LSM_REWRITE_H

#include "engine/env/env.h"
#include "engine/lsm/blob_sink.h"
#include "engine/lsm/merge.h"
#include "engine/lsm/retention.h"
#include "engine/table/builder.h"

enum { LSM_REWRITE_STRIDE = 64 << 10 };

typedef struct LsmRewriteArgs {
    const Env *env;
    const char *directory;
    LsmMerge *merge;           /* stands nowhere */
    const FormatRange *ranges; /* removed ranges of all sources, in no order */
    size_t range_count;
    LsmRetention retention;
    const LsmLevels *levels; /* for borders and for what is older; NULL: nothing is */
    int output_level;
    int64_t table_bytes;
    TableBuilderOptions table; /* of each new table, but for id and number */
    LsmBlobPolicy blobs;       /* references are those of `levels`, if that is not NULL */
    int64_t (*next_number)(void *user);
    uint64_t (*next_id)(void *user);
    BaseStatus (*pause)(void *user, size_t bytes); /* see above; may be NULL */
    void *user;
} LsmRewriteArgs;

/* What became of the entries. */
typedef struct LsmRewriteCounts {
    int64_t entries_in;
    int64_t kept;
    int64_t shadowed;
    int64_t hidden;
    int64_t removes;   /* dropped, with puts that had expired */
    int64_t bytes_out; /* of tables and blob files */
    LsmBlobCounts blobs;
} LsmRewriteCounts;

typedef struct LsmRewrite {
    FormatTable *tables; /* new ones, by key; level and order are not set. Their keys are theirs */
    size_t count;
    LsmBlobFile *blobs; /* new ones, all of whose values the tables refer to */
    size_t blob_count;
    LsmRewriteCounts counts;
} LsmRewrite;

/* Runs it. On failure *ret_rewrite is empty. */
BaseStatus lsm_rewrite_run(const LsmRewriteArgs *args, LsmRewrite *ret_rewrite);

/* Frees what it holds. */
void lsm_rewrite_clear(LsmRewrite *rewrite);

#endif
