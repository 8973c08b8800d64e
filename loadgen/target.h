/*
 * target.h: what the load goes to, behind an interface.
 *
 * A LoadTarget is made once per program, a LoadSession once per worker thread. The session pulls:
 * when it has room for an operation it asks the LoadDriver for the next one, and hands every one
 * back with its answer, exactly once.
 *
 * Threading: a target may be used by all sessions at once. A session and its driver belong to one
 * thread at a time; the driver is called only within load_session_turn() and load_session_free().
 * Times are nanoseconds of the monotonic clock.
 */
#ifndef LARDER_LOADGEN_TARGET_H
#define LARDER_LOADGEN_TARGET_H

#include "engine/base/buf.h"
#include "engine/base/status.h"
#include "loadgen/keys.h"
#include "loadgen/op.h"

typedef struct LoadTarget LoadTarget;
typedef struct LoadSession LoadSession;
typedef struct LoadDriver LoadDriver;

/* Where a session gets its work. Workers embed it as their first field. */
struct LoadDriver {
    /* The next operation, if there is one to begin at this time; fills in all but started_ns. */
    bool (*next)(LoadDriver *driver, int64_t now_ns, LoadOp *ret_op);
    /* How long after now_ns next() may have one, when it has none at now_ns. */
    int64_t (*idle_ns)(LoadDriver *driver, int64_t now_ns);
    /* Takes an entry of a SCAN that is under way; its entries come one after the other. */
    void (*entry)(LoadDriver *driver, const LoadOp *op, const LoadEntry *entry);
    /* Takes an operation back. */
    void (*done)(LoadDriver *driver, const LoadOp *op, const LoadAnswer *answer);
};

/* What a worker wants of its session. Everything is borrowed for the session's life. */
typedef struct LoadSessionArgs {
    LoadDriver *driver;
    const LoadKeys *keys;
    size_t value_size;    /* of the longest value */
    double compression;   /* of values: the ratio that load_value_unique() takes */
    int64_t ttl_ms;       /* what is put expires after it; 0: never */
    uint32_t walk;        /* entries of the longest SCAN or MULTI_GET; 0: there are none */
    uint32_t batch;       /* members of the longest BATCH; 0: there are none */
    uint32_t run;         /* for the values */
    uint32_t writer;      /* number of the worker */
    unsigned connections; /* of its own; at least 1 */
    unsigned pipeline;    /* operations under way per connection; at least 1 */
    int64_t timeout_us;   /* for one reply */
} LoadSessionArgs;

/* What the target says of itself, for the reports. */
typedef struct LoadTargetInfo {
    char server[64];     /* "larderd 0.1.0"; "embedded" */
    char engine[64];     /* "hashmap" */
    char durability[32]; /* "none" */
    char protocol[32];   /* "binary, framed"; "none" */
} LoadTargetInfo;

typedef struct LoadTargetOps {
    BaseStatus (*session_new)(LoadTarget *target, const LoadSessionArgs *args,
                              LoadSession **ret_session);
    void (*free)(LoadTarget *target);
} LoadTargetOps;

struct LoadTarget {
    const LoadTargetOps *ops;
    bool unversioned; /* its answers tell no versions */
    LoadTargetInfo info;
};

typedef struct LoadSessionOps {
    void (*turn)(LoadSession *session, int64_t wait_ns);
    size_t (*pending)(const LoadSession *session);
    uint64_t (*reconnects)(const LoadSession *session);
    void (*free)(LoadSession *session);
} LoadSessionOps;

struct LoadSession {
    const LoadSessionOps *ops;
};

static inline BaseStatus
load_session_new(LoadTarget *target, const LoadSessionArgs *args, LoadSession **ret_session)
{
    return target->ops->session_new(target, args, ret_session);
}

/* Begins what can begin, waits up to wait_ns for something to happen, and handles it. */
static inline void
load_session_turn(LoadSession *session, int64_t wait_ns)
{
    session->ops->turn(session, wait_ns);
}

/* Operations that were pulled and not handed back. */
static inline size_t
load_session_pending(const LoadSession *session)
{
    return session->ops->pending(session);
}

/* Connections that had to be made again. */
static inline uint64_t
load_session_reconnects(const LoadSession *session)
{
    return session->ops->reconnects(session);
}

/* Hands back what is pending as LOST. Takes NULL. */
static inline void
load_session_free(LoadSession *session)
{
    if (session != NULL) {
        session->ops->free(session);
    }
}

/* Takes NULL. */
static inline void
load_target_free(LoadTarget *target)
{
    if (target != NULL) {
        target->ops->free(target);
    }
}

#endif
