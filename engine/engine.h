/*
 * engine.h: the storage interface. The service sees nothing else of an engine.
 *
 * An engine keeps records (key, value, version, expiry) in two keyspaces, takes atomic commits, and
 * answers reads at one version. A new engine fills in an EngineOps table; what it cannot do it
 * leaves out of its capabilities, and optional operations stay NULL.
 *
 * Keyspaces. ENGINE_DATA holds the users' records. ENGINE_SYSTEM holds the service's own (request
 * ids, leases); it takes part in commits like the other one and is never seen by scans, range
 * removes and checksums of the data.
 *
 * Time. Every commit carries a stamp: wall time in milliseconds that never goes back, however the
 * clock steps. Relative expiries count from the stamp of their commit. A record is absent to a
 * reader whose time is at or behind its expiry. The time of a read is the highest stamp or clock
 * reading that anybody has seen; the time of a snapshot is fixed when it is taken.
 *
 * Commits. engine_commit() takes a request that the caller owns and calls it back exactly once with
 * one of five outcomes. Until the callback returns, the request and every byte that it points at
 * belong to the engine. The callback may run before engine_commit() returns, in the calling thread,
 * or later in any other thread; it must be short, must not block, and may submit further commits.
 * Outcomes are delivered in the order in which their commits were sequenced. The commits of one
 * chain are sequenced in their order.
 *
 * Reads. Views that reads return stay valid until engine_read_end(). A read section belongs to the
 * thread that began it, must not wait for anything but the engine, and may hold back reclamation of
 * memory while it lasts: keep it short and copy what must outlive it. Sections may nest.
 *
 * Threading. Every function may be called from any thread, at the same time, except where a comment
 * says otherwise. An iterator belongs to one thread at a time. engine_close() requires that no
 * other call is under way and that every commit was answered, every snapshot and iterator freed.
 */
#ifndef LARDER_ENGINE_ENGINE_H
#define LARDER_ENGINE_ENGINE_H

#include "engine/base/clock.h"
#include "engine/base/slice.h"
#include "engine/base/status.h"

/* Grows when this header, one that it includes, or engine/env/env.h changes what it means; a module
 * that was built for another one is refused. */
#define ENGINE_ABI_VERSION 7

struct Env; /* engine/env/env.h: files and directories */

typedef struct Engine Engine;
typedef struct EngineOps EngineOps;

typedef enum EngineKeyspace {
    ENGINE_DATA = 0,
    ENGINE_SYSTEM = 1,
    ENGINE_KEYSPACE_COUNT
} EngineKeyspace;

/* What an engine can do. */
typedef enum EngineCapability {
    ENGINE_CAN_ORDER = 1 << 0,         /* seek costs O(log n); without it O(n) */
    ENGINE_CAN_PERSIST = 1 << 1,       /* records survive a restart; SYNC is accepted */
    ENGINE_CAN_SNAPSHOT = 1 << 2,      /* snapshots, and so scans that read one version */
    ENGINE_CAN_BATCH = 1 << 3,         /* commits of several keys are atomic */
    ENGINE_CAN_STORE_VERSION = 1 << 4, /* versions order all commits, not only those of a key */
    ENGINE_CAN_REVERSE = 1 << 5,       /* iterators step backwards at the same cost */
    ENGINE_CAN_FAST_RANGE = 1 << 6,    /* removing a range costs O(1) */
    ENGINE_CAN_EXPIRE = 1 << 7,        /* records expire */
    ENGINE_CAN_CHECKPOINT = 1 << 8,    /* a consistent copy of the files while serving */
    ENGINE_CAN_NATIVE_COMMIT = 1 << 9, /* commits bypass the sequencer of engine/commit */
    ENGINE_CAN_BRIEF_WALK = 1 << 10,   /* each move of an iterator with CACHED_ONLY is brief */
} EngineCapability;

/* A capability's name, as server_info shows it ("ordered"); NULL for a bit that has none. */
const char *engine_capability_name(unsigned bit);

/* ------------------------------------------------------------------------------------- records --
 */

/* A record as a read sees it. */
typedef struct EngineRecord {
    BaseSlice value;
    int64_t version;       /* of the commit that wrote it */
    int64_t expires_at_ms; /* 0: never */
} EngineRecord;

/* One answer of engine_multi_get(). */
typedef struct EngineLookup {
    bool found;
    EngineRecord record; /* only when found */
} EngineLookup;

/* ------------------------------------------------------------------------------------- commits --
 */

/* What a guard demands; combined by or. All that are set must hold. */
typedef enum EngineCheck {
    ENGINE_CHECK_ABSENT = 1 << 0,
    ENGINE_CHECK_PRESENT = 1 << 1,
    ENGINE_CHECK_VERSION_EQUAL = 1 << 2,   /* 0: absent */
    ENGINE_CHECK_VERSION_AT_MOST = 1 << 3, /* an absent key has version 0 */
    ENGINE_CHECK_VALUE_EQUAL = 1 << 4,     /* present with exactly this value */
} EngineCheck;

/* A condition on one key, checked against the state just before the commit. */
typedef struct EngineGuard {
    BaseSlice key;
    EngineKeyspace keyspace;
    unsigned checks; /* EngineCheck bits */
    int64_t version_equal;
    int64_t version_at_most;
    BaseSlice value_equal;
} EngineGuard;

typedef enum EngineMutationKind {
    ENGINE_PUT = 0,          /* key := value */
    ENGINE_REMOVE = 1,       /* key is absent; applies to an absent key too */
    ENGINE_TOUCH = 2,        /* the present value with a new expiry; needs the key */
    ENGINE_INCREMENT = 3,    /* counter (8 bytes, big-endian, signed) += delta */
    ENGINE_APPEND = 4,       /* value := value + bytes */
    ENGINE_REMOVE_RANGE = 5, /* every key of [key, stop) is absent */
} EngineMutationKind;

typedef enum EngineExpiryKind {
    ENGINE_EXPIRES_NEVER = 0,
    ENGINE_EXPIRES_AFTER = 1, /* expiry_ms after the commit's stamp */
    ENGINE_EXPIRES_AT = 2,    /* at expiry_ms; one that has passed makes the key absent */
    ENGINE_EXPIRES_KEEP = 3,  /* as the key has it now; never for a new key */
} EngineExpiryKind;

/* One change. The engine fills in `result` before the callback of the commit. */
typedef struct EngineMutation {
    EngineMutationKind kind;
    EngineKeyspace keyspace;
    BaseSlice key;   /* REMOVE_RANGE: the first key */
    BaseSlice value; /* PUT: the value; APPEND: the bytes; REMOVE_RANGE: the first key behind it */
    bool unbounded;  /* REMOVE_RANGE: to the last key; value is ignored */
    bool create;     /* APPEND: an absent key counts as an empty value */
    EngineExpiryKind expiry;
    int64_t expiry_ms;
    int64_t delta;     /* INCREMENT */
    int64_t initial;   /* INCREMENT: value of an absent key before delta */
    int64_t lowest;    /* INCREMENT: INT64_MIN for no bound */
    int64_t highest;   /* INCREMENT: INT64_MAX for no bound */
    size_t length_max; /* APPEND: longest allowed value */
    bool want_existed; /* PUT, REMOVE: result.existed is asked for, which may cost a lookup */
    struct {
        bool existed;          /* the key was present before this mutation; PUT, REMOVE: only with
                                  want_existed, else false */
        int64_t expires_at_ms; /* of the record after it; 0 for never or absent */
        int64_t number;        /* INCREMENT: the sum */
        int64_t length;        /* APPEND: the new length */
    } result;
} EngineMutation;

typedef enum EngineDurability {
    ENGINE_DURABILITY_DEFAULT = 0, /* the engine's mode */
    ENGINE_DURABILITY_SYNC = 1,    /* answered only after a sync; needs ENGINE_CAN_PERSIST */
} EngineDurability;

typedef enum EngineOutcomeKind {
    ENGINE_APPLIED = 0,     /* all of it, at `version` */
    ENGINE_NOT_APPLIED = 1, /* none of it, for `reason` */
    ENGINE_REFUSED = 2,     /* certainly none of it; later it may work */
    ENGINE_UNKNOWN = 3,     /* all of it or none; nobody knows before the next open */
    ENGINE_FAILED = 4,      /* none of it, and trying again does not help */
} EngineOutcomeKind;

/* Why a commit was not applied. The numbers are those of NotApplied in the IDL. */
typedef enum EngineReason {
    ENGINE_REASON_NONE = 0,
    ENGINE_REASON_GUARD = 1,         /* index: the guard that does not hold */
    ENGINE_REASON_KEY_ABSENT = 3,    /* index: a TOUCH, or APPEND without create */
    ENGINE_REASON_NOT_A_COUNTER = 4, /* index: an INCREMENT */
    ENGINE_REASON_OUT_OF_RANGE = 5,  /* index: an INCREMENT */
    ENGINE_REASON_TOO_LONG = 6,      /* index: an APPEND */
} EngineReason;

/* Why a commit was refused. The numbers are those of RefusedCode in the IDL. */
typedef enum EngineRefusal {
    ENGINE_REFUSAL_NONE = 0,
    ENGINE_REFUSAL_OVERLOAD = 1,
    ENGINE_REFUSAL_DISK_FULL = 3,
    ENGINE_REFUSAL_MEMORY_FULL = 4,
    ENGINE_REFUSAL_CLOSING = 5,
    ENGINE_REFUSAL_DEADLINE = 6,
    ENGINE_REFUSAL_READ_ONLY = 7,
} EngineRefusal;

typedef struct EngineOutcome {
    EngineOutcomeKind kind;
    int64_t version; /* APPLIED */

    /* NOT_APPLIED */
    EngineReason reason;
    size_t index;            /* of the guard (REASON_GUARD) or else of the mutation */
    int64_t current_version; /* of that key; 0 if absent */
    bool has_current_value;  /* only with want_current_value, and when the key is present */
    BaseSlice current_value; /* valid during the callback */
    int64_t current_number;  /* the counter that it holds; 0 if absent or no counter */

    /* REFUSED */
    EngineRefusal refusal;
    int64_t retry_after_ms; /* 0: cannot tell */

    /* REFUSED, UNKNOWN, FAILED: the cause */
    BaseStatus status;
} EngineOutcome;

typedef struct EngineCommit EngineCommit;

/*
 * A commit request. The caller fills in the first group and keeps everything until `done` was
 * called; the second group is the engine's until then.
 */
struct EngineCommit {
    const EngineGuard *guards;
    size_t guard_count;
    EngineMutation *mutations; /* applied in order; later ones see and override earlier ones */
    size_t mutation_count;
    EngineDurability durability;
    bool want_current_value;
    int64_t deadline_us; /* monotonic time by which it must have been sequenced; 0: none */
    void (*done)(EngineCommit *commit, const EngineOutcome *outcome);
    void *user;         /* the caller's own */
    EngineCommit *next; /* chain to sequence together; NULL ends it */

    EngineOutcome outcome;
    uintptr_t engine_private[8];
};

/* A put of ENGINE_DATA that asks for nothing: no guard, no expiry, no durability of its own. */
typedef struct EnginePut {
    BaseSlice key;
    BaseSlice value;
    int64_t deadline_us; /* monotonic time by which it must have been sequenced; 0: none */
    int64_t version;     /* comes back */
} EnginePut;

/* --------------------------------------------------------------------------------------- reads --
 */

/* A point in the history of an engine. Engines embed it as their first field. */
typedef struct EngineSnapshot {
    Engine *engine;
    int64_t version;  /* commits up to this one are visible */
    int64_t stamp_ms; /* the time that it reads at */
} EngineSnapshot;

typedef enum EngineReadFlag {
    /* Answer BASE_WOULD_BLOCK instead of reading disk; and where ENGINE_CAN_BRIEF_WALK, also before
     * a move of an iterator has passed more than some hundred entries that are no records. */
    ENGINE_READ_CACHED_ONLY = 1 << 0,
} EngineReadFlag;

/* A read section; see the head of this file. */
typedef struct EngineRead {
    Engine *engine;
    const EngineSnapshot *snapshot; /* NULL: the latest version */
    unsigned flags;
    int64_t now_ms; /* records that expire at or before it are absent */
    uintptr_t engine_private[4];
} EngineRead;

typedef struct EngineRange {
    BaseSlice start; /* included; empty: from the first key */
    BaseSlice stop;  /* excluded */
    bool unbounded;  /* to the last key; stop is ignored */
} EngineRange;

typedef struct EngineIteratorOptions {
    EngineKeyspace keyspace;
    EngineRange range; /* the iterator never leaves it; its bytes must outlive the iterator */
    size_t limit_hint; /* about how many entries the caller will take; 0: unknown */
    bool reverse_hint; /* it will mostly call prev */
    unsigned flags;    /* EngineReadFlag bits */
} EngineIteratorOptions;

/* Entries that an iterator has passed, in its range. */
typedef struct EngineIteratorStats {
    int64_t examined; /* all of them, dead ones included */
    int64_t tombstones;
    int64_t expired;
} EngineIteratorStats;

/*
 * Live records of a range in key order, at one version. Engines embed it as their first field.
 * After each move `valid` says whether there is a current entry; then key and record are views that
 * stay valid until the next move. When `valid` is false, `status` tells the end from an error.
 */
typedef struct EngineIterator {
    Engine *engine;
    int64_t read_version;
    int64_t now_ms;
    bool valid;
    BaseStatus status;
    BaseSlice key;
    EngineRecord record;
    EngineIteratorStats stats;
} EngineIterator;

/* A record with its key. */
typedef struct EngineEntry {
    BaseSlice key;
    EngineRecord record;
} EngineEntry;

/* What the keys and values of a stretch come to at most, unless its first entry is longer. */
#define ENGINE_STRETCH_BYTES 65536

/* --------------------------------------------------------------------------- figures and open --
 */

typedef struct EngineStats {
    int64_t keys;         /* live records of ENGINE_DATA, about */
    int64_t data_bytes;   /* of their keys and values */
    int64_t memory_bytes; /* that the engine uses, about */
    int64_t disk_bytes;
    int64_t version; /* of the latest visible commit */
    int64_t open_snapshots;
} EngineStats;

/*
 * Receives a further figure of an engine; `name` is [a-z0-9_]. An engine tells what it has; tools
 * show whatever comes, and understand these names:
 *
 *   level_N_WHAT      of level N of a tree: files, bytes, bytes_read, bytes_written (by flush and
 *                     compaction), bytes_received (what came into the level, which it had to write:
 *                     written / received is its amplification), entries, tombstones, table_reads,
 *                     filter_hits (no table was read), filter_misses (one was),
 *                     filter_false_positives (in vain), cache_hits, cache_misses
 *   NAME_le_N         a bucket of histogram NAME: values up to N, and above the bucket before it;
 *                     NAME_le_inf: above all of them. NAME ends in its unit: wal_sync_us_le_100
 *   stall_us_CAUSE    time that commits were held back, by cause
 *   cache_hits, cache_misses, cache_bytes, cache_bytes_max
 *   compaction_pending_bytes, flush_bytes, flush_us, wal_bytes, wal_syncs
 *   user_bytes        keys and values that commits brought: written / user is write amplification
 *   entries, tombstones
 */
typedef void EngineFigureVisitor(void *user, const char *name, int64_t value);

/* One file with records. Views are good during the visit. */
typedef struct EngineFile {
    int64_t number;
    int level;
    int64_t bytes;
    BaseSlice first_key;
    BaseSlice last_key;
    int64_t entries;
    int64_t tombstones;
    int64_t made_at_ms;
} EngineFile;

/* Receives a file of an engine; false stops. */
typedef bool EngineFileVisitor(void *user, const EngineFile *file);

typedef struct EngineRangeEstimate {
    int64_t keys;
    int64_t bytes;
    bool exact;
    double dead_ratio; /* tombstones and expired records among the entries, 0.0 to 1.0 */
} EngineRangeEstimate;

/* Receives a key that splits a range; false stops. */
typedef bool EngineSplitVisitor(void *user, BaseSlice key);

typedef enum EngineOptionType {
    ENGINE_OPTION_INTEGER,
    ENGINE_OPTION_BYTES,    /* takes the suffixes K, M, G (powers of 1,024) */
    ENGINE_OPTION_DURATION, /* milliseconds; takes the suffixes ms, s, m, h */
    ENGINE_OPTION_BOOLEAN,  /* true or false; 1 or 0 in `number` */
    ENGINE_OPTION_CHOICE,   /* one of `choices`; its index in `number` */
} EngineOptionType;

/* An option that an engine takes from the configuration file. */
typedef struct EngineOption {
    const char *name;
    EngineOptionType type;
    int64_t preset; /* value when the file says nothing */
    int64_t lowest;
    int64_t highest;
    const char *choices; /* CHOICE: names separated by '|' */
    bool live;           /* can be changed while the engine is open */
    const char *help;    /* one sentence, with the unit */
} EngineOption;

/* What to open. Everything is borrowed during the call, except clock and env, which must outlive
 * it. */
typedef struct EngineOpenArgs {
    const char *directory; /* of this engine alone; exists already */
    const struct Env *env; /* files; in memory for tests */
    const BaseClock *clock;
    const int64_t *options; /* options[i] is the value of the class's options[i] */
    size_t key_max;         /* longest key that will ever be written */
    size_t value_max;
    char message[512]; /* on failure: what is wrong and what to do, for people */
} EngineOpenArgs;

/* What a check or a repair of files says. */
typedef enum EngineFindingKind {
    ENGINE_FINDING_NOTE = 0,    /* what was looked at, or done; nothing is wrong */
    ENGINE_FINDING_WARNING = 1, /* odd, and harmless: the torn end of a log, a file without a use */
    ENGINE_FINDING_DAMAGE = 2,  /* stored bytes are wrong, or missing */
    ENGINE_FINDING_LOSS = 3,    /* repair: records that could not be kept */
} EngineFindingKind;

typedef struct EngineFinding {
    EngineFindingKind kind;
    const char *file; /* its name in the directory; "" for none */
    int64_t offset;   /* in that file; -1 for none */
    const char *what; /* for people, one line */
} EngineFinding;

/* A directory whose files are to be checked or repaired. Everything is borrowed. */
typedef struct EngineFilesArgs {
    const char *directory; /* of one engine, which is not open */
    const struct Env *env;
    const BaseClock *clock;
    void (*report)(void *user, const EngineFinding *finding); /* what it says is good in the call */
    void *user;
    int64_t files; /* out: what was read */
    int64_t bytes;
    int64_t entries;
    char message[512]; /* out, when it could not be done: why, and what to do, for people */
} EngineFilesArgs;

/* A kind of engine. Constant, lives for ever. */
typedef struct EngineClass {
    uint32_t abi_version; /* ENGINE_ABI_VERSION */
    uint32_t struct_size; /* sizeof(EngineClass) */
    const char *name;     /* "hashmap" */
    uint32_t format;      /* version of its files */
    size_t key_max;       /* longest key that it can keep, whatever was asked for; 0: any */
    const char *summary;  /* one line for people */
    unsigned capabilities;
    const EngineOption *options;
    size_t option_count;
    BaseStatus (*open)(EngineOpenArgs *args, Engine **ret_engine);
    /* See engine_verify_directory() and engine_repair_directory(), which have locked the directory
     * and found out that it is of this class and format. NULL: this engine cannot. */
    BaseStatus (*verify_files)(EngineFilesArgs *args);
    BaseStatus (*repair_files)(EngineFilesArgs *args);
} EngineClass;

/* An open engine. Implementations embed it as their first field. */
struct Engine {
    const EngineOps *ops;
    const EngineClass *engine_class;
};

struct EngineOps {
    void (*close)(Engine *engine);
    void (*commit)(Engine *engine, EngineCommit *chain);

    BaseStatus (*read_begin)(EngineRead *read);
    void (*read_end)(EngineRead *read);
    BaseStatus (*get)(EngineRead *read, EngineKeyspace keyspace, BaseSlice key,
                      EngineLookup *ret_lookup);
    BaseStatus (*multi_get)(EngineRead *read, EngineKeyspace keyspace, const BaseSlice *keys,
                            size_t count, EngineLookup *ret_lookups, int64_t *ret_version);

    BaseStatus (*snapshot_new)(Engine *engine, EngineSnapshot **ret_snapshot);
    void (*snapshot_free)(EngineSnapshot *snapshot);

    BaseStatus (*iterator_new)(Engine *engine, const EngineSnapshot *snapshot,
                               const EngineIteratorOptions *options, EngineIterator **ret_iterator);
    void (*iterator_seek)(EngineIterator *iterator, const BaseSlice *key);
    void (*iterator_seek_before)(EngineIterator *iterator, const BaseSlice *key);
    void (*iterator_next)(EngineIterator *iterator);
    void (*iterator_prev)(EngineIterator *iterator);
    size_t (*iterator_stretch)(EngineIterator *iterator, EngineEntry *ret_entries,
                               size_t max); /* may be NULL */
    void (*iterator_free)(EngineIterator *iterator);

    void (*stats)(Engine *engine, EngineStats *ret_stats);
    void (*figures)(Engine *engine, EngineFigureVisitor *visit, void *user); /* may be NULL */
    BaseStatus (*range_estimate)(Engine *engine, const EngineRange *range,
                                 EngineRangeEstimate *ret_estimate);
    BaseStatus (*range_split)(Engine *engine, const EngineRange *range, int64_t part_bytes,
                              EngineSplitVisitor *visit, void *user);
    BaseStatus (*set_option)(Engine *engine, size_t index, int64_t value);     /* may be NULL */
    void (*tick)(Engine *engine);                                              /* may be NULL */
    BaseStatus (*flush)(Engine *engine);                                       /* may be NULL */
    BaseStatus (*compact)(Engine *engine, const EngineRange *range);           /* may be NULL */
    BaseStatus (*checkpoint)(Engine *engine, const char *directory);           /* may be NULL */
    BaseStatus (*verify)(Engine *engine);                                      /* may be NULL */
    BaseStatus (*status)(Engine *engine);                                      /* may be NULL */
    BaseStatus (*files)(Engine *engine, EngineFileVisitor *visit, void *user); /* may be NULL */
    void (*interrupt)(Engine *engine);                                         /* may be NULL */
    bool (*commit_now)(Engine *engine, EngineCommit *chain);                   /* may be NULL */
    bool (*put_now)(Engine *engine, EnginePut *puts, size_t count);            /* may be NULL */
};

/* ------------------------------------------------------------------------------------- classes --
 */

/* The class of that name, built in or registered; NULL if there is none. */
const EngineClass *engine_class_find(const char *name);

/* The i-th class, from 0; NULL behind the last one. */
const EngineClass *engine_class_at(size_t index);

/*
 * Adds a class, which must live for ever. One call at a time, best before any engine is opened.
 * BASE_INVALID: built for another ABI; BASE_EXISTS: the name is taken; BASE_NO_MEMORY: 32 at most.
 */
BaseStatus engine_class_register(const EngineClass *engine_class);

/*
 * A class that is not built in comes from a module: a shared object "liblarder-engine-NAME.so" that
 * exports larder_engine_module(). Modules are looked for in `directory` (NULL: none), in that of
 * the environment variable LARDER_ENGINES, and where this program's engines are installed; the
 * first file that is there counts. It stays loaded for ever.
 *
 * The class must say the ENGINE_ABI_VERSION and the sizeof(EngineClass) of this program, the name
 * that was asked for, and no capability that this program does not know. BASE_NOT_FOUND: no such
 * file. BASE_INVALID: a file that is no such engine, or for another version. Then `message` says
 * which file or directories, what was found and what was expected. From any thread.
 */
BaseStatus engine_class_load(const char *name, const char *directory, char message[512],
                             const EngineClass **ret_class);

/* The file of the module that a class came from; NULL: it is built in, or was registered. */
const char *engine_class_file(const EngineClass *engine_class);

/* What a module exports: its class, which is constant and lives for ever. */
#define ENGINE_MODULE_ENTRY "larder_engine_module"
__attribute__((visibility("default"))) const EngineClass *larder_engine_module(void);

/*
 * Opens an engine in args->directory, which is created when it does not exist. The directory
 * remembers its engine and format; opening it as another one fails with BASE_INVALID and says what
 * to do. On failure args->message explains.
 */
BaseStatus engine_open(const EngineClass *engine_class, EngineOpenArgs *args, Engine **ret_engine);

/*
 * Reads every file in the directory of an engine that is not open, and checks all that can be
 * checked without writing any of them. BASE_CORRUPTION: damage was found, and reported. Other
 * errors: it could not be done, and args->message says why; BASE_UNSUPPORTED: this engine keeps no
 * files that could be checked.
 */
BaseStatus engine_verify_directory(EngineFilesArgs *args);

/*
 * Makes a directory that does not open usable again: keeps every record that is intact, puts aside
 * what is damaged, and makes nothing up. What it did and what was lost is reported. Errors as
 * above; after one, what was there is still there.
 */
BaseStatus engine_repair_directory(EngineFilesArgs *args);

/* ---------------------------------------------------------------------------------- operations --
 */

/* Closes an engine; takes NULL. */
static inline void
engine_close(Engine *engine)
{
    if (engine != NULL) {
        engine->ops->close(engine);
    }
}

static inline bool
engine_can(const Engine *engine, EngineCapability capability)
{
    return (engine->engine_class->capabilities & (unsigned)capability) != 0;
}

/* Submits a chain of commits (linked by `next`). See the head of this file. */
static inline void
engine_commit(Engine *engine, EngineCommit *chain)
{
    engine->ops->commit(engine, chain);
}

/* Commits of a chain that engine_commit_now() takes. */
enum { ENGINE_COMMIT_NOW_MAX = 256 };

/* Whether the engine can commit without waiting for anything, as long as no other thread does. */
static inline bool
engine_commits_now(const Engine *engine)
{
    return engine->ops->commit_now != NULL;
}

/*
 * Executes a chain of at most ENGINE_COMMIT_NOW_MAX commits before it returns: every callback has
 * come, from the calling thread, and the bytes are the caller's again. False: it would have to wait
 * for another thread; nothing has happened, and the chain is the caller's.
 */
static inline bool
engine_commit_now(Engine *engine, EngineCommit *chain)
{
    return engine_commits_now(engine) && engine->ops->commit_now(engine, chain);
}

/* Puts that engine_put_now() takes. */
enum { ENGINE_PUT_NOW_MAX = 32 };

/* Whether the engine has a shorter way for puts. */
static inline bool
engine_puts_now(const Engine *engine)
{
    return engine->ops->put_now != NULL;
}

/*
 * Executes 1 to ENGINE_PUT_NOW_MAX puts before it returns, in their order, each as a commit of its
 * own that asks for nothing. True: all of them are applied, and their versions are set. False:
 * nothing has happened (`version` may be anything), because the engine would have to wait for
 * another thread, or cannot apply one of them, or its deadline has passed; engine_commit() and
 * engine_commit_now() tell why. The bytes are borrowed.
 */
static inline bool
engine_put_now(Engine *engine, EnginePut *puts, size_t count)
{
    return engine_puts_now(engine) && engine->ops->put_now(engine, puts, count);
}

/* Begins a read section at a snapshot, or at the latest version when it is NULL. */
static inline BaseStatus
engine_read_begin(EngineRead *read, Engine *engine, const EngineSnapshot *snapshot, unsigned flags)
{
    read->engine = engine;
    read->snapshot = snapshot;
    read->flags = flags;
    return engine->ops->read_begin(read);
}

static inline void
engine_read_end(EngineRead *read)
{
    read->engine->ops->read_end(read);
}

/* Reads one key. A missing or expired key is BASE_OK with found == false. */
static inline BaseStatus
engine_get(EngineRead *read, EngineKeyspace keyspace, BaseSlice key, EngineLookup *ret_lookup)
{
    return read->engine->ops->get(read, keyspace, key, ret_lookup);
}

/* Reads `count` keys at one version, which it reports. */
static inline BaseStatus
engine_multi_get(EngineRead *read, EngineKeyspace keyspace, const BaseSlice *keys, size_t count,
                 EngineLookup *ret_lookups, int64_t *ret_version)
{
    return read->engine->ops->multi_get(read, keyspace, keys, count, ret_lookups, ret_version);
}

/* Fixes the latest version. Free it soon: it keeps what it sees from being reclaimed. */
static inline BaseStatus
engine_snapshot_new(Engine *engine, EngineSnapshot **ret_snapshot)
{
    return engine->ops->snapshot_new(engine, ret_snapshot);
}

/* Takes NULL. */
static inline void
engine_snapshot_free(EngineSnapshot *snapshot)
{
    if (snapshot != NULL) {
        snapshot->engine->ops->snapshot_free(snapshot);
    }
}

/* An iterator at a snapshot (which must outlive it) or, when it is NULL, at the latest version. */
static inline BaseStatus
engine_iterator_new(Engine *engine, const EngineSnapshot *snapshot,
                    const EngineIteratorOptions *options, EngineIterator **ret_iterator)
{
    return engine->ops->iterator_new(engine, snapshot, options, ret_iterator);
}

/* Moves to the first entry of the range at or behind `key`; NULL: to the first. */
static inline void
engine_iterator_seek(EngineIterator *iterator, const BaseSlice *key)
{
    iterator->engine->ops->iterator_seek(iterator, key);
}

/* Moves to the last entry of the range before `key`; NULL: to the last. */
static inline void
engine_iterator_seek_before(EngineIterator *iterator, const BaseSlice *key)
{
    iterator->engine->ops->iterator_seek_before(iterator, key);
}

/* REQUIRES: valid. */
static inline void
engine_iterator_next(EngineIterator *iterator)
{
    iterator->engine->ops->iterator_next(iterator);
}

/* REQUIRES: valid. */
static inline void
engine_iterator_prev(EngineIterator *iterator)
{
    iterator->engine->ops->iterator_prev(iterator);
}

/*
 * The current entry and those behind it, in the direction of the last move, as far as the engine
 * has them at hand: at least one, `max` at most. Returns how many. The iterator stands on the last
 * one of them then; the views of all stay valid until its next move, and each one behind the first
 * has added one to what was examined, nothing else. For walks, to which a call for each entry is
 * dear. REQUIRES: valid, and max > 0.
 */
static inline size_t
engine_iterator_stretch(EngineIterator *iterator, EngineEntry *ret_entries, size_t max)
{
    if (iterator->engine->ops->iterator_stretch == NULL) {
        ret_entries[0] = (EngineEntry){.key = iterator->key, .record = iterator->record};
        return 1;
    }
    return iterator->engine->ops->iterator_stretch(iterator, ret_entries, max);
}

/* Takes NULL. */
static inline void
engine_iterator_free(EngineIterator *iterator)
{
    if (iterator != NULL) {
        iterator->engine->ops->iterator_free(iterator);
    }
}

static inline void
engine_stats(Engine *engine, EngineStats *ret_stats)
{
    engine->ops->stats(engine, ret_stats);
}

/* Calls `visit` with every figure that the engine has beyond EngineStats. */
static inline void
engine_figures(Engine *engine, EngineFigureVisitor *visit, void *user)
{
    if (engine->ops->figures != NULL) {
        engine->ops->figures(engine, visit, user);
    }
}

/* OK; or why every write fails until the engine is opened again, while reads go on. Never waits. */
static inline BaseStatus
engine_status(Engine *engine)
{
    return engine->ops->status == NULL ? base_ok() : engine->ops->status(engine);
}

/* Visits the files with records, level by level. BASE_UNSUPPORTED: the engine has none. */
static inline BaseStatus
engine_files(Engine *engine, EngineFileVisitor *visit, void *user)
{
    if (engine->ops->files == NULL) {
        return base_error(BASE_UNSUPPORTED, "this engine keeps no files of records");
    }
    return engine->ops->files(engine, visit, user);
}

/* Writes what is only in memory to files, and waits for it. */
static inline BaseStatus
engine_flush(Engine *engine)
{
    if (engine->ops->flush == NULL) {
        return base_error(BASE_UNSUPPORTED, "this engine keeps no files of records");
    }
    return engine->ops->flush(engine);
}

/* Merges the files of a range, reclaims what is dead, and waits for it. */
static inline BaseStatus
engine_compact(Engine *engine, const EngineRange *range)
{
    if (engine->ops->compact == NULL) {
        return base_error(BASE_UNSUPPORTED, "this engine keeps no files of records");
    }
    return engine->ops->compact(engine, range);
}

/*
 * Makes a copy of all records, as they are at one moment at or behind the call, in a directory that
 * is new or empty (the one above must exist), while the engine serves. The copy opens as an engine
 * of its own. BASE_EXISTS: the directory is not empty. On an error nothing is left there.
 */
static inline BaseStatus
engine_checkpoint(Engine *engine, const char *directory)
{
    if (engine->ops->checkpoint == NULL) {
        return base_error(BASE_UNSUPPORTED, "this engine makes no checkpoints");
    }
    return engine->ops->checkpoint(engine, directory);
}

/* Reads everything and checks it, beside all other work. BASE_CORRUPTION: something is wrong. */
static inline BaseStatus
engine_verify(Engine *engine)
{
    if (engine->ops->verify == NULL) {
        return base_error(BASE_UNSUPPORTED, "this engine has nothing to verify");
    }
    return engine->ops->verify(engine);
}

/*
 * Flush, compact, checkpoint and verify that are under way end soon, with BASE_CLOSED, and those to
 * come at once: the engine is about to be closed. Does not wait for them.
 */
static inline void
engine_interrupt(Engine *engine)
{
    if (engine->ops->interrupt != NULL) {
        engine->ops->interrupt(engine);
    }
}

/* Estimates what a range of ENGINE_DATA holds. */
static inline BaseStatus
engine_range_estimate(Engine *engine, const EngineRange *range, EngineRangeEstimate *ret_estimate)
{
    return engine->ops->range_estimate(engine, range, ret_estimate);
}

/* Visits keys, in order, that split a range of ENGINE_DATA into parts of about part_bytes. */
static inline BaseStatus
engine_range_split(Engine *engine, const EngineRange *range, int64_t part_bytes,
                   EngineSplitVisitor *visit, void *user)
{
    return engine->ops->range_split(engine, range, part_bytes, visit, user);
}

/* Changes a live option of an open engine. BASE_UNSUPPORTED: not while it is open. */
static inline BaseStatus
engine_set_option(Engine *engine, size_t index, int64_t value)
{
    if (engine->ops->set_option == NULL || !engine->engine_class->options[index].live) {
        return base_error(BASE_UNSUPPORTED, "this option takes effect when the store is reopened");
    }
    return engine->ops->set_option(engine, index, value);
}

/* A bounded piece of housekeeping; call it about ten times a second. */
static inline void
engine_tick(Engine *engine)
{
    if (engine->ops->tick != NULL) {
        engine->ops->tick(engine);
    }
}

#endif
