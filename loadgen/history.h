/*
 * history.h: what an expected-state file says of each record, and the verdict on what is found.
 *
 * Of a record's writes the newest acknowledged one is that with the highest version, of two in one
 * commit the later one; versions tell the order in which the server applied them. A write without
 * an answer may have been applied at any time, or never. So a record must be found as its newest
 * acknowledged write left it, or as a write without an answer did that was applied later:
 *
 *   KEPT      as the newest acknowledged write left it, at its version
 *   EITHER    as a write without an answer left it, or nothing was ever acknowledged
 *   UNTOUCHED the run never wrote it, and there is no value of the run
 *   LOST      not found, although a put was acknowledged and no remove can have followed
 *   STALE     as an older write left it, or below the acknowledged version; also: it came back
 *             after an acknowledged remove
 *   PHANTOM   a value that was never sent, was certainly not applied, is of another key or of
 *             nobody, or has a version that its write did not get
 *   TORN      the bytes of the value do not belong together, or it was cut
 *
 * Threading: constant after it was read.
 */
#ifndef LARDER_LOADGEN_HISTORY_H
#define LARDER_LOADGEN_HISTORY_H

#include "loadgen/expect.h"

#include <stdio.h>

/* Entries of a file at most, which is 8 GiB. */
#define LOAD_HISTORY_ENTRIES_MAX (UINT64_C(1) << 28)

typedef enum LoadKeeping {
    LOAD_KEPT,
    LOAD_EITHER,
    LOAD_UNTOUCHED,
    LOAD_KEEPING_LOST, /* the first one that is wrong */
    LOAD_KEEPING_STALE,
    LOAD_KEEPING_PHANTOM,
    LOAD_KEEPING_TORN,
    LOAD_KEEPING_COUNT,
} LoadKeeping;

/* A write and its answer. */
typedef struct LoadWrite {
    uint64_t record;
    int64_t version; /* ACKNOWLEDGED; otherwise 0 */
    uint32_t sequence;
    bool remove;
    bool refused; /* certainly not applied */
} LoadWrite;

typedef struct LoadHistory {
    LoadExpectHead head;
    LoadWrite *writes; /* by record, then by sequence */
    size_t count;
    uint64_t acknowledged;
    uint64_t unanswered;
} LoadHistory;

/* What a read of a record found. */
typedef struct LoadFinding {
    bool found;
    BaseSlice value;
    int64_t version;
} LoadFinding;

/* "lost", and what it means. Never NULL. */
const char *load_keeping_name(LoadKeeping keeping);
const char *load_keeping_meaning(LoadKeeping keeping);

/*
 * Reads a file from its beginning. False: *ret_problem says why, with the number of the entry where
 * it is known; free it with g_free(). An entry at the end that is not complete is left out.
 */
bool load_history_read(FILE *file, LoadHistory *ret_history, char **ret_problem);

/* Takes histories that are all zero. */
void load_history_clear(LoadHistory *history);

/* Judges a record of `count` writes, which may be none. */
LoadKeeping load_history_judge(const LoadHistory *history, uint64_t record, const LoadWrite *writes,
                               size_t count, const LoadFinding *finding);

#endif
