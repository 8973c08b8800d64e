/*
 * recorded.h: keys that were recorded somewhere, from a file.
 *
 * One key a line, without an end-of-line character; empty lines are left out. The same key may
 * stand on many lines: each different key is a record, numbered in the order in which they come
 * first, and the lines are a trace of records that can be replayed.
 *
 * Threading: constant after it was read.
 */
#ifndef LARDER_LOADGEN_RECORDED_H
#define LARDER_LOADGEN_RECORDED_H

#include "engine/base/slice.h"

enum { LOAD_RECORDED_LINES_MAX = 1000 * 1000 * 1000 };

typedef struct LoadRecorded {
    char *bytes; /* of the file */
    BaseSlice *keys;
    uint32_t key_count;
    size_t longest; /* key, in bytes */
    uint32_t *trace;
    uint32_t trace_count;
} LoadRecorded;

/*
 * Reads a file. NULL, or what is wrong with it, with its line; the caller frees it with g_free().
 * What was read is freed with load_recorded_free().
 */
char *load_recorded_read(const char *path, LoadRecorded **ret_recorded);

/* Takes NULL. */
void load_recorded_free(LoadRecorded *recorded);

#endif
