/*
 * job.h: what a flush and a compaction have in common: where they work, what they have to keep, and
 * what becomes of the files that they make.
 *
 * A job holds the view that it began with, so its inputs stay whatever happens meanwhile. It takes
 * the list of snapshots after that, which makes what it drops invisible to everybody (L-5, L-6).
 * New files are synced, then their names are, then they are installed (L-1). A job that fails
 * before the manifest was written removes the files that it has made; after that it leaves them,
 * because the manifest may name them (C-3).
 *
 * Threading: a job belongs to the thread that runs it.
 */
#ifndef LARDER_ENGINE_LSM_JOB_H
#define LARDER_ENGINE_LSM_JOB_H

#include "engine/commit/stamp.h"
#include "engine/lsm/catalog.h"
#include "engine/lsm/rewrite.h"
#include "engine/lsm/snapshots.h"

/* The option `compression`. */
typedef enum LsmCompression {
    LSM_COMPRESSION_NONE = 0,
    LSM_COMPRESSION_ZSTD = 1, /* every level alike */
    LSM_COMPRESSION_AUTO = 2, /* none at the top, more on the last level */
} LsmCompression;

/* Where jobs work. Everything is borrowed. */
typedef struct LsmJobPlace {
    const Env *env;
    const char *directory;
    LsmCatalog *catalog;
    LsmSnapshots *snapshots;
    CommitStamps *stamps;
    int64_t table_bytes;
    size_t block_bytes;
    unsigned filter_bits;
    LsmCompression compression;
    LsmBlobPolicy blobs;
    BaseSlice program; /* for the properties of tables */
} LsmJobPlace;

/* What a job did, also when it failed. */
typedef struct LsmJobFigures {
    LsmRewriteCounts counts;
    int64_t bytes_read;    /* of tables, and of values that were moved */
    int64_t bytes_arrived; /* of the inputs that came from above the output level */
    int64_t tables_made;
    int64_t tables_moved;
    int64_t tables_dropped; /* by dropping alone, without reading them */
} LsmJobFigures;

enum { LSM_JOB_MESSAGE_BYTES = 384 };

typedef struct LsmJob {
    const LsmJobPlace *place;
    LsmView *view;
    LsmSnapshotList snapshots;
    LsmRetention retention;
    int64_t visible;      /* when the list was taken, or before */
    int64_t stamp_max_ms; /* of what goes into the tables, for their properties */
    BaseBuf ranges;       /* FormatRange, of all inputs */
    BaseBuf numbers;      /* int64_t, of the tables and blob files that were begun */
    BaseBuf dictionary;   /* for the new tables; empty: none */
    LsmRewrite made;
    LsmJobFigures figures;
    BaseStatus (*pause)(void *user, size_t bytes); /* see rewrite.h */
    void *user;
    bool names_lost; /* the directory could not be synced: final for the store */
    char message[LSM_JOB_MESSAGE_BYTES];
} LsmJob;

/* Begins a job over a view, whose reference it takes over. BASE_NO_MEMORY: still end it. */
BaseStatus lsm_job_begin(LsmJob *job, const LsmJobPlace *place, LsmView *view);

/* Adds a removed range of an input. */
bool lsm_job_add_range(LsmJob *job, const FormatRange *range);

/*
 * Rewrites the sources, whose removed ranges were added, into tables of a level, and syncs them and
 * their names. `entries` is what the sources hold, by what is known of them: another number is
 * BASE_CORRUPTION (L-8). `dead_since_ms` is the earliest time at which a remove of the inputs was
 * made; 0: there is none.
 */
BaseStatus lsm_job_rewrite(LsmJob *job, LsmSource *sources, size_t count, int output_level,
                           int64_t entries, int64_t dead_since_ms);

/*
 * Appends edits that add the new blob files and tables; the latter in level 0 from the given order
 * on. False: no memory.
 */
bool lsm_job_describe(const LsmJob *job, int64_t order, BaseBuf *edits);

/* Ends a job with its outcome: gives everything back, and removes the files of one that failed. */
void lsm_job_end(LsmJob *job, BaseStatus status);

/* How tables of a level are built. */
TableBuilderOptions lsm_job_table_options(const LsmJobPlace *place, int level);

#endif
