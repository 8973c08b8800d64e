/*
 * checkpoint.h: decides when an import has come so far that it is worth a note (resume.h).
 *
 * While the input is read, places in it are marked, each with the hash of all before it. A place is
 * reached when every record before it was answered; the last one that is reached is noted, at most
 * a few times a second.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_CHECKPOINT_H
#define LARDER_SERVICE_CLI_CHECKPOINT_H

#include "service/cli/resume.h"

enum { CLI_CHECKPOINTS = 64 };

/* A place in the input. */
typedef struct CliMark {
    uint64_t position;
    uint64_t hash;    /* of all before it */
    uint64_t records; /* before it */
} CliMark;

typedef struct CliCheckpoint {
    const char *path; /* NULL: nothing is noted */
    CliResume note;   /* the last one that was reached */
    bool stale;       /* it was not written yet */
    int64_t written_us;
    CliMark marks[CLI_CHECKPOINTS]; /* places that were not reached, in order */
    size_t first;
    size_t count;
} CliCheckpoint;

/* Whether the place that the reader is at should be marked. */
bool cli_checkpoint_wants(const CliCheckpoint *checkpoint, uint64_t position);

/* Marks a place. */
void cli_checkpoint_mark(CliCheckpoint *checkpoint, uint64_t position, uint64_t hash,
                         uint64_t records);

/*
 * Everything before record `oldest` was answered: notes what is reached thereby, if it is time to,
 * or at once.
 */
BaseStatus cli_checkpoint_reach(CliCheckpoint *checkpoint, uint64_t oldest, bool at_once);

#endif
