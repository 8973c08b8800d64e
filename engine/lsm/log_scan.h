/*
 * log_scan.h: reading the write-ahead log back: its commits, and where and how it ends.
 *
 * The log ends at the first place that is not a valid record. What is behind that place is the torn
 * end of an interrupted write, and is left out, unless something says that the place had been
 * durable: then it is damage, and the scan fails. That something is the durable position in a later
 * record, of the same segment or of one behind it, or the clean end that the manifest has noted.
 *
 * N-1  Commits are visited in the order of the log, and only those before the end.
 * N-2  Nothing that was reported durable is left out without an error, with one limit: the last
 *      group that was synced has no successor that proves it; if exactly that is damaged, and the
 *      store was not closed, it looks like an interrupted write.
 * N-3  Segments form a chain: each names the one before and how long that was. A break is damage
 *      when the link has to be there, else the end.
 *
 * Threading: one scan at a time over a directory that nobody writes.
 */
#ifndef LARDER_ENGINE_LSM_LOG_SCAN_H
#define LARDER_ENGINE_LSM_LOG_SCAN_H

#include "engine/env/env.h"
#include "engine/format/log_commit.h"

/* Receives a commit and reads its operations from `reader`, all of them. */
typedef BaseStatus LsmLogVisitor(void *user, const FormatLogCommit *commit,
                                 FormatLogReader *reader);

typedef struct LsmLogScanArgs {
    const Env *env;
    const char *directory;
    uint64_t floor;         /* segments with smaller numbers are not needed */
    uint64_t clean_segment; /* the manifest's clean end; 0: none */
    uint64_t clean_len;
    LsmLogVisitor *visit; /* an error from it ends the scan with that error */
    void *user;
} LsmLogScanArgs;

/* Where the log ends. */
typedef struct LsmLogEnd {
    uint64_t position; /* LSN */
    uint64_t segment;  /* the last one that belongs to the log; 0: none */
    uint64_t len;      /* of it, in bytes */
    int64_t version;   /* of the last commit; 0: none */
    int64_t stamp_ms;
    int64_t commits;
    int64_t torn_bytes; /* behind the end, zeros not counted */
    uint64_t highest;   /* number of any segment there is */
    uint64_t damaged;   /* on failure: number of the segment; 0: none */
    uint64_t damaged_at;
    char message[320]; /* on failure: file, offset, what is wrong */
} LsmLogEnd;

/*
 * Reads the log. BASE_CORRUPTION: see ret_end->message; BASE_NO_MEMORY, or an error of reading.
 * Fills in *ret_end also on failure.
 */
BaseStatus lsm_log_scan(const LsmLogScanArgs *args, LsmLogEnd *ret_end);

#endif
