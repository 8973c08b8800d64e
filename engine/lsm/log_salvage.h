/*
 * log_salvage.h: every commit of a damaged log that can still be read.
 *
 * Where log_scan.h stops, because what is behind could rest on what is missing, this goes on:
 * behind a place that is no record, with the next valid one, and behind a segment that cannot be
 * read, with the next segment. Commits are visited in the order of their versions. What was between
 * is lost, and told, with its place; the torn end of a log that nobody was promised is told apart
 * from it.
 *
 * A segment without its header gives nothing: the checks of its records need the id in it.
 *
 * Threading: one thread, over a directory that nobody writes.
 */
#ifndef LARDER_ENGINE_LSM_LOG_SALVAGE_H
#define LARDER_ENGINE_LSM_LOG_SALVAGE_H

#include "engine/lsm/inventory.h"
#include "engine/lsm/log_scan.h"

/* What was found instead of commits. */
typedef enum LsmLogGapKind {
    LSM_LOG_TORN,       /* an interrupted write at the end of the log */
    LSM_LOG_DAMAGED,    /* commits were, or may have been, here */
    LSM_LOG_UNREADABLE, /* a whole segment without a header, or that could not be read */
    LSM_LOG_MISSING,    /* a whole segment that the next one follows */
} LsmLogGapKind;

typedef struct LsmLogGap {
    LsmLogGapKind kind;
    uint64_t segment;
    uint64_t offset;
    uint64_t bytes; /* about how many; 0: unknown */
} LsmLogGap;

typedef struct LsmLogSalvageArgs {
    const Env *env;
    const char *directory;
    const LsmInventory *inventory; /* its segments are read */
    uint64_t floor;                /* segments with smaller numbers are not needed */
    int64_t version;               /* commits up to this one are passed over */
    uint64_t clean_segment;        /* where the log ends; 0: unknown */
    uint64_t clean_len;
    LsmLogVisitor *visit;
    void (*gap)(void *user, const LsmLogGap *gap);
    void *user;
} LsmLogSalvageArgs;

typedef struct LsmLogSalvage {
    int64_t commits; /* visited */
    int64_t passed;  /* passed over */
    int64_t version; /* of the last commit; 0: none */
    int64_t stamp_ms;
} LsmLogSalvage;

/* An error of the visitor ends it; BASE_NO_MEMORY. Nothing else is an error. */
BaseStatus lsm_log_salvage(const LsmLogSalvageArgs *args, LsmLogSalvage *ret_salvage);

#endif
