/*
 * backend.h: what an engine supplies to the sequencer: a table of functions, and the commits that
 * the sequencer has resolved for them.
 *
 * The sequencer turns requests (guards, increments, appends, touches, expiries) into plain
 * operations: put, remove, remove a range. The life of one entry, a commit that passed:
 *
 *     lookup*  ->  prepare  ->  [persist, with its group]  ->  publish
 *                                                          \-> discard, after a failed persist
 *
 * Threading: the sequencer calls all of these functions from whatever thread leads it at the
 * moment, but one at a time and each after the one before: a backend has a single writer. None of
 * them may submit a commit.
 */
#ifndef LARDER_ENGINE_COMMIT_BACKEND_H
#define LARDER_ENGINE_COMMIT_BACKEND_H

#include "engine/engine.h"

typedef struct CommitBackend CommitBackend;

typedef enum CommitOpKind {
    COMMIT_PUT = 0,          /* key := value, with the version of the operation */
    COMMIT_REMOVE = 1,       /* key is absent; it may be absent already */
    COMMIT_REMOVE_RANGE = 2, /* every key of [key, value) is absent */
} CommitOpKind;

/* One resolved operation. Within an entry they apply in order. */
typedef struct CommitOp {
    CommitOpKind kind;
    EngineKeyspace keyspace;
    BaseSlice key;             /* REMOVE_RANGE: the first key */
    BaseSlice value;           /* PUT: the value; REMOVE_RANGE: the first key behind it */
    int64_t version;           /* the entry's; of a run: the put's own */
    int64_t expires_at_ms;     /* PUT: 0 for never */
    bool unbounded;            /* REMOVE_RANGE: to the last key; value is ignored */
    uintptr_t backend_hint[2]; /* PUT, REMOVE: what lookup or begin left for this key, or zeros */
    void *backend_private;     /* the backend's, NULL at prepare */

    struct CommitOp *overlay_next; /* the sequencer's */
    uint64_t overlay_hash;
    size_t value_capacity;
} CommitOp;

/* Where the words of commit_hint() are; those before it are the sequencer's. */
#define COMMIT_HINT 3

/*
 * One commit that passed its guards. Versions of entries grow, by one as a rule. Or a run (run.h):
 * several commits of one PUT each, their versions growing by one up to the entry's; some of them
 * may be of one key.
 */
typedef struct CommitEntry {
    int64_t version;
    int64_t stamp_ms; /* never below the one of the entry before */
    CommitOp *ops;
    size_t op_count;        /* at least 1; but for runs a key is put or removed at most once between
                               ranges that remove it */
    int64_t retry_after_ms; /* prepare may set it when it refuses; 0: cannot tell */
    void *backend_private;  /* the backend's, NULL at prepare */
    struct CommitEntry *next; /* within its group, in order */
} CommitEntry;

/* Entries that are made durable together. */
typedef struct CommitGroup {
    CommitEntry *entries; /* linked by next, in order of version */
    size_t entry_count;   /* at least 1 */
    bool sync;            /* one of them asked for ENGINE_DURABILITY_SYNC */
    void *backend_private;
} CommitGroup;

/* What a commit waits for: keys to bring into memory, or room when there are none. */
typedef struct CommitLoad {
    const struct CommitLoadKey {
        EngineKeyspace keyspace;
        BaseSlice key;
    } * keys;
    size_t count;
    void *backend_private;
} CommitLoad;

typedef struct CommitBackendOps {
    /*
     * Brackets a few commits of a chain: `most` at most of those from `chain` on, which are linked
     * by next, will be looked up, prepared and published before end; perhaps not all of them. No
     * callback of a commit runs in between. So begin may take a lock that end releases, and fetch
     * into the cache what the keys will touch. In commit_hint() of each of them it leaves what
     * lookup would leave in its hint for the key of the first mutation, or zeros; a commit with one
     * mutation that needs no lookup hands that over in its CommitOp. Before a run there is no
     * chain, and `most` is 0. Only for immediate backends, and both may be NULL.
     */
    void (*begin)(CommitBackend *backend, EngineCommit *chain, size_t most);
    void (*end)(CommitBackend *backend);

    /*
     * The newest published record of a key, as a view that stays valid until the next publish or
     * discard has returned; that of a backend that persists may end with the next lookup, because
     * what is kept of it is copied (resolve.h). A record
     * that has expired may be reported as found: the sequencer looks at its expiry.
     * `hint` comes in as zeros; what is left there is handed over in the CommitOp of
     * this key (typically its hash), unless the answer did not need the backend.
     * BASE_WOULD_BLOCK: answering needs disk; the sequencer calls load and asks again afterwards.
     * BASE_BUSY, BASE_NO_MEMORY: the commit is refused; any other error: the commit fails.
     */
    BaseStatus (*lookup)(CommitBackend *backend, EngineKeyspace keyspace, BaseSlice key,
                         uintptr_t hint[2], EngineLookup *ret_lookup);

    /*
     * Brings keys into memory. Must not block: it ends with commit_sequencer_loaded(), from any
     * thread, also from within. From then until unload, lookup must not answer BASE_WOULD_BLOCK for
     * these keys, or the commit waits again; so only rarely, because something has changed past the
     * sequencer. The keys stay valid until unload. No keys: prepare has just answered
     * BASE_WOULD_BLOCK, and the load ends when it is worth asking it again. Both functions are NULL
     * when neither lookup nor prepare ever would block.
     */
    void (*load)(CommitBackend *backend, CommitLoad *load);
    void (*unload)(CommitBackend *backend, CommitLoad *load);

    /*
     * Reserves all that publish and persist will need (memory, room in the log), so that publish
     * cannot fail. On failure nothing stays reserved, and the commit is answered by the code:
     * BASE_NO_MEMORY REFUSED/MEMORY_FULL, BASE_NO_SPACE REFUSED/DISK_FULL, BASE_BUSY
     * REFUSED/OVERLOAD, BASE_CLOSED REFUSED/CLOSING, any other FAILED. But BASE_WOULD_BLOCK, room
     * that will be there soon: the sequencer calls load without keys, and resolves and prepares the
     * commit anew afterwards.
     * The bytes of the ops stay valid until publish or discard returns; but over an immediate
     * backend a value may be a view that lookup returned, which is valid as long as lookup says.
     */
    BaseStatus (*prepare)(CommitBackend *backend, CommitEntry *entry);

    /*
     * Makes a group durable as its mode demands, and ends with exactly one call of
     * commit_sequencer_persisted(), from any thread, also from within. Must not block. Several
     * groups may be under way (the `depth` of the sequencer); they must reach the log in the order
     * of these calls, and may be reported in any order: OK means that this group is durable, and
     * the sequencer publishes it when all earlier ones are too. An error is final: it poisons the
     * sequencer. NULL: an immediate backend; entries are published right after prepare, each on its
     * own.
     */
    void (*persist)(CommitBackend *backend, CommitGroup *group);

    /* Makes an entry visible to reads, all of it at once. Cannot fail. */
    void (*publish)(CommitBackend *backend, CommitEntry *entry);

    /*
     * Gives back what prepare reserved for an entry that will not be published. NULL if immediate.
     */
    void (*discard)(CommitBackend *backend, CommitEntry *entry);
} CommitBackendOps;

/* Engines embed it. */
struct CommitBackend {
    const CommitBackendOps *ops;
};

/*
 * An operation with a key, without expiry. Field by field: compilers zero a struct of this size
 * with a string instruction, which is slow.
 */
static inline void
commit_op_fill(CommitOp *op, CommitOpKind kind, EngineKeyspace keyspace, BaseSlice key,
               BaseSlice value, int64_t version)
{
    op->kind = kind;
    op->keyspace = keyspace;
    op->key = key;
    op->value = value;
    op->version = version;
    op->expires_at_ms = 0;
    op->unbounded = false;
    op->backend_hint[0] = 0;
    op->backend_hint[1] = 0;
    op->backend_private = NULL;
    op->overlay_next = NULL;
    op->overlay_hash = 0;
    op->value_capacity = 0;
}

/* Two words of a commit, for begin to fill in. */
static inline uintptr_t *
commit_hint(EngineCommit *commit)
{
    return &commit->engine_private[COMMIT_HINT];
}

#endif
