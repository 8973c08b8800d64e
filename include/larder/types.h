/*
 * types.h: the contract's enums, structs, arguments and results as plain C.
 *
 * Generated from thrift/larder.thrift by gen-client/generate.sh. Do not edit.
 *
 *   in the contract             here
 *   optional T x                bool has_x; T x;
 *   optional struct x           const T *x; NULL: it is absent
 *   string, binary              LarderBytes
 *   list<T>                     Larder<T>List, LarderBytesList, LarderI64List
 *   map<string, string>         LarderTextPairList; a name must not come twice
 *   map<string, i64>            LarderFigureList; the same
 *   enum                        an enum; a value that is not known here is read as its first one
 *   code of an exception        an enum, too; 0 when it is not known here (LarderReply.code has it)
 *   arguments of a method       Larder<Method>Arguments; structs come by pointer: NULL means all
 *                               defaults for `options`, a struct without fields for any other
 *
 * So a struct of options that is all zero means all defaults, and LARDER_SET() sets one of them:
 *
 *   LarderGetOptions options = {0};
 *   LARDER_SET(&options, deadline_ms, 250);
 *
 * A default in a comment is what the server takes when the field is absent.
 *
 * Ownership: nothing here owns memory. What requests point to is the caller's; what a reply points
 * to is the reply's.
 *
 * C99 and C++11.
 */
#ifndef LARDER_TYPES_H
#define LARDER_TYPES_H

#include <larder/bytes.h>

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this contract. It grows by one whenever something is added. */
#define LARDER_API_VERSION 2
/* Default port of the Store service. */
#define LARDER_DATA_PORT 7400
/* Default port of the Admin and Observe services. */
#define LARDER_ADMIN_PORT 7401
/* Default port of the HTTP endpoint (metrics, health, dashboard). */
#define LARDER_HTTP_PORT 7402

/* Why a request is invalid. */
typedef enum LarderInvalidCode {
    /* An argument or option is missing, malformed or contradictory; `field` names it. */
    LARDER_INVALID_CODE_BAD_ARGUMENT = 1,
    /* A size or count is over a limit; `field`, `limit` and `actual` say which and by how much. */
    LARDER_INVALID_CODE_OVER_LIMIT = 2,
    /* No store of that name exists. */
    LARDER_INVALID_CODE_UNKNOWN_STORE = 3,
    /* The method or option exists in the contract but is not served here. */
    LARDER_INVALID_CODE_UNSUPPORTED = 4,
    /* The page token is damaged, or belongs to another store, range or snapshot. */
    LARDER_INVALID_CODE_BAD_TOKEN = 5,
    /* The snapshot does not exist any more. Open a new one. */
    LARDER_INVALID_CODE_SNAPSHOT_GONE = 6,
    /* The request id is older than the window in which outcomes are remembered. */
    LARDER_INVALID_CODE_REQUEST_ID_EXPIRED = 7,
    /* The caller is not authenticated, or lacks the right for this call. */
    LARDER_INVALID_CODE_NOT_PERMITTED = 8,
    /* The object to create exists already. */
    LARDER_INVALID_CODE_ALREADY_EXISTS = 9,
    /* The object (job, backup, lease, ...) does not exist. */
    LARDER_INVALID_CODE_NOT_FOUND = 10,
    /* The expected generation is not the current one: read again and decide anew. */
    LARDER_INVALID_CODE_GENERATION_CHANGED = 11,
} LarderInvalidCode;

/* "BAD_ARGUMENT", for instance; "unknown" for a number that is none. */
const char *larder_invalid_code_name(int32_t value);

/* Why the owner is elsewhere. */
typedef enum LarderNotHereCode {
    /* Another node owns this key; `owner` names it. */
    LARDER_NOT_HERE_CODE_WRONG_OWNER = 1,
    /* The keys of this call belong to more than one shard, and the call must be atomic. */
    LARDER_NOT_HERE_CODE_CROSS_SHARD = 2,
} LarderNotHereCode;

/* "WRONG_OWNER", for instance; "unknown" for a number that is none. */
const char *larder_not_here_code_name(int32_t value);

/* Why a request was not executed. */
typedef enum LarderRefusedCode {
    /* More work is in flight than the server accepts. */
    LARDER_REFUSED_CODE_OVERLOAD = 1,
    /* A quota of the tenant or the store is used up. */
    LARDER_REFUSED_CODE_QUOTA = 2,
    /* The disk is nearly full; removes are still accepted. */
    LARDER_REFUSED_CODE_DISK_FULL = 3,
    /* The memory budget of the store is used up; removes are still accepted. */
    LARDER_REFUSED_CODE_MEMORY_FULL = 4,
    /* The server is draining and takes no new work. */
    LARDER_REFUSED_CODE_DRAINING = 5,
    /* The deadline passed before execution began. */
    LARDER_REFUSED_CODE_DEADLINE = 6,
    /* The store is in read-only mode. */
    LARDER_REFUSED_CODE_READ_ONLY = 7,
    /* The server or store is still starting. */
    LARDER_REFUSED_CODE_STARTING = 8,
} LarderRefusedCode;

/* "OVERLOAD", for instance; "unknown" for a number that is none. */
const char *larder_refused_code_name(int32_t value);

/* Why it is not known whether a request was executed. */
typedef enum LarderIndeterminateCode {
    /* The commit was written, but making it durable failed. */
    LARDER_INDETERMINATE_CODE_DURABILITY_UNKNOWN = 1,
    /* The deadline passed while the commit was under way. */
    LARDER_INDETERMINATE_CODE_DEADLINE = 2,
    /* The engine behind this server did not answer, or lost its connection. */
    LARDER_INDETERMINATE_CODE_ENGINE_UNKNOWN = 3,
} LarderIndeterminateCode;

/* "DURABILITY_UNKNOWN", for instance; "unknown" for a number that is none. */
const char *larder_indeterminate_code_name(int32_t value);

/* Why a request failed for good. */
typedef enum LarderFailedCode {
    /* A defect of the server. */
    LARDER_FAILED_CODE_INTERNAL = 1,
    /* Stored bytes do not match their checksum. */
    LARDER_FAILED_CODE_CORRUPTION = 2,
    /* An earlier failed sync made this store read-only until it is reopened. */
    LARDER_FAILED_CODE_POISONED = 3,
    /* The operating system reported an error that will not go away. */
    LARDER_FAILED_CODE_IO_ERROR = 4,
} LarderFailedCode;

/* "INTERNAL", for instance; "unknown" for a number that is none. */
const char *larder_failed_code_name(int32_t value);

/* How durable a write must be when it is acknowledged. A request can only strengthen its store. */
typedef enum LarderDurability {
    /* The store's own mode. */
    LARDER_DURABILITY_STORE_DEFAULT = 0,
    /* After a sync to stable storage. In-memory stores refuse it as UNSUPPORTED. */
    LARDER_DURABILITY_SYNC = 1,
} LarderDurability;

/* "STORE_DEFAULT", for instance; "unknown" for a number that is none. */
const char *larder_durability_name(int32_t value);

/* What a mutation of a batch does. */
typedef enum LarderMutationKind {
    /* Set `key` to `value`. */
    LARDER_MUTATION_KIND_PUT = 1,
    /* Remove `key`. */
    LARDER_MUTATION_KIND_REMOVE = 2,
    /* Add `delta` to the counter at `key`. */
    LARDER_MUTATION_KIND_INCREMENT = 3,
    /* Remove every key of [`key`, `stop_key`). */
    LARDER_MUTATION_KIND_REMOVE_RANGE = 4,
} LarderMutationKind;

/* "PUT", for instance; "unknown" for a number that is none. */
const char *larder_mutation_kind_name(int32_t value);

/* How checksum folds records. */
typedef enum LarderChecksumKind {
    /*
     * 64-bit XXH3 with seed 0 over the records of the range in key order, each as: key length (4
     * bytes little-endian), key, value length (4 bytes little-endian), value, expiry (8 bytes
     * little-endian, 0 for none). Versions are left out, so copies of the same data compare equal.
     */
    LARDER_CHECKSUM_KIND_XXH3_RECORDS = 1,
} LarderChecksumKind;

/* "XXH3_RECORDS", for instance; "unknown" for a number that is none. */
const char *larder_checksum_kind_name(int32_t value);

/* Why a write was not applied. */
typedef enum LarderNotApplied {
    /* It was applied. */
    LARDER_NOT_APPLIED_WAS_APPLIED = 0,
    /* A condition or guard does not hold. */
    LARDER_NOT_APPLIED_CONDITION_FAILED = 1,
    /* The fence's token is not the highest one granted. */
    LARDER_NOT_APPLIED_STALE_FENCE = 2,
    /* touch, or append with create=false: there is no such key. */
    LARDER_NOT_APPLIED_KEY_ABSENT = 3,
    /* increment: the value is not a counter (8 bytes, big-endian). */
    LARDER_NOT_APPLIED_NOT_A_COUNTER = 4,
    /* increment: the result is outside of lowest..highest, or of an i64. */
    LARDER_NOT_APPLIED_OUT_OF_RANGE = 5,
    /* append: the value would be longer than allowed. */
    LARDER_NOT_APPLIED_TOO_LONG = 6,
} LarderNotApplied;

/* "WAS_APPLIED", for instance; "unknown" for a number that is none. */
const char *larder_not_applied_name(int32_t value);

/* Why a page ended. */
typedef enum LarderStopReason {
    /* The range is exhausted; there is no next page. */
    LARDER_STOP_REASON_RANGE_END = 1,
    LARDER_STOP_REASON_LIMIT_ITEMS = 2,
    LARDER_STOP_REASON_LIMIT_BYTES = 3,
    LARDER_STOP_REASON_LIMIT_EXAMINED = 4,
    LARDER_STOP_REASON_LIMIT_TIME = 5,
} LarderStopReason;

/* "RANGE_END", for instance; "unknown" for a number that is none. */
const char *larder_stop_reason_name(int32_t value);

/* When a changed setting takes effect. */
typedef enum LarderChangeClass {
    /* At once. */
    LARDER_CHANGE_CLASS_LIVE = 1,
    /* When the store is reopened, which the server does by itself. */
    LARDER_CHANGE_CLASS_REOPEN = 2,
    /* At the next start of the server. */
    LARDER_CHANGE_CLASS_RESTART = 3,
    /* Never: the store must be created anew. */
    LARDER_CHANGE_CLASS_IMMUTABLE = 4,
} LarderChangeClass;

/* "LIVE", for instance; "unknown" for a number that is none. */
const char *larder_change_class_name(int32_t value);

/* State of a background job. */
typedef enum LarderJobState {
    LARDER_JOB_STATE_QUEUED = 1,
    LARDER_JOB_STATE_RUNNING = 2,
    LARDER_JOB_STATE_DONE = 3,
    LARDER_JOB_STATE_FAILED = 4,
    LARDER_JOB_STATE_CANCELLED = 5,
} LarderJobState;

/* "QUEUED", for instance; "unknown" for a number that is none. */
const char *larder_job_state_name(int32_t value);

/* Mode of a store. */
typedef enum LarderStoreMode {
    LARDER_STORE_MODE_NORMAL = 1,
    /* Loading: background work is put off. */
    LARDER_STORE_MODE_BULK = 2,
    /* Writes are Refused. */
    LARDER_STORE_MODE_READ_ONLY = 3,
} LarderStoreMode;

/* "NORMAL", for instance; "unknown" for a number that is none. */
const char *larder_store_mode_name(int32_t value);

/* By what keys are ranked. */
typedef enum LarderHotDimension {
    LARDER_HOT_DIMENSION_OPERATIONS = 1,
    LARDER_HOT_DIMENSION_BYTES = 2,
    LARDER_HOT_DIMENSION_MISSES = 3,
} LarderHotDimension;

/* "OPERATIONS", for instance; "unknown" for a number that is none. */
const char *larder_hot_dimension_name(int32_t value);

/* Sets an optional member of the struct that `options` points to. */
#define LARDER_SET(options, field, value) \
    ((void)((options)->has_##field = true, (options)->field = (value)))

/* Lists. `items` may be NULL when `count` is 0. */
typedef struct LarderBytesList {
    const LarderBytes *items;
    size_t count;
} LarderBytesList;

typedef struct LarderI64List {
    const int64_t *items;
    size_t count;
} LarderI64List;

/* An entry of a map of texts. */
typedef struct LarderTextPair {
    LarderBytes name;
    LarderBytes value;
} LarderTextPair;

typedef struct LarderTextPairList {
    const LarderTextPair *items;
    size_t count;
} LarderTextPairList;

/* An entry of a map of numbers. */
typedef struct LarderFigure {
    LarderBytes name;
    int64_t value;
} LarderFigure;

typedef struct LarderFigureList {
    const LarderFigure *items;
    size_t count;
} LarderFigureList;

/* Fix the call: repeating it unchanged will fail again. */
typedef struct LarderInvalidRequest {
    LarderInvalidCode code;
    /* For people: names the field, the value and the limit. */
    LarderBytes message;
    LarderTextPairList details;
    /* The argument or option at fault, dotted: "options.ttl". Empty when none applies. */
    LarderBytes field;
    /* The limit that applies, 0 when none does. */
    int64_t limit;
    /* The value that was given, 0 when none applies. */
    int64_t actual;
} LarderInvalidRequest;

/* Send the call to `owner`. Always safe to repeat there. */
typedef struct LarderNotHere {
    LarderNotHereCode code;
    LarderBytes message;
    LarderTextPairList details;
    /* Topology epoch that this answer is based on. */
    int64_t epoch;
    /* "host:port" of the owner, empty when unknown. */
    LarderBytes owner;
    /* Shard of the key. */
    int64_t shard_id;
} LarderNotHere;

/* Certainly not executed. Always safe to repeat after `retry_after_ms`. */
typedef struct LarderRefused {
    LarderRefusedCode code;
    LarderBytes message;
    LarderTextPairList details;
    /* Milliseconds to wait before the next try; 0 when the server cannot tell. */
    int64_t retry_after_ms;
    /* What is short: "server", "connection", or "store:NAME". */
    LarderBytes scope;
} LarderRefused;

/* Executed or not: unknown. Repeat only with the same request id or under a condition. */
typedef struct LarderIndeterminate {
    LarderIndeterminateCode code;
    LarderBytes message;
    LarderTextPairList details;
    /* The request id of the call, when it carried one. */
    LarderBytes request_id;
} LarderIndeterminate;

/* Will not get better by repeating. */
typedef struct LarderFailed {
    LarderFailedCode code;
    LarderBytes message;
    LarderTextPairList details;
} LarderFailed;

/*
 * What must hold for a write to be applied. Every field that is set must hold; none set: always.
 * Checked against the state just before the write's own commit.
 */
typedef struct LarderCondition {
    /* True: the key must be absent (or expired). */
    bool has_absent;
    bool absent;
    /* True: the key must be present. */
    bool has_present;
    bool present;
    /* The key's version must be this one; 0 means absent. */
    bool has_version_equal;
    int64_t version_equal;
    /* The key's version must be at most this one; an absent key has version 0. */
    bool has_version_at_most;
    int64_t version_at_most;
    /* The key must be present with exactly this value. */
    bool has_value_equal;
    LarderBytes value_equal;
} LarderCondition;

/* When a record expires. At most one field may be set; none set: never. */
typedef struct LarderExpiry {
    /* Milliseconds after the commit. Range 1 to 31,536,000,000,000 (a thousand years). */
    bool has_ttl_ms;
    int64_t ttl_ms;
    /* Absolute time, at least 1. A time that has passed removes the key. */
    bool has_at_ms;
    int64_t at_ms;
    /* True: keep the expiry that the key has now (none for a new key). */
    bool has_keep;
    bool keep;
} LarderExpiry;

/* Proof of holding a lease: the write passes only while `token` is the highest one granted. */
typedef struct LarderFence {
    /* Name of the lease. */
    LarderBytes lease;
    /* Token from lease_acquire. */
    int64_t token;
} LarderFence;

/* A part of the key space. Keys compare as unsigned bytes. All fields absent: every key. */
typedef struct LarderKeyRange {
    /* First key of the range (included). Absent: from the first key. */
    bool has_start_key;
    LarderBytes start_key;
    /* First key behind the range (excluded). Absent: to the last key. */
    bool has_stop_key;
    LarderBytes stop_key;
    /* All keys that begin with these bytes. Excludes start_key and stop_key. */
    bool has_prefix;
    LarderBytes prefix;
} LarderKeyRange;

typedef struct LarderKeyRangeList {
    const LarderKeyRange *items;
    size_t count;
} LarderKeyRangeList;

/* One change within batch or bulk_write. */
typedef struct LarderMutation {
    LarderMutationKind kind;
    /* The key; for REMOVE_RANGE the first key (included). */
    LarderBytes key;
    /* For PUT. */
    bool has_value;
    LarderBytes value;
    /* For REMOVE_RANGE: the end (excluded). Absent: to the last key. */
    bool has_stop_key;
    LarderBytes stop_key;
    /* For INCREMENT. */
    bool has_delta;
    int64_t delta;
    /* For PUT and INCREMENT. INCREMENT keeps the present expiry when absent. */
    const LarderExpiry *expiry;
    /* Must hold for this mutation's key before the batch. In a batch one that fails fails all. */
    const LarderCondition *condition;
} LarderMutation;

typedef struct LarderMutationList {
    const LarderMutation *items;
    size_t count;
} LarderMutationList;

/* A condition on any key of the store, checked against the state before the batch. */
typedef struct LarderGuard {
    LarderBytes key;
    LarderCondition condition;
} LarderGuard;

typedef struct LarderGuardList {
    const LarderGuard *items;
    size_t count;
} LarderGuardList;

/* Options of get. */
typedef struct LarderGetOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    /* Read this snapshot instead of the latest version. */
    bool has_snapshot_id;
    int64_t snapshot_id;
    /* If the key has this version, answer `unchanged` without the value. */
    bool has_if_version_not;
    int64_t if_version_not;
    /* False: only whether it exists, version, expiry and length. Default: true. */
    bool has_want_value;
    bool want_value;
    /* First byte of the value to return. Default: 0. */
    bool has_offset;
    int64_t offset;
    /* Most bytes of the value to return; absent: to its end. */
    bool has_length;
    int64_t length;
} LarderGetOptions;

/* Options of multi_get. */
typedef struct LarderMultiGetOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    bool has_snapshot_id;
    int64_t snapshot_id;
    /*
     * Stop after about this many bytes of keys and values, at least 1; the rest is left for another
     * call. The server's own limit multi_get_bytes applies in any case.
     */
    bool has_limit_bytes;
    int64_t limit_bytes;
    /* False: no values, only existence, version, expiry and length. Default: true. */
    bool has_want_values;
    bool want_values;
} LarderMultiGetOptions;

/* Options of put. */
typedef struct LarderPutOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    const LarderCondition *condition;
    const LarderExpiry *expiry;
    bool has_durability;
    LarderDurability durability;
    const LarderFence *fence;
    /* UUIDv7 (16 bytes). A repeated call with the same id returns the first outcome. */
    bool has_request_id;
    LarderBytes request_id;
    /* True: when the condition fails, return the current value too. Default: false. */
    bool has_return_current;
    bool return_current;
    /*
     * True: the result's `existed` says whether the key was present before. A durable store may
     * have to read the disk for that, which a plain put spares. Default: false.
     */
    bool has_want_existed;
    bool want_existed;
} LarderPutOptions;

/* Options of remove. */
typedef struct LarderRemoveOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    const LarderCondition *condition;
    bool has_durability;
    LarderDurability durability;
    const LarderFence *fence;
    bool has_request_id;
    LarderBytes request_id;
    /* Default: false. */
    bool has_return_current;
    bool return_current;
    /*
     * False: the result has no `existed`, and a durable store need not read the disk for it.
     * Default: true.
     */
    bool has_want_existed;
    bool want_existed;
} LarderRemoveOptions;

/* Options of touch. */
typedef struct LarderTouchOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    const LarderCondition *condition;
    bool has_durability;
    LarderDurability durability;
    const LarderFence *fence;
    bool has_request_id;
    LarderBytes request_id;
    /* Default: false. */
    bool has_return_current;
    bool return_current;
} LarderTouchOptions;

/* Options of increment. */
typedef struct LarderIncrementOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    const LarderCondition *condition;
    /* Absent: the present expiry is kept. */
    const LarderExpiry *expiry;
    bool has_durability;
    LarderDurability durability;
    const LarderFence *fence;
    bool has_request_id;
    LarderBytes request_id;
    /* Default: false. */
    bool has_return_current;
    bool return_current;
    /* Value of an absent key before `delta` is added. Default: 0. */
    bool has_initial;
    int64_t initial;
    /* The result must not be below this. */
    bool has_lowest;
    int64_t lowest;
    /* The result must not be above this. */
    bool has_highest;
    int64_t highest;
} LarderIncrementOptions;

/* Options of append. */
typedef struct LarderAppendOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    const LarderCondition *condition;
    /* Absent: the present expiry is kept. */
    const LarderExpiry *expiry;
    bool has_durability;
    LarderDurability durability;
    const LarderFence *fence;
    bool has_request_id;
    LarderBytes request_id;
    /* Default: false. */
    bool has_return_current;
    bool return_current;
    /* False: an absent key is not created, and the result says so. Default: true. */
    bool has_create;
    bool create;
    /* The value must not become longer than this; absent: the store's value limit. */
    bool has_max_length;
    int64_t max_length;
} LarderAppendOptions;

/* Options of batch. */
typedef struct LarderBatchOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    /* Conditions on any keys. All must hold, or nothing is applied. */
    bool has_guards;
    LarderGuardList guards;
    bool has_durability;
    LarderDurability durability;
    const LarderFence *fence;
    bool has_request_id;
    LarderBytes request_id;
    /* True: when a guard fails, return the current value of its key too. Default: false. */
    bool has_return_current;
    bool return_current;
} LarderBatchOptions;

/* Options of bulk_write. */
typedef struct LarderBulkWriteOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    bool has_durability;
    LarderDurability durability;
    const LarderFence *fence;
    bool has_request_id;
    LarderBytes request_id;
} LarderBulkWriteOptions;

/* Options of scan. A page ends at the first limit that it reaches. */
typedef struct LarderScanOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    bool has_snapshot_id;
    int64_t snapshot_id;
    /* True: from the last key of the range to the first. Default: false. */
    bool has_reverse;
    bool reverse;
    /* True: keys, versions and lengths without values. Default: false. */
    bool has_keys_only;
    bool keys_only;
    /* True: no items, only `count`. limit_items and limit_bytes do not apply. Default: false. */
    bool has_count_only;
    bool count_only;
    /* Most items of a page: 1 to 10,000. Default: 1000. */
    bool has_limit_items;
    int64_t limit_items;
    /*
     * Most bytes of keys and values: 1 to 16,777,216. One item is always returned. Default:
     * 1048576.
     */
    bool has_limit_bytes;
    int64_t limit_bytes;
    /* Most entries to look at, counting those not returned: 1 to 10,000,000. Default: 1000000. */
    bool has_limit_examined;
    int64_t limit_examined;
    /* Most milliseconds to spend: 1 to 60,000. Default: 5000. */
    bool has_limit_ms;
    int64_t limit_ms;
    /* Token of the page before; `range`, `reverse` and the snapshot must be the same. */
    bool has_page_token;
    LarderBytes page_token;
} LarderScanOptions;

/* Options of remove_range. */
typedef struct LarderRemoveRangeOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    bool has_durability;
    LarderDurability durability;
    const LarderFence *fence;
    bool has_request_id;
    LarderBytes request_id;
    /* True: only estimate what would be removed. Default: false. */
    bool has_dry_run;
    bool dry_run;
} LarderRemoveRangeOptions;

/* Options of range_info. */
typedef struct LarderRangeInfoOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    /* Propose keys that split each range into parts of about this many bytes. Absent: none. */
    bool has_split_bytes;
    int64_t split_bytes;
} LarderRangeInfoOptions;

/* Options of checksum. */
typedef struct LarderChecksumOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    bool has_snapshot_id;
    int64_t snapshot_id;
    /* Default: XXH3_RECORDS. */
    bool has_kind;
    LarderChecksumKind kind;
} LarderChecksumOptions;

/* Options of the lease methods. */
typedef struct LarderLeaseOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    bool has_durability;
    LarderDurability durability;
    bool has_request_id;
    LarderBytes request_id;
    /* lease_acquire: wait up to this long for the present holder. 0 to 60,000. Default: 0. */
    bool has_wait_ms;
    int64_t wait_ms;
    /* lease_acquire: bytes that lease_get shows to others. At most 1,024. */
    bool has_meta;
    LarderBytes meta;
    /* lease_list: most leases to return. 1 to 10,000. Default: 1000. */
    bool has_limit_items;
    int64_t limit_items;
    /* lease_list: token of the page before. */
    bool has_page_token;
    LarderBytes page_token;
} LarderLeaseOptions;

/* Options of the snapshot methods. */
typedef struct LarderSnapshotOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    /* For people, shown by snapshot_list. At most 64 bytes. */
    bool has_label;
    LarderBytes label;
} LarderSnapshotOptions;

/* Options of changes. */
typedef struct LarderChangesOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    /* Only changes that touch this range. */
    const LarderKeyRange *range;
    /* Most commits of a page: 1 to 10,000. Default: 1000. */
    bool has_limit_items;
    int64_t limit_items;
    /* Most bytes of a page: 1 to 16,777,216. Default: 1048576. */
    bool has_limit_bytes;
    int64_t limit_bytes;
    /* Wait up to this long for the first change. 0 to 60,000. Default: 0. */
    bool has_wait_ms;
    int64_t wait_ms;
} LarderChangesOptions;

/* Options of topology and locate. */
typedef struct LarderTopologyOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    /* The epoch that the caller knows: answer only once there is a newer one, or wait_ms passed. */
    bool has_known_epoch;
    int64_t known_epoch;
    /* 0 to 60,000. Default: 0. */
    bool has_wait_ms;
    int64_t wait_ms;
} LarderTopologyOptions;

/* What a client says of itself. All fields are for logs and statistics. */
typedef struct LarderServerInfoOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    /* Name and version of the client program or library, at most 64 bytes. */
    bool has_client;
    LarderBytes client;
    /* API_VERSION that the client was built with. */
    bool has_api_version;
    int32_t api_version;
} LarderServerInfoOptions;

/* A limit of this server. */
typedef struct LarderLimitInfo {
    /* "value_bytes", for example. */
    LarderBytes name;
    int64_t value;
    /* "bytes", "items", "ms", ... */
    LarderBytes unit;
    /* Why it exists. */
    LarderBytes reason;
} LarderLimitInfo;

typedef struct LarderLimitInfoList {
    const LarderLimitInfo *items;
    size_t count;
} LarderLimitInfoList;

/* One store, as server_info and store_list show it. */
typedef struct LarderStoreInfo {
    LarderBytes name;
    /* "hashmap", "lsm", ... */
    LarderBytes engine;
    /* What this store can do: "ordered", "durable", "snapshots", ... */
    LarderBytesList capabilities;
    /* "none" for in-memory stores, else "always", "interval" or "os". */
    LarderBytes durability;
    /* Counts up when the store's settings change. */
    int64_t generation;
} LarderStoreInfo;

typedef struct LarderStoreInfoList {
    const LarderStoreInfo *items;
    size_t count;
} LarderStoreInfoList;

/* Result of server_info. */
typedef struct LarderServerInfo {
    /* API_VERSION of the server. */
    int32_t api_version;
    /* Version of the program: "0.1.0". */
    LarderBytes server_version;
    LarderStoreInfoList stores;
    LarderLimitInfoList limits;
    /* Optional parts of the contract that are served: method names. */
    LarderBytesList methods;
    /* Milliseconds since the start. */
    int64_t uptime_ms;
    /* The server's clock. */
    int64_t now_ms;
    int64_t server_us;
    int64_t topology_epoch;
} LarderServerInfo;

/* Result of get. */
typedef struct LarderGetResult {
    bool found;
    /* Absent when not found, unchanged or not wanted. */
    bool has_value;
    LarderBytes value;
    /* Version of the record; 0 when not found. */
    int64_t version;
    /* Absolute expiry; 0 for never. */
    int64_t expires_at_ms;
    /* Length of the whole value, also when a slice is returned. */
    int64_t full_length;
    /* True: the key has the version of if_version_not. */
    bool unchanged;
    /* Microseconds that the server spent. */
    int64_t server_us;
    int64_t topology_epoch;
} LarderGetResult;

/* One answer of multi_get. */
typedef struct LarderGetItem {
    bool found;
    bool has_value;
    LarderBytes value;
    int64_t version;
    int64_t expires_at_ms;
    int64_t full_length;
} LarderGetItem;

typedef struct LarderGetItemList {
    const LarderGetItem *items;
    size_t count;
} LarderGetItemList;

/* Result of multi_get. All items are read at one version. */
typedef struct LarderMultiGetResult {
    /* items[i] answers keys[i]. Shorter than keys when limit_bytes stopped it. */
    LarderGetItemList items;
    /* The version that was read. */
    int64_t read_version;
    int64_t server_us;
    int64_t topology_epoch;
} LarderMultiGetResult;

/* Result of put, remove and touch. */
typedef struct LarderWriteResult {
    bool applied;
    /* Version of this commit; 0 when not applied. */
    int64_t version;
    LarderNotApplied reason;
    /* When not applied: the key's version, 0 if absent. */
    int64_t current_version;
    /* When not applied and return_current was set: the key's value. */
    bool has_current_value;
    LarderBytes current_value;
    /*
     * Whether the key was present before. Set by touch, when the write was not applied, and by put
     * and remove whose `want_existed` is true; absent: the call did not want to know.
     */
    bool has_existed;
    bool existed;
    /* Expiry of the record after the write; 0 for never. */
    int64_t expires_at_ms;
    /* True: this is the remembered outcome of an earlier call with the same request id. */
    bool replayed;
    int64_t server_us;
    int64_t topology_epoch;
} LarderWriteResult;

/* Result of increment. */
typedef struct LarderIncrementResult {
    bool applied;
    int64_t version;
    LarderNotApplied reason;
    int64_t current_version;
    bool has_current_value;
    LarderBytes current_value;
    /* The counter after the call; when not applied, unchanged (0 if absent or no counter). */
    int64_t number;
    int64_t expires_at_ms;
    bool replayed;
    int64_t server_us;
    int64_t topology_epoch;
} LarderIncrementResult;

/* Result of append. */
typedef struct LarderAppendResult {
    bool applied;
    int64_t version;
    LarderNotApplied reason;
    int64_t current_version;
    bool has_current_value;
    LarderBytes current_value;
    /* Length of the value after the call; when not applied, its present length. */
    int64_t length;
    int64_t expires_at_ms;
    bool replayed;
    int64_t server_us;
    int64_t topology_epoch;
} LarderAppendResult;

/* Result of batch. */
typedef struct LarderBatchResult {
    bool applied;
    /*
     * Version of the batch; every key that it wrote has it. Without mutations: the latest version.
     */
    int64_t version;
    LarderNotApplied reason;
    /* When a guard of the options failed: its index; else -1. */
    int32_t failed_guard;
    /* When a mutation could not be applied: its index; else -1. */
    int32_t failed_mutation;
    /* Version of the key at fault, 0 if absent. */
    int64_t current_version;
    bool has_current_value;
    LarderBytes current_value;
    bool replayed;
    /* When applied: the new values of the counters, in the order of the INCREMENT mutations. */
    LarderI64List numbers;
    int64_t server_us;
    int64_t topology_epoch;
} LarderBatchResult;

/* Outcome of one mutation of bulk_write. */
typedef struct LarderBulkItem {
    bool applied;
    int64_t version;
    LarderNotApplied reason;
    int64_t current_version;
    /* For INCREMENT: the counter after the mutation. */
    int64_t number;
} LarderBulkItem;

typedef struct LarderBulkItemList {
    const LarderBulkItem *items;
    size_t count;
} LarderBulkItemList;

/* Result of bulk_write. */
typedef struct LarderBulkWriteResult {
    /* items[i] is the outcome of mutations[i]. */
    LarderBulkItemList items;
    /* How many were applied. */
    int64_t applied_count;
    /* The highest version among them; 0 when none was applied. */
    int64_t version;
    bool replayed;
    int64_t server_us;
    int64_t topology_epoch;
} LarderBulkWriteResult;

/* One record of a scan. */
typedef struct LarderScanItem {
    LarderBytes key;
    /* Absent with keys_only. */
    bool has_value;
    LarderBytes value;
    int64_t version;
    int64_t expires_at_ms;
    int64_t full_length;
} LarderScanItem;

typedef struct LarderScanItemList {
    const LarderScanItem *items;
    size_t count;
} LarderScanItemList;

/* Result of scan. */
typedef struct LarderScanResult {
    LarderScanItemList items;
    /* Pass it as page_token to get the next page. Absent at the end of the range. */
    bool has_next_token;
    LarderBytes next_token;
    LarderStopReason stop_reason;
    /* Records of this page, also with count_only. */
    int64_t count;
    /* Entries that were looked at: tombstones, expired records, and one look ahead included. */
    int64_t examined;
    int64_t tombstones;
    int64_t expired;
    /* The version that this page was read at. */
    int64_t read_version;
    int64_t server_us;
    int64_t topology_epoch;
} LarderScanResult;

/* Result of remove_range. */
typedef struct LarderRemoveRangeResult {
    /* Version of the commit; 0 with dry_run. */
    int64_t version;
    /* About how many keys were removed (or would be). */
    int64_t estimated_keys;
    /* About how many bytes of keys and values. */
    int64_t estimated_bytes;
    bool replayed;
    int64_t server_us;
    int64_t topology_epoch;
} LarderRemoveRangeResult;

/* What range_info says of one range. */
typedef struct LarderRangeInfo {
    /* About how many live keys. */
    int64_t estimated_keys;
    /* About how many bytes of keys and values. */
    int64_t estimated_bytes;
    /* True: the two figures are exact. */
    bool exact;
    /* Keys that split the range as asked, in order, without its ends. */
    LarderBytesList split_keys;
    /* Part of the entries that are tombstones or expired, 0.0 to 1.0. */
    double dead_ratio;
} LarderRangeInfo;

typedef struct LarderRangeInfoList {
    const LarderRangeInfo *items;
    size_t count;
} LarderRangeInfoList;

/* Result of range_info. */
typedef struct LarderRangeInfoResult {
    /* infos[i] describes ranges[i]. */
    LarderRangeInfoList infos;
    int64_t read_version;
    int64_t server_us;
    int64_t topology_epoch;
} LarderRangeInfoResult;

/* Result of checksum. */
typedef struct LarderChecksumResult {
    /* The checksum; the 64 bits of the hash as a signed number. */
    int64_t checksum;
    int64_t keys;
    int64_t bytes;
    int64_t read_version;
    int64_t server_us;
    int64_t topology_epoch;
} LarderChecksumResult;

/* State of a lease. */
typedef struct LarderLeaseInfo {
    LarderBytes name;
    /* Who holds it; empty when free. */
    LarderBytes holder;
    /* The highest token granted so far. */
    int64_t token;
    /* Milliseconds until it expires; 0 when free. */
    int64_t remaining_ms;
    int64_t ttl_ms;
    bool has_meta;
    LarderBytes meta;
} LarderLeaseInfo;

typedef struct LarderLeaseInfoList {
    const LarderLeaseInfo *items;
    size_t count;
} LarderLeaseInfoList;

/* Result of lease_acquire, lease_renew and lease_release. */
typedef struct LarderLeaseResult {
    /* True: granted, renewed or released. */
    bool done;
    /* Fencing token; only grows. */
    int64_t token;
    /* The lease after the call. */
    LarderLeaseInfo lease;
    bool replayed;
    int64_t server_us;
    int64_t topology_epoch;
} LarderLeaseResult;

/* Result of lease_get. */
typedef struct LarderLeaseGetResult {
    bool found;
    const LarderLeaseInfo *lease;
    int64_t server_us;
    int64_t topology_epoch;
} LarderLeaseGetResult;

/* Result of lease_list. */
typedef struct LarderLeaseListResult {
    LarderLeaseInfoList leases;
    bool has_next_token;
    LarderBytes next_token;
    int64_t server_us;
    int64_t topology_epoch;
} LarderLeaseListResult;

/* One open snapshot. */
typedef struct LarderSnapshotInfo {
    int64_t snapshot_id;
    /* The version that it shows. */
    int64_t version;
    int64_t opened_at_ms;
    /* Closed by the server then, unless renewed. */
    int64_t expires_at_ms;
    LarderBytes label;
} LarderSnapshotInfo;

typedef struct LarderSnapshotInfoList {
    const LarderSnapshotInfo *items;
    size_t count;
} LarderSnapshotInfoList;

/* Result of snapshot_open, snapshot_renew and snapshot_close. */
typedef struct LarderSnapshotResult {
    /* False: there is no such snapshot (any more). */
    bool done;
    const LarderSnapshotInfo *snapshot;
    int64_t server_us;
    int64_t topology_epoch;
} LarderSnapshotResult;

/* Result of snapshot_list. */
typedef struct LarderSnapshotListResult {
    LarderSnapshotInfoList snapshots;
    int64_t server_us;
    int64_t topology_epoch;
} LarderSnapshotListResult;

/* One commit, as changes shows it. */
typedef struct LarderChangeEntry {
    int64_t version;
    /* The commit's time stamp. */
    int64_t stamp_ms;
    /* What it did, resolved: increments and appends appear as the PUT that they amounted to. */
    LarderMutationList mutations;
} LarderChangeEntry;

typedef struct LarderChangeEntryList {
    const LarderChangeEntry *items;
    size_t count;
} LarderChangeEntryList;

/* Result of changes. */
typedef struct LarderChangesResult {
    LarderChangeEntryList entries;
    /* Pass it as from_version next time. */
    int64_t next_version;
    /* The oldest version still available. */
    int64_t oldest_version;
    /* True: changes between from_version and the first entry are gone; read the state anew. */
    bool gap;
    int64_t server_us;
    int64_t topology_epoch;
} LarderChangesResult;

/* One node of the topology. */
typedef struct LarderNodeInfo {
    LarderBytes name;
    /* "host:port" of its data listener. */
    LarderBytes address;
    LarderBytes zone;
} LarderNodeInfo;

typedef struct LarderNodeInfoList {
    const LarderNodeInfo *items;
    size_t count;
} LarderNodeInfoList;

/* One shard: a range of keys or of hashes, and its owner. */
typedef struct LarderShardInfo {
    int64_t shard_id;
    /* First key, or first hash (8 bytes, big-endian), included. */
    LarderBytes start_key;
    /* End, excluded; empty: to the last one. */
    LarderBytes stop_key;
    /* Name of the owning node. */
    LarderBytes owner;
} LarderShardInfo;

typedef struct LarderShardInfoList {
    const LarderShardInfo *items;
    size_t count;
} LarderShardInfoList;

/* Result of topology. */
typedef struct LarderTopologyResult {
    int64_t epoch;
    LarderNodeInfoList nodes;
    LarderShardInfoList shards;
    /* "single", "range" or "hash". */
    LarderBytes rule;
    int64_t server_us;
} LarderTopologyResult;

/* Result of locate. */
typedef struct LarderLocateResult {
    int64_t shard_id;
    LarderBytes owner;
    /* In words: which rule sent the key there. */
    LarderBytes explanation;
    int64_t server_us;
    int64_t topology_epoch;
} LarderLocateResult;

/* Result of authenticate. */
typedef struct LarderAuthenticateResult {
    /* Name of the identity. */
    LarderBytes identity;
    /* Rights, as "store-pattern:right". */
    LarderBytesList rights;
    int64_t server_us;
} LarderAuthenticateResult;

/* Result of ping. */
typedef struct LarderPingResult {
    /* The bytes that were sent. */
    LarderBytes payload;
    int64_t now_ms;
    int64_t server_us;
    int64_t topology_epoch;
} LarderPingResult;

/* Options of methods that change something. */
typedef struct LarderAdminOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    /* True: say what would happen, change nothing. Default: false. */
    bool has_dry_run;
    bool dry_run;
    /* Only if the object's generation is still this one. */
    bool has_expected_generation;
    int64_t expected_generation;
    /* For the audit log: why. At most 256 bytes. */
    bool has_note;
    LarderBytes note;
} LarderAdminOptions;

/* Settings of a store: option names and values as in the configuration file. */
typedef struct LarderStoreSpec {
    LarderBytes name;
    LarderBytes engine;
    LarderTextPairList settings;
} LarderStoreSpec;

/* A store with its settings and state. */
typedef struct LarderStoreState {
    LarderStoreInfo info;
    LarderStoreSpec spec;
    /* "serving", "read_only", "poisoned", "dropped", "opening". */
    LarderBytes state;
    /* Time until which a dropped store can be recalled; 0 otherwise. */
    int64_t recall_until_ms;
} LarderStoreState;

typedef struct LarderStoreStateList {
    const LarderStoreState *items;
    size_t count;
} LarderStoreStateList;

/* Result of a change. */
typedef struct LarderAdminResult {
    /* False with dry_run, and as long as a job goes on with it. */
    bool done;
    /* Generation after the change. */
    int64_t generation;
    /* What was done or would be done, in words. */
    LarderBytesList steps;
    /* Job that continues in the background; 0 when none does. */
    int64_t job_id;
    int64_t server_us;
} LarderAdminResult;

/* Result of store_list. */
typedef struct LarderStoreListResult {
    LarderStoreStateList stores;
    int64_t server_us;
} LarderStoreListResult;

/* One difference between the running configuration and a document. */
typedef struct LarderConfigChange {
    /* "store.default.memory_bytes", for example. */
    LarderBytes option;
    LarderBytes current;
    LarderBytes wanted;
    LarderChangeClass effect;
} LarderConfigChange;

typedef struct LarderConfigChangeList {
    const LarderConfigChange *items;
    size_t count;
} LarderConfigChangeList;

/* Result of config_plan. */
typedef struct LarderConfigPlan {
    LarderConfigChangeList changes;
    /* Pass it to config_apply; it goes stale when the configuration changes. */
    LarderBytes plan_id;
    int64_t generation;
    int64_t server_us;
} LarderConfigPlan;

/* Result of config_export. */
typedef struct LarderConfigDocument {
    /* The effective configuration in the format of the configuration file. */
    LarderBytes document;
    int64_t generation;
    int64_t server_us;
} LarderConfigDocument;

/* A background job. */
typedef struct LarderJobInfo {
    int64_t job_id;
    /* "compact", "backup", ... */
    LarderBytes kind;
    LarderBytes store;
    LarderJobState state;
    /* 0.0 to 1.0. */
    double progress;
    /* What it is doing, or why it failed. */
    LarderBytes message;
    int64_t started_at_ms;
    int64_t finished_at_ms;
} LarderJobInfo;

typedef struct LarderJobInfoList {
    const LarderJobInfo *items;
    size_t count;
} LarderJobInfoList;

/* Result of job_get and job_list. */
typedef struct LarderJobListResult {
    LarderJobInfoList jobs;
    int64_t server_us;
} LarderJobListResult;

/* A backup. */
typedef struct LarderBackupInfo {
    int64_t backup_id;
    LarderBytes store;
    LarderBytes destination;
    /* Version up to which it holds every commit. */
    int64_t version;
    int64_t created_at_ms;
    int64_t keys;
    int64_t bytes;
    /* Backup that this one builds upon; 0 for a full one. */
    int64_t base_id;
    /* Last time that it was verified; 0 for never. */
    int64_t verified_at_ms;
} LarderBackupInfo;

typedef struct LarderBackupInfoList {
    const LarderBackupInfo *items;
    size_t count;
} LarderBackupInfoList;

/* Result of backup_list. */
typedef struct LarderBackupListResult {
    LarderBackupInfoList backups;
    int64_t server_us;
} LarderBackupListResult;

/* Result of drain. */
typedef struct LarderDrainResult {
    /* True: nothing is in flight any more. */
    bool drained;
    /* Requests still in flight. */
    int64_t in_flight;
    /* Connections still open. */
    int64_t connections;
    int64_t server_us;
} LarderDrainResult;

/* Options of the Observe methods. */
typedef struct LarderObserveOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    /* Most items to return: 1 to 10,000. Default: 1000. */
    bool has_limit_items;
    int64_t limit_items;
    /* Wait up to this long for something new: 0 to 60,000. Default: 0. */
    bool has_wait_ms;
    int64_t wait_ms;
} LarderObserveOptions;

/* One check of health. */
typedef struct LarderHealthCheck {
    /* "process", "listeners", "store:default", ... */
    LarderBytes name;
    bool passed;
    /* Why not, or what was seen. */
    LarderBytes message;
} LarderHealthCheck;

typedef struct LarderHealthCheckList {
    const LarderHealthCheck *items;
    size_t count;
} LarderHealthCheckList;

/* Result of health. */
typedef struct LarderHealthResult {
    /* The process answers. Never depends on disks or load. */
    bool live;
    /* It should be given traffic: not starting, not draining, every store serves. */
    bool ready;
    LarderHealthCheckList checks;
    int64_t server_us;
} LarderHealthResult;

/* Result of metrics. */
typedef struct LarderMetricsResult {
    /* Prometheus text format, version 0.0.4. */
    LarderBytes text;
    int64_t server_us;
} LarderMetricsResult;

/* Latency of one operation: microseconds at percentiles. */
typedef struct LarderOperationStats {
    /* "get", "put", ... */
    LarderBytes operation;
    int64_t count;
    int64_t errors;
    int64_t p50_us;
    int64_t p95_us;
    int64_t p99_us;
    int64_t p999_us;
    int64_t max_us;
} LarderOperationStats;

typedef struct LarderOperationStatsList {
    const LarderOperationStats *items;
    size_t count;
} LarderOperationStatsList;

/* Result of store_stats. */
typedef struct LarderStoreStats {
    LarderBytes store;
    LarderBytes engine;
    /* Live records, about. */
    int64_t keys;
    /* Bytes of keys and values, about. */
    int64_t data_bytes;
    /* Bytes of memory that the engine uses. */
    int64_t memory_bytes;
    /* Bytes on disk. */
    int64_t disk_bytes;
    /* Version of the latest commit. */
    int64_t version;
    int64_t open_snapshots;
    LarderOperationStatsList operations;
    /* Further figures of the engine by name; see its README for their meaning. */
    LarderFigureList engine_figures;
    int64_t server_us;
} LarderStoreStats;

/* One level of an LSM store. */
typedef struct LarderLevelInfo {
    int32_t level;
    int64_t files;
    int64_t bytes;
    int64_t bytes_read;
    int64_t bytes_written;
    double write_amplification;
    int64_t filter_hits;
    int64_t filter_misses;
    int64_t filter_false_positives;
    int64_t cache_hits;
    int64_t cache_misses;
} LarderLevelInfo;

typedef struct LarderLevelInfoList {
    const LarderLevelInfo *items;
    size_t count;
} LarderLevelInfoList;

/* Result of levels. */
typedef struct LarderLevelsResult {
    LarderLevelInfoList levels;
    int64_t server_us;
} LarderLevelsResult;

/* One file of a store. */
typedef struct LarderFileInfo {
    int64_t number;
    int32_t level;
    int64_t bytes;
    LarderBytes first_key;
    LarderBytes last_key;
    int64_t entries;
    int64_t tombstones;
    int64_t created_at_ms;
} LarderFileInfo;

typedef struct LarderFileInfoList {
    const LarderFileInfo *items;
    size_t count;
} LarderFileInfoList;

/* Result of files. */
typedef struct LarderFilesResult {
    LarderFileInfoList files;
    int64_t server_us;
} LarderFilesResult;

/* One bucket of a histogram: values in [lower, upper). */
typedef struct LarderHistogramBucket {
    int64_t lower;
    int64_t upper;
    int64_t count;
} LarderHistogramBucket;

typedef struct LarderHistogramBucketList {
    const LarderHistogramBucket *items;
    size_t count;
} LarderHistogramBucketList;

/* One histogram. */
typedef struct LarderHistogramInfo {
    LarderBytes name;
    LarderBytes unit;
    LarderHistogramBucketList buckets;
} LarderHistogramInfo;

typedef struct LarderHistogramInfoList {
    const LarderHistogramInfo *items;
    size_t count;
} LarderHistogramInfoList;

/* Result of histograms. */
typedef struct LarderHistogramsResult {
    LarderHistogramInfoList histograms;
    int64_t server_us;
} LarderHistogramsResult;

/* One hot key or prefix. */
typedef struct LarderHotItem {
    LarderBytes key;
    /* Upper bound of the count in the window. */
    int64_t count;
    /* By how much the count may be too high. */
    int64_t error;
} LarderHotItem;

typedef struct LarderHotItemList {
    const LarderHotItem *items;
    size_t count;
} LarderHotItemList;

/* Result of hot_keys and hot_prefixes. */
typedef struct LarderHotResult {
    LarderHotItemList items;
    /* Length of the window. */
    int64_t window_ms;
    int64_t server_us;
} LarderHotResult;

/* Something that happened. */
typedef struct LarderEventInfo {
    /* Counts up; pass it as `since`. */
    int64_t sequence;
    int64_t at_ms;
    /* "flush", "compaction", "stall", "config", ... */
    LarderBytes kind;
    LarderBytes store;
    LarderBytes message;
    LarderTextPairList details;
} LarderEventInfo;

typedef struct LarderEventInfoList {
    const LarderEventInfo *items;
    size_t count;
} LarderEventInfoList;

/* Result of events. */
typedef struct LarderEventsResult {
    LarderEventInfoList events;
    /* Pass it as `since` next time. */
    int64_t next_sequence;
    int64_t server_us;
} LarderEventsResult;

/* One slow request. */
typedef struct LarderSlowCall {
    int64_t at_ms;
    LarderBytes method;
    LarderBytes store;
    int64_t duration_us;
    LarderBytes peer;
    int64_t request_bytes;
    int64_t reply_bytes;
} LarderSlowCall;

typedef struct LarderSlowCallList {
    const LarderSlowCall *items;
    size_t count;
} LarderSlowCallList;

/* Result of slow_log. */
typedef struct LarderSlowLogResult {
    LarderSlowCallList calls;
    int64_t server_us;
} LarderSlowLogResult;

/* Result of explain. */
typedef struct LarderExplainResult {
    /* The steps that a read of the key takes, in order, with their findings. */
    LarderBytesList steps;
    int64_t server_us;
} LarderExplainResult;

/* One finding of doctor. */
typedef struct LarderFinding {
    /* "info", "warning" or "error". */
    LarderBytes severity;
    LarderBytes summary;
    LarderBytes evidence;
    LarderBytes suggestion;
    /* A configuration fragment for config_plan; empty when none applies. */
    LarderBytes config_patch;
} LarderFinding;

typedef struct LarderFindingList {
    const LarderFinding *items;
    size_t count;
} LarderFindingList;

/* Result of doctor. */
typedef struct LarderDoctorResult {
    LarderFindingList findings;
    int64_t server_us;
} LarderDoctorResult;

/* Every method of the three services. */
typedef enum LarderMethod {
    LARDER_METHOD_SERVER_INFO = 0,
    LARDER_METHOD_GET = 1,
    LARDER_METHOD_MULTI_GET = 2,
    LARDER_METHOD_PUT = 3,
    LARDER_METHOD_REMOVE = 4,
    LARDER_METHOD_TOUCH = 5,
    LARDER_METHOD_INCREMENT = 6,
    LARDER_METHOD_APPEND = 7,
    LARDER_METHOD_BATCH = 8,
    LARDER_METHOD_BULK_WRITE = 9,
    LARDER_METHOD_SCAN = 10,
    LARDER_METHOD_REMOVE_RANGE = 11,
    LARDER_METHOD_RANGE_INFO = 12,
    LARDER_METHOD_CHECKSUM = 13,
    LARDER_METHOD_LEASE_ACQUIRE = 14,
    LARDER_METHOD_LEASE_RENEW = 15,
    LARDER_METHOD_LEASE_RELEASE = 16,
    LARDER_METHOD_LEASE_GET = 17,
    LARDER_METHOD_LEASE_LIST = 18,
    LARDER_METHOD_SNAPSHOT_OPEN = 19,
    LARDER_METHOD_SNAPSHOT_RENEW = 20,
    LARDER_METHOD_SNAPSHOT_CLOSE = 21,
    LARDER_METHOD_SNAPSHOT_LIST = 22,
    LARDER_METHOD_CHANGES = 23,
    LARDER_METHOD_TOPOLOGY = 24,
    LARDER_METHOD_LOCATE = 25,
    LARDER_METHOD_AUTHENTICATE = 26,
    LARDER_METHOD_PING = 27,
    LARDER_METHOD_STORE_CREATE = 28,
    LARDER_METHOD_STORE_ALTER = 29,
    LARDER_METHOD_STORE_LIST = 30,
    LARDER_METHOD_STORE_DROP = 31,
    LARDER_METHOD_STORE_RECALL = 32,
    LARDER_METHOD_STORE_RENAME = 33,
    LARDER_METHOD_CONFIG_PLAN = 34,
    LARDER_METHOD_CONFIG_APPLY = 35,
    LARDER_METHOD_CONFIG_EXPORT = 36,
    LARDER_METHOD_FLUSH = 37,
    LARDER_METHOD_COMPACT = 38,
    LARDER_METHOD_VERIFY = 39,
    LARDER_METHOD_BACKUP_CREATE = 40,
    LARDER_METHOD_BACKUP_LIST = 41,
    LARDER_METHOD_BACKUP_VERIFY = 42,
    LARDER_METHOD_BACKUP_RESTORE = 43,
    LARDER_METHOD_JOB_GET = 44,
    LARDER_METHOD_JOB_LIST = 45,
    LARDER_METHOD_JOB_CANCEL = 46,
    LARDER_METHOD_MODE_SET = 47,
    LARDER_METHOD_DRAIN = 48,
    LARDER_METHOD_SHUTDOWN = 49,
    LARDER_METHOD_HEALTH = 50,
    LARDER_METHOD_METRICS = 51,
    LARDER_METHOD_STORE_STATS = 52,
    LARDER_METHOD_LEVELS = 53,
    LARDER_METHOD_FILES = 54,
    LARDER_METHOD_HISTOGRAMS = 55,
    LARDER_METHOD_HOT_KEYS = 56,
    LARDER_METHOD_HOT_PREFIXES = 57,
    LARDER_METHOD_EVENTS = 58,
    LARDER_METHOD_SLOW_LOG = 59,
    LARDER_METHOD_EXPLAIN = 60,
    LARDER_METHOD_DOCTOR = 61,
} LarderMethod;

#define LARDER_METHOD_COUNT 62

/* "server_info", for instance; "unknown" for a number that is none. */
const char *larder_method_name(LarderMethod method);

/* Its service: "Store", for instance; "unknown" as above. */
const char *larder_method_service(LarderMethod method);

/* Arguments of server_info. */
typedef struct LarderServerInfoArguments {
    const LarderServerInfoOptions *options;
} LarderServerInfoArguments;

/* Arguments of get. */
typedef struct LarderGetArguments {
    LarderBytes store;
    LarderBytes key;
    const LarderGetOptions *options;
} LarderGetArguments;

/* Arguments of multi_get. */
typedef struct LarderMultiGetArguments {
    LarderBytes store;
    LarderBytesList keys;
    const LarderMultiGetOptions *options;
} LarderMultiGetArguments;

/* Arguments of put. */
typedef struct LarderPutArguments {
    LarderBytes store;
    LarderBytes key;
    LarderBytes value;
    const LarderPutOptions *options;
} LarderPutArguments;

/* Arguments of remove. */
typedef struct LarderRemoveArguments {
    LarderBytes store;
    LarderBytes key;
    const LarderRemoveOptions *options;
} LarderRemoveArguments;

/* Arguments of touch. */
typedef struct LarderTouchArguments {
    LarderBytes store;
    LarderBytes key;
    const LarderExpiry *expiry;
    const LarderTouchOptions *options;
} LarderTouchArguments;

/* Arguments of increment. */
typedef struct LarderIncrementArguments {
    LarderBytes store;
    LarderBytes key;
    int64_t delta;
    const LarderIncrementOptions *options;
} LarderIncrementArguments;

/* Arguments of append. */
typedef struct LarderAppendArguments {
    LarderBytes store;
    LarderBytes key;
    LarderBytes value;
    const LarderAppendOptions *options;
} LarderAppendArguments;

/* Arguments of batch. */
typedef struct LarderBatchArguments {
    LarderBytes store;
    LarderMutationList mutations;
    const LarderBatchOptions *options;
} LarderBatchArguments;

/* Arguments of bulk_write. */
typedef struct LarderBulkWriteArguments {
    LarderBytes store;
    LarderMutationList mutations;
    const LarderBulkWriteOptions *options;
} LarderBulkWriteArguments;

/* Arguments of scan. */
typedef struct LarderScanArguments {
    LarderBytes store;
    const LarderKeyRange *range;
    const LarderScanOptions *options;
} LarderScanArguments;

/* Arguments of remove_range. */
typedef struct LarderRemoveRangeArguments {
    LarderBytes store;
    const LarderKeyRange *range;
    const LarderRemoveRangeOptions *options;
} LarderRemoveRangeArguments;

/* Arguments of range_info. */
typedef struct LarderRangeInfoArguments {
    LarderBytes store;
    LarderKeyRangeList ranges;
    const LarderRangeInfoOptions *options;
} LarderRangeInfoArguments;

/* Arguments of checksum. */
typedef struct LarderChecksumArguments {
    LarderBytes store;
    const LarderKeyRange *range;
    const LarderChecksumOptions *options;
} LarderChecksumArguments;

/* Arguments of lease_acquire. */
typedef struct LarderLeaseAcquireArguments {
    LarderBytes store;
    LarderBytes name;
    LarderBytes holder;
    int64_t ttl_ms;
    const LarderLeaseOptions *options;
} LarderLeaseAcquireArguments;

/* Arguments of lease_renew. */
typedef struct LarderLeaseRenewArguments {
    LarderBytes store;
    LarderBytes name;
    int64_t token;
    const LarderLeaseOptions *options;
} LarderLeaseRenewArguments;

/* Arguments of lease_release. */
typedef struct LarderLeaseReleaseArguments {
    LarderBytes store;
    LarderBytes name;
    int64_t token;
    const LarderLeaseOptions *options;
} LarderLeaseReleaseArguments;

/* Arguments of lease_get. */
typedef struct LarderLeaseGetArguments {
    LarderBytes store;
    LarderBytes name;
    const LarderLeaseOptions *options;
} LarderLeaseGetArguments;

/* Arguments of lease_list. */
typedef struct LarderLeaseListArguments {
    LarderBytes store;
    LarderBytes prefix;
    const LarderLeaseOptions *options;
} LarderLeaseListArguments;

/* Arguments of snapshot_open. */
typedef struct LarderSnapshotOpenArguments {
    LarderBytes store;
    int64_t ttl_ms;
    const LarderSnapshotOptions *options;
} LarderSnapshotOpenArguments;

/* Arguments of snapshot_renew. */
typedef struct LarderSnapshotRenewArguments {
    LarderBytes store;
    int64_t snapshot_id;
    int64_t ttl_ms;
    const LarderSnapshotOptions *options;
} LarderSnapshotRenewArguments;

/* Arguments of snapshot_close. */
typedef struct LarderSnapshotCloseArguments {
    LarderBytes store;
    int64_t snapshot_id;
    const LarderSnapshotOptions *options;
} LarderSnapshotCloseArguments;

/* Arguments of snapshot_list. */
typedef struct LarderSnapshotListArguments {
    LarderBytes store;
    const LarderSnapshotOptions *options;
} LarderSnapshotListArguments;

/* Arguments of changes. */
typedef struct LarderChangesArguments {
    LarderBytes store;
    int64_t from_version;
    const LarderChangesOptions *options;
} LarderChangesArguments;

/* Arguments of topology. */
typedef struct LarderTopologyArguments {
    const LarderTopologyOptions *options;
} LarderTopologyArguments;

/* Arguments of locate. */
typedef struct LarderLocateArguments {
    LarderBytes store;
    LarderBytes key;
    const LarderTopologyOptions *options;
} LarderLocateArguments;

/* Arguments of authenticate. */
typedef struct LarderAuthenticateArguments {
    LarderBytes token_id;
    LarderBytes secret;
} LarderAuthenticateArguments;

/* Arguments of ping. */
typedef struct LarderPingArguments {
    LarderBytes payload;
} LarderPingArguments;

/* Arguments of store_create. */
typedef struct LarderStoreCreateArguments {
    const LarderStoreSpec *spec;
    const LarderAdminOptions *options;
} LarderStoreCreateArguments;

/* Arguments of store_alter. */
typedef struct LarderStoreAlterArguments {
    LarderBytes store;
    LarderTextPairList settings;
    const LarderAdminOptions *options;
} LarderStoreAlterArguments;

/* Arguments of store_list. */
typedef struct LarderStoreListArguments {
    const LarderAdminOptions *options;
} LarderStoreListArguments;

/* Arguments of store_drop. */
typedef struct LarderStoreDropArguments {
    LarderBytes store;
    int64_t retain_ms;
    const LarderAdminOptions *options;
} LarderStoreDropArguments;

/* Arguments of store_recall. */
typedef struct LarderStoreRecallArguments {
    LarderBytes store;
    LarderBytes new_name;
    const LarderAdminOptions *options;
} LarderStoreRecallArguments;

/* Arguments of store_rename. */
typedef struct LarderStoreRenameArguments {
    LarderBytes store;
    LarderBytes new_name;
    const LarderAdminOptions *options;
} LarderStoreRenameArguments;

/* Arguments of config_plan. */
typedef struct LarderConfigPlanArguments {
    LarderBytes document;
    const LarderAdminOptions *options;
} LarderConfigPlanArguments;

/* Arguments of config_apply. */
typedef struct LarderConfigApplyArguments {
    LarderBytes document;
    LarderBytes plan_id;
    const LarderAdminOptions *options;
} LarderConfigApplyArguments;

/* Arguments of config_export. */
typedef struct LarderConfigExportArguments {
    const LarderAdminOptions *options;
} LarderConfigExportArguments;

/* Arguments of flush. */
typedef struct LarderFlushArguments {
    LarderBytes store;
    const LarderAdminOptions *options;
} LarderFlushArguments;

/* Arguments of compact. */
typedef struct LarderCompactArguments {
    LarderBytes store;
    const LarderKeyRange *range;
    const LarderAdminOptions *options;
} LarderCompactArguments;

/* Arguments of verify. */
typedef struct LarderVerifyArguments {
    LarderBytes store;
    const LarderAdminOptions *options;
} LarderVerifyArguments;

/* Arguments of backup_create. */
typedef struct LarderBackupCreateArguments {
    LarderBytes store;
    LarderBytes destination;
    int64_t base_id;
    const LarderAdminOptions *options;
} LarderBackupCreateArguments;

/* Arguments of backup_list. */
typedef struct LarderBackupListArguments {
    LarderBytes store;
    const LarderAdminOptions *options;
} LarderBackupListArguments;

/* Arguments of backup_verify. */
typedef struct LarderBackupVerifyArguments {
    int64_t backup_id;
    const LarderAdminOptions *options;
} LarderBackupVerifyArguments;

/* Arguments of backup_restore. */
typedef struct LarderBackupRestoreArguments {
    int64_t backup_id;
    LarderBytes new_name;
    const LarderAdminOptions *options;
} LarderBackupRestoreArguments;

/* Arguments of job_get. */
typedef struct LarderJobGetArguments {
    int64_t job_id;
    const LarderAdminOptions *options;
} LarderJobGetArguments;

/* Arguments of job_list. */
typedef struct LarderJobListArguments {
    const LarderAdminOptions *options;
} LarderJobListArguments;

/* Arguments of job_cancel. */
typedef struct LarderJobCancelArguments {
    int64_t job_id;
    const LarderAdminOptions *options;
} LarderJobCancelArguments;

/* Arguments of mode_set. */
typedef struct LarderModeSetArguments {
    LarderBytes store;
    LarderStoreMode mode;
    const LarderAdminOptions *options;
} LarderModeSetArguments;

/* Arguments of drain. */
typedef struct LarderDrainArguments {
    int64_t wait_ms;
    const LarderAdminOptions *options;
} LarderDrainArguments;

/* Arguments of shutdown. */
typedef struct LarderShutdownArguments {
    const LarderAdminOptions *options;
} LarderShutdownArguments;

/* Arguments of health. */
typedef struct LarderHealthArguments {
    const LarderObserveOptions *options;
} LarderHealthArguments;

/* Arguments of metrics. */
typedef struct LarderMetricsArguments {
    const LarderObserveOptions *options;
} LarderMetricsArguments;

/* Arguments of store_stats. */
typedef struct LarderStoreStatsArguments {
    LarderBytes store;
    const LarderObserveOptions *options;
} LarderStoreStatsArguments;

/* Arguments of levels. */
typedef struct LarderLevelsArguments {
    LarderBytes store;
    const LarderObserveOptions *options;
} LarderLevelsArguments;

/* Arguments of files. */
typedef struct LarderFilesArguments {
    LarderBytes store;
    const LarderObserveOptions *options;
} LarderFilesArguments;

/* Arguments of histograms. */
typedef struct LarderHistogramsArguments {
    LarderBytes prefix;
    const LarderObserveOptions *options;
} LarderHistogramsArguments;

/* Arguments of hot_keys. */
typedef struct LarderHotKeysArguments {
    LarderBytes store;
    LarderHotDimension dimension;
    const LarderObserveOptions *options;
} LarderHotKeysArguments;

/* Arguments of hot_prefixes. */
typedef struct LarderHotPrefixesArguments {
    LarderBytes store;
    LarderHotDimension dimension;
    const LarderObserveOptions *options;
} LarderHotPrefixesArguments;

/* Arguments of events. */
typedef struct LarderEventsArguments {
    int64_t since;
    const LarderObserveOptions *options;
} LarderEventsArguments;

/* Arguments of slow_log. */
typedef struct LarderSlowLogArguments {
    int64_t min_us;
    const LarderObserveOptions *options;
} LarderSlowLogArguments;

/* Arguments of explain. */
typedef struct LarderExplainArguments {
    LarderBytes store;
    LarderBytes key;
    const LarderObserveOptions *options;
} LarderExplainArguments;

/* Arguments of doctor. */
typedef struct LarderDoctorArguments {
    const LarderObserveOptions *options;
} LarderDoctorArguments;

/* The result of a call: the member of its method. */
typedef union LarderResult {
    const void *any;
    const LarderServerInfo *server_info;
    const LarderGetResult *get;
    const LarderMultiGetResult *multi_get;
    const LarderWriteResult *put;
    const LarderWriteResult *remove;
    const LarderWriteResult *touch;
    const LarderIncrementResult *increment;
    const LarderAppendResult *append;
    const LarderBatchResult *batch;
    const LarderBulkWriteResult *bulk_write;
    const LarderScanResult *scan;
    const LarderRemoveRangeResult *remove_range;
    const LarderRangeInfoResult *range_info;
    const LarderChecksumResult *checksum;
    const LarderLeaseResult *lease_acquire;
    const LarderLeaseResult *lease_renew;
    const LarderLeaseResult *lease_release;
    const LarderLeaseGetResult *lease_get;
    const LarderLeaseListResult *lease_list;
    const LarderSnapshotResult *snapshot_open;
    const LarderSnapshotResult *snapshot_renew;
    const LarderSnapshotResult *snapshot_close;
    const LarderSnapshotListResult *snapshot_list;
    const LarderChangesResult *changes;
    const LarderTopologyResult *topology;
    const LarderLocateResult *locate;
    const LarderAuthenticateResult *authenticate;
    const LarderPingResult *ping;
    const LarderAdminResult *store_create;
    const LarderAdminResult *store_alter;
    const LarderStoreListResult *store_list;
    const LarderAdminResult *store_drop;
    const LarderAdminResult *store_recall;
    const LarderAdminResult *store_rename;
    const LarderConfigPlan *config_plan;
    const LarderAdminResult *config_apply;
    const LarderConfigDocument *config_export;
    const LarderAdminResult *flush;
    const LarderAdminResult *compact;
    const LarderAdminResult *verify;
    const LarderAdminResult *backup_create;
    const LarderBackupListResult *backup_list;
    const LarderAdminResult *backup_verify;
    const LarderAdminResult *backup_restore;
    const LarderJobListResult *job_get;
    const LarderJobListResult *job_list;
    const LarderAdminResult *job_cancel;
    const LarderAdminResult *mode_set;
    const LarderDrainResult *drain;
    const LarderAdminResult *shutdown;
    const LarderHealthResult *health;
    const LarderMetricsResult *metrics;
    const LarderStoreStats *store_stats;
    const LarderLevelsResult *levels;
    const LarderFilesResult *files;
    const LarderHistogramsResult *histograms;
    const LarderHotResult *hot_keys;
    const LarderHotResult *hot_prefixes;
    const LarderEventsResult *events;
    const LarderSlowLogResult *slow_log;
    const LarderExplainResult *explain;
    const LarderDoctorResult *doctor;
} LarderResult;

/* The exception that ended a call: the member of its outcome. */
typedef union LarderException {
    const void *any;
    const LarderInvalidRequest *invalid_request;
    const LarderNotHere *not_here;
    const LarderRefused *refused;
    const LarderIndeterminate *indeterminate;
    const LarderFailed *failed;
} LarderException;

#ifdef __cplusplus
}
#endif

#endif
