/*
 * blob_sink.h: large values on their way into blob files, while entries are rewritten.
 *
 * Each entry that a rewrite keeps passes through here before it goes into a table:
 *   - a put whose value has `min_bytes` or more becomes a reference: its value goes into the blob
 *     file being written
 *   - a reference stays as it is, value unread, unless its blob file is stale: so much of it is
 *     dead (`dead_percent`) that the live rest should go. Then the value is read and goes into the
 *     blob file being written, or back into the table if values of its size are not separated any
 *     more. The same goes for a file with hardly anything in it, so that files do not become many
 *     where large values are few
 *   - anything else stays
 *
 * A blob file ends when it is large enough, whatever tables do. The new files are written and
 * synced; their names are not, and files that were begun are left to the caller, as rewrite.h says.
 *
 * A value that should move and is damaged keeps its place: the reference is carried on, readers are
 * told, and the file is marked so that nobody tries again.
 *
 * Threading: one owner; runs in a background thread.
 */
#ifndef LARDER_ENGINE_LSM_BLOB_SINK_H
#define LARDER_ENGINE_LSM_BLOB_SINK_H

#include "engine/env/env.h"
#include "engine/format/entry.h"
#include "engine/lsm/levels.h"
#include "engine/table/blob_file.h"
#include "engine/table/blob_writer.h"

/* What goes where. Zero bytes: values stay in tables, and references where they are. */
typedef struct LsmBlobPolicy {
    size_t min_bytes;      /* of a value that is separated; 0: none is */
    int64_t file_bytes;    /* of a blob file, about */
    unsigned dead_percent; /* of a blob file that is stale; 0: none ever is */
    bool pack;             /* compress values that it pays for */
    int zstd_level;        /* with pack */
} LsmBlobPolicy;

typedef struct LsmBlobSinkArgs {
    const Env *env;
    const char *directory;
    const LsmBlobPolicy *policy;
    const LsmLevels *levels; /* that entries come from, open; NULL: no reference is looked at */
    int64_t (*next_number)(void *user);
    uint64_t (*next_id)(void *user);
    void *user;
} LsmBlobSinkArgs;

/* What went through it. */
typedef struct LsmBlobCounts {
    int64_t values;       /* written */
    int64_t bytes;        /* of the files made */
    int64_t moved_values; /* out of other blob files; all others came out of tables and memory */
    int64_t moved_bytes;  /* that they took there, stored */
} LsmBlobCounts;

typedef struct LsmBlobSink {
    LsmBlobSinkArgs args;
    TableBlobWriter *writer; /* the file being written; NULL: none */
    BaseBuf reference;       /* of the last value */
    TableBlobValue moved;    /* the last value that was read */
    LsmBlobFile *files;      /* finished ones, without a hold */
    size_t count;
    LsmBlobCounts counts;
} LsmBlobSink;

void lsm_blob_sink_init(LsmBlobSink *sink, const LsmBlobSinkArgs *args);

/* Frees what it holds. */
void lsm_blob_sink_clear(LsmBlobSink *sink);

/*
 * Lets an entry pass. Its value is then borrowed from the sink until the next one comes, or is as
 * it was.
 */
BaseStatus lsm_blob_sink_pass(LsmBlobSink *sink, FormatEntry *entry);

/* Completes the last file. */
BaseStatus lsm_blob_sink_finish(LsmBlobSink *sink);

#endif
