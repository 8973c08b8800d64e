/*
 * view_rig.h: random views for tests of reads, and the plain list of operations to compare with.
 *
 * Operations with ascending versions (puts, removes, removed ranges, expiries, in both keyspaces)
 * are dealt out from old to new: to levels, to runs of level 0, to generations; so every view is
 * one that a store may have. All versions are kept, and a table's fragments may reach beyond its
 * entries. Some runs are ingested tables, whose entries have a version by decree.
 *
 * Whatever fails here that a test did not ask for aborts.
 */
#ifndef LARDER_TESTS_SUPPORT_VIEW_RIG_H
#define LARDER_TESTS_SUPPORT_VIEW_RIG_H

#include "engine/base/rand.h"
#include "engine/lsm/counters.h"
#include "tests/support/lsm_rig.h"

enum {
    VIEW_RIG_KEYS = 120,
    VIEW_RIG_KEY_MAX = 12,
    VIEW_RIG_NOW_MS = 1000, /* the time of all reads: expiries are before and behind it */
};

typedef enum ViewRigKind {
    VIEW_RIG_PUT,
    VIEW_RIG_REMOVE,
    VIEW_RIG_RANGE,
} ViewRigKind;

/* One operation. Later ones of a list win. */
typedef struct ViewRigOp {
    ViewRigKind kind;
    unsigned keyspace;
    size_t key;  /* its index; RANGE: of the first key */
    size_t stop; /* RANGE: index of the first key behind; VIEW_RIG_KEYS: all */
    int64_t version;
    int64_t expires_at_ms;
    size_t value_len;
} ViewRigOp;

/* How views look; all zeros are fine. */
typedef struct ViewRigShape {
    size_t ops;         /* 0: 600 */
    unsigned ranges;    /* in 100 commits; removed ranges */
    unsigned removes;   /* in 100 operations */
    unsigned expiring;  /* in 100 puts */
    unsigned ingested;  /* in 100 parts: one more run, an ingested table */
    bool narrow_ranges; /* a few keys each; else any */
    bool tables_only;   /* no generations */
    size_t value_max;   /* 0: 60 */
} ViewRigShape;

typedef struct ViewRig {
    LsmRig store;
    BaseRand rand;
    ViewRigShape shape;
    uint8_t key_bytes[VIEW_RIG_KEYS][VIEW_RIG_KEY_MAX];
    BaseSlice keys[VIEW_RIG_KEYS]; /* of users, ascending; some begin others */
    ViewRigOp *ops;
    size_t op_count;
    int64_t version; /* the highest */
    LsmReadCounters *counters;
} ViewRig;

void view_rig_init(ViewRig *rig, uint64_t seed, const ViewRigShape *shape);
void view_rig_clear(ViewRig *rig);

/* The operation that says what a key has at a version; NULL: none does. */
const ViewRigOp *view_rig_newest(const ViewRig *rig, unsigned keyspace, size_t key,
                                 int64_t version);

/* Whether the key has a record at that version, at the time of reads. */
bool view_rig_is_live(const ViewRig *rig, unsigned keyspace, size_t key, int64_t version);

/* Whether `value` is what the operation has written. */
bool view_rig_is_value(const ViewRigOp *op, BaseSlice value);

/* Damages a data block of some table, so that reading it fails. */
void view_rig_damage(ViewRig *rig);

#endif
