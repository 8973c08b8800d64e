/*
 * retention.h: which entries of a key a flush or a compaction keeps.
 *
 * Snapshots cut the history of a store into stripes: a stripe is the versions above one snapshot,
 * up to and including the next; the last stripe has no end. Whoever reads at a snapshot or at the
 * latest version sees, of each key, only the newest entry at or below its version, so of the
 * entries of a key in one stripe only the newest one can be seen by anybody.
 *
 * R-1  Of the entries of a key in one stripe, the newest is kept and the others are dropped.
 * R-2  An entry that a fragment hides is dropped if no snapshot lies between the two.
 * R-3  A remove hides what is older. It is dropped when nothing older can be left: it is in the
 *      first stripe, and no level below the outputs can have the key.
 * R-4  A put that has expired for every reader there can be is a remove.
 *
 * Threading: pure; plain values.
 */
#ifndef LARDER_ENGINE_LSM_RETENTION_H
#define LARDER_ENGINE_LSM_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a job knows of the readers there are and will be. Borrowed arrays. */
typedef struct LsmRetention {
    const int64_t *snapshots; /* versions that somebody may read, ascending, each once */
    size_t snapshot_count;
    int64_t time_ms; /* nobody reads, or will read, at an earlier time */
} LsmRetention;

/* What becomes of an entry. */
typedef enum LsmFate {
    LSM_KEEP = 0,
    LSM_KEEP_AS_REMOVE = 1, /* without its value */
    LSM_DROP_SHADOWED = 2,  /* */
    LSM_DROP_HIDDEN = 3,    /* */
    LSM_DROP_REMOVE = 4,    /* */
} LsmFate;

/* An entry as far as its fate depends on it. */
typedef struct LsmCandidate {
    int64_t version;
    bool remove;
    int64_t expires_at_ms; /* 0: never */
    int64_t hidden_by;     /* lowest version above its own of a fragment over the key; 0: none */
    bool bottom;           /* no level below the outputs can have the key */
} LsmCandidate;

/* The entries of one key, from new to old. All zeros before the first. */
typedef struct LsmKeyHistory {
    bool begun;
    size_t stripe; /* of the entry before */
} LsmKeyHistory;

/* The fate of the next older entry of a key. REQUIRES: versions descend. */
LsmFate lsm_retention_judge(const LsmRetention *retention, LsmKeyHistory *history,
                            const LsmCandidate *candidate);

/*
 * The stripe of a version: how many snapshots are below it. A fragment's versions are thinned by it
 * too: of those in one stripe only the highest hides anything that can be seen.
 */
size_t lsm_retention_stripe(const LsmRetention *retention, int64_t version);

#endif
