/**
 * Larder: the contract.
 *
 * Three services share this file. `Store` reads and writes data, `Admin` manages a server, and
 * `Observe` looks into it. Data is served on one listener (port 7400 unless configured otherwise),
 * Admin and Observe together on a second one (port 7401), so that management keeps answering when
 * the data plane is overloaded.
 *
 * Rules that every method follows
 *
 *   1. A call names its few real arguments first and takes one optional `options` struct last.
 *      Leaving `options` out means all defaults.
 *   2. A normal outcome is a result, never an exception: a missing key, a condition that does not
 *      hold, a page that stopped early.
 *   3. There are five exceptions, one for each thing a caller can do next:
 *        InvalidRequest  correct the call; repeating it unchanged fails again
 *        NotHere         send the call to the owner that the exception names
 *        Refused         it was certainly not executed; try again after `retry_after_ms`
 *        Indeterminate   it may have been executed; repeat it only with the same request id, or
 *                        under a condition
 *        Failed          trying again does not help; an operator has to look
 *      Exceptions have the same field ids in every method of every service.
 *   4. Times are milliseconds (i64). Absolute times count from 1970-01-01 UTC. Sizes are bytes
 *      (i64). Keys and values are arbitrary bytes; names are strings of [a-z0-9_-].
 *   5. Versions are opaque positive i64. Every commit to a store has one, they only grow, and none
 *      is ever used twice: not after a crash, a restore, or a restart of an in-memory store. An
 *      absent or expired key has version 0.
 *   6. `deadline_ms` in an options struct is a budget counted from the arrival of the request. A
 *      request that has not started when it is spent is Refused; one that is being committed then is
 *      Indeterminate. Absent: the server's own limit. Range 1 to 3,600,000.
 *   7. `server_info` reports every limit named here with the value in force. The figures in this
 *      file are the defaults.
 *
 * Compatibility
 *
 *   - Field ids and enum values are never reused and never change their meaning or their type.
 *   - New fields are optional, with a default that keeps the old behaviour. Readers skip fields they
 *     do not know; a server ignores unknown fields of a request, a client those of a reply.
 *   - A client treats an enum value that it does not know like the first value of that enum, and an
 *     unknown exception code like its exception type alone.
 *   - A new method may be missing on an old server, which answers TApplicationException
 *     UNKNOWN_METHOD; a method that exists but is not served in a configuration answers
 *     InvalidRequest with code UNSUPPORTED.
 *   - API_VERSION grows by one whenever a method, field or value is added.
 */

namespace c_glib LarderRpc
namespace cpp larder
namespace go larder
namespace java larder
namespace js Larder
namespace lua larder
namespace perl Larder
namespace php Larder
namespace py larder
namespace rb Larder

/** Version of this contract. It grows by one whenever something is added. */
const i32 API_VERSION = 2

/** Default port of the Store service. */
const i32 DATA_PORT = 7400

/** Default port of the Admin and Observe services. */
const i32 ADMIN_PORT = 7401

/** Default port of the HTTP endpoint (metrics, health, dashboard). */
const i32 HTTP_PORT = 7402

// ---------------------------------------------------------------------------------------------
// Exceptions
// ---------------------------------------------------------------------------------------------

/** Why a request is invalid. */
enum InvalidCode {
  /** An argument or option is missing, malformed or contradictory; `field` names it. */
  BAD_ARGUMENT = 1,
  /** A size or count is over a limit; `field`, `limit` and `actual` say which and by how much. */
  OVER_LIMIT = 2,
  /** No store of that name exists. */
  UNKNOWN_STORE = 3,
  /** The method or option exists in the contract but is not served here. */
  UNSUPPORTED = 4,
  /** The page token is damaged, or belongs to another store, range or snapshot. */
  BAD_TOKEN = 5,
  /** The snapshot does not exist any more. Open a new one. */
  SNAPSHOT_GONE = 6,
  /** The request id is older than the window in which outcomes are remembered. */
  REQUEST_ID_EXPIRED = 7,
  /** The caller is not authenticated, or lacks the right for this call. */
  NOT_PERMITTED = 8,
  /** The object to create exists already. */
  ALREADY_EXISTS = 9,
  /** The object (job, backup, lease, ...) does not exist. */
  NOT_FOUND = 10,
  /** The expected generation is not the current one: read again and decide anew. */
  GENERATION_CHANGED = 11
}

/** Why the owner is elsewhere. */
enum NotHereCode {
  /** Another node owns this key; `owner` names it. */
  WRONG_OWNER = 1,
  /** The keys of this call belong to more than one shard, and the call must be atomic. */
  CROSS_SHARD = 2
}

/** Why a request was not executed. */
enum RefusedCode {
  /** More work is in flight than the server accepts. */
  OVERLOAD = 1,
  /** A quota of the tenant or the store is used up. */
  QUOTA = 2,
  /** The disk is nearly full; removes are still accepted. */
  DISK_FULL = 3,
  /** The memory budget of the store is used up; removes are still accepted. */
  MEMORY_FULL = 4,
  /** The server is draining and takes no new work. */
  DRAINING = 5,
  /** The deadline passed before execution began. */
  DEADLINE = 6,
  /** The store is in read-only mode. */
  READ_ONLY = 7,
  /** The server or store is still starting. */
  STARTING = 8
}

/** Why it is not known whether a request was executed. */
enum IndeterminateCode {
  /** The commit was written, but making it durable failed. */
  DURABILITY_UNKNOWN = 1,
  /** The deadline passed while the commit was under way. */
  DEADLINE = 2,
  /** The engine behind this server did not answer, or lost its connection. */
  ENGINE_UNKNOWN = 3
}

/** Why a request failed for good. */
enum FailedCode {
  /** A defect of the server. */
  INTERNAL = 1,
  /** Stored bytes do not match their checksum. */
  CORRUPTION = 2,
  /** An earlier failed sync made this store read-only until it is reopened. */
  POISONED = 3,
  /** The operating system reported an error that will not go away. */
  IO_ERROR = 4
}

/** Fix the call: repeating it unchanged will fail again. */
exception InvalidRequest {
  1: InvalidCode code,
  /** For people: names the field, the value and the limit. */
  2: string message,
  3: map<string, string> details,
  /** The argument or option at fault, dotted: "options.ttl". Empty when none applies. */
  4: string field,
  /** The limit that applies, 0 when none does. */
  5: i64 limit,
  /** The value that was given, 0 when none applies. */
  6: i64 actual
}

/** Send the call to `owner`. Always safe to repeat there. */
exception NotHere {
  1: NotHereCode code,
  2: string message,
  3: map<string, string> details,
  /** Topology epoch that this answer is based on. */
  4: i64 epoch,
  /** "host:port" of the owner, empty when unknown. */
  5: string owner,
  /** Shard of the key. */
  6: i64 shard_id
}

/** Certainly not executed. Always safe to repeat after `retry_after_ms`. */
exception Refused {
  1: RefusedCode code,
  2: string message,
  3: map<string, string> details,
  /** Milliseconds to wait before the next try; 0 when the server cannot tell. */
  4: i64 retry_after_ms,
  /** What is short: "server", "connection", or "store:NAME". */
  5: string scope
}

/** Executed or not: unknown. Repeat only with the same request id or under a condition. */
exception Indeterminate {
  1: IndeterminateCode code,
  2: string message,
  3: map<string, string> details,
  /** The request id of the call, when it carried one. */
  4: binary request_id
}

/** Will not get better by repeating. */
exception Failed {
  1: FailedCode code,
  2: string message,
  3: map<string, string> details
}

// ---------------------------------------------------------------------------------------------
// Parts of requests
// ---------------------------------------------------------------------------------------------

/** How durable a write must be when it is acknowledged. A request can only strengthen its store. */
enum Durability {
  /** The store's own mode. */
  STORE_DEFAULT = 0,
  /** After a sync to stable storage. In-memory stores refuse it as UNSUPPORTED. */
  SYNC = 1
}

/**
 * What must hold for a write to be applied. Every field that is set must hold; none set: always.
 * Checked against the state just before the write's own commit.
 */
struct Condition {
  /** True: the key must be absent (or expired). */
  1: optional bool absent,
  /** True: the key must be present. */
  2: optional bool present,
  /** The key's version must be this one; 0 means absent. */
  3: optional i64 version_equal,
  /** The key's version must be at most this one; an absent key has version 0. */
  4: optional i64 version_at_most,
  /** The key must be present with exactly this value. */
  5: optional binary value_equal
}

/** When a record expires. At most one field may be set; none set: never. */
struct Expiry {
  /** Milliseconds after the commit. Range 1 to 31,536,000,000,000 (a thousand years). */
  1: optional i64 ttl_ms,
  /** Absolute time, at least 1. A time that has passed removes the key. */
  2: optional i64 at_ms,
  /** True: keep the expiry that the key has now (none for a new key). */
  3: optional bool keep
}

/** Proof of holding a lease: the write passes only while `token` is the highest one granted. */
struct Fence {
  /** Name of the lease. */
  1: string lease,
  /** Token from lease_acquire. */
  2: i64 token
}

/** A part of the key space. Keys compare as unsigned bytes. All fields absent: every key. */
struct KeyRange {
  /** First key of the range (included). Absent: from the first key. */
  1: optional binary start_key,
  /** First key behind the range (excluded). Absent: to the last key. */
  2: optional binary stop_key,
  /** All keys that begin with these bytes. Excludes start_key and stop_key. */
  3: optional binary prefix
}

/** What a mutation of a batch does. */
enum MutationKind {
  /** Set `key` to `value`. */
  PUT = 1,
  /** Remove `key`. */
  REMOVE = 2,
  /** Add `delta` to the counter at `key`. */
  INCREMENT = 3,
  /** Remove every key of [`key`, `stop_key`). */
  REMOVE_RANGE = 4
}

/** One change within batch or bulk_write. */
struct Mutation {
  1: MutationKind kind,
  /** The key; for REMOVE_RANGE the first key (included). */
  2: binary key,
  /** For PUT. */
  3: optional binary value,
  /** For REMOVE_RANGE: the end (excluded). Absent: to the last key. */
  4: optional binary stop_key,
  /** For INCREMENT. */
  5: optional i64 delta,
  /** For PUT and INCREMENT. INCREMENT keeps the present expiry when absent. */
  6: optional Expiry expiry,
  /** Must hold for this mutation's key before the batch. In a batch one that fails fails all. */
  7: optional Condition condition
}

/** A condition on any key of the store, checked against the state before the batch. */
struct Guard {
  1: binary key,
  2: Condition condition
}

// ---------------------------------------------------------------------------------------------
// Store: options
// ---------------------------------------------------------------------------------------------

/** Options of get. */
struct GetOptions {
  1: optional i64 deadline_ms,
  /** Read this snapshot instead of the latest version. */
  2: optional i64 snapshot_id,
  /** If the key has this version, answer `unchanged` without the value. */
  3: optional i64 if_version_not,
  /** False: only whether it exists, version, expiry and length. */
  4: optional bool want_value = true,
  /** First byte of the value to return. */
  5: optional i64 offset = 0,
  /** Most bytes of the value to return; absent: to its end. */
  6: optional i64 length
}

/** Options of multi_get. */
struct MultiGetOptions {
  1: optional i64 deadline_ms,
  2: optional i64 snapshot_id,
  /**
   * Stop after about this many bytes of keys and values, at least 1; the rest is left for another
   * call. The server's own limit multi_get_bytes applies in any case.
   */
  3: optional i64 limit_bytes,
  /** False: no values, only existence, version, expiry and length. */
  4: optional bool want_values = true
}

/** Options of put. */
struct PutOptions {
  1: optional i64 deadline_ms,
  2: optional Condition condition,
  3: optional Expiry expiry,
  4: optional Durability durability,
  5: optional Fence fence,
  /** UUIDv7 (16 bytes). A repeated call with the same id returns the first outcome. */
  6: optional binary request_id,
  /** True: when the condition fails, return the current value too. */
  7: optional bool return_current = false,
  /**
   * True: the result's `existed` says whether the key was present before. A durable store may have
   * to read the disk for that, which a plain put spares.
   */
  8: optional bool want_existed = false
}

/** Options of remove. */
struct RemoveOptions {
  1: optional i64 deadline_ms,
  2: optional Condition condition,
  4: optional Durability durability,
  5: optional Fence fence,
  6: optional binary request_id,
  7: optional bool return_current = false,
  /** False: the result has no `existed`, and a durable store need not read the disk for it. */
  8: optional bool want_existed = true
}

/** Options of touch. */
struct TouchOptions {
  1: optional i64 deadline_ms,
  2: optional Condition condition,
  4: optional Durability durability,
  5: optional Fence fence,
  6: optional binary request_id,
  7: optional bool return_current = false
}

/** Options of increment. */
struct IncrementOptions {
  1: optional i64 deadline_ms,
  2: optional Condition condition,
  /** Absent: the present expiry is kept. */
  3: optional Expiry expiry,
  4: optional Durability durability,
  5: optional Fence fence,
  6: optional binary request_id,
  7: optional bool return_current = false,
  /** Value of an absent key before `delta` is added. */
  8: optional i64 initial = 0,
  /** The result must not be below this. */
  9: optional i64 lowest,
  /** The result must not be above this. */
  10: optional i64 highest
}

/** Options of append. */
struct AppendOptions {
  1: optional i64 deadline_ms,
  2: optional Condition condition,
  /** Absent: the present expiry is kept. */
  3: optional Expiry expiry,
  4: optional Durability durability,
  5: optional Fence fence,
  6: optional binary request_id,
  7: optional bool return_current = false,
  /** False: an absent key is not created, and the result says so. */
  8: optional bool create = true,
  /** The value must not become longer than this; absent: the store's value limit. */
  9: optional i64 max_length
}

/** Options of batch. */
struct BatchOptions {
  1: optional i64 deadline_ms,
  /** Conditions on any keys. All must hold, or nothing is applied. */
  2: optional list<Guard> guards,
  4: optional Durability durability,
  5: optional Fence fence,
  6: optional binary request_id,
  /** True: when a guard fails, return the current value of its key too. */
  7: optional bool return_current = false
}

/** Options of bulk_write. */
struct BulkWriteOptions {
  1: optional i64 deadline_ms,
  4: optional Durability durability,
  5: optional Fence fence,
  6: optional binary request_id
}

/** Options of scan. A page ends at the first limit that it reaches. */
struct ScanOptions {
  1: optional i64 deadline_ms,
  2: optional i64 snapshot_id,
  /** True: from the last key of the range to the first. */
  3: optional bool reverse = false,
  /** True: keys, versions and lengths without values. */
  4: optional bool keys_only = false,
  /** True: no items, only `count`. limit_items and limit_bytes do not apply. */
  5: optional bool count_only = false,
  /** Most items of a page: 1 to 10,000. */
  6: optional i64 limit_items = 1000,
  /** Most bytes of keys and values: 1 to 16,777,216. One item is always returned. */
  7: optional i64 limit_bytes = 1048576,
  /** Most entries to look at, counting those not returned: 1 to 10,000,000. */
  8: optional i64 limit_examined = 1000000,
  /** Most milliseconds to spend: 1 to 60,000. */
  9: optional i64 limit_ms = 5000,
  /** Token of the page before; `range`, `reverse` and the snapshot must be the same. */
  10: optional binary page_token
}

/** Options of remove_range. */
struct RemoveRangeOptions {
  1: optional i64 deadline_ms,
  4: optional Durability durability,
  5: optional Fence fence,
  6: optional binary request_id,
  /** True: only estimate what would be removed. */
  7: optional bool dry_run = false
}

/** Options of range_info. */
struct RangeInfoOptions {
  1: optional i64 deadline_ms,
  /** Propose keys that split each range into parts of about this many bytes. Absent: none. */
  2: optional i64 split_bytes
}

/** How checksum folds records. */
enum ChecksumKind {
  /**
   * 64-bit XXH3 with seed 0 over the records of the range in key order, each as: key length (4 bytes
   * little-endian), key, value length (4 bytes little-endian), value, expiry (8 bytes
   * little-endian, 0 for none). Versions are left out, so copies of the same data compare equal.
   */
  XXH3_RECORDS = 1
}

/** Options of checksum. */
struct ChecksumOptions {
  1: optional i64 deadline_ms,
  2: optional i64 snapshot_id,
  3: optional ChecksumKind kind = ChecksumKind.XXH3_RECORDS
}

/** Options of the lease methods. */
struct LeaseOptions {
  1: optional i64 deadline_ms,
  4: optional Durability durability,
  6: optional binary request_id,
  /** lease_acquire: wait up to this long for the present holder. 0 to 60,000. */
  8: optional i64 wait_ms = 0,
  /** lease_acquire: bytes that lease_get shows to others. At most 1,024. */
  9: optional binary meta,
  /** lease_list: most leases to return. 1 to 10,000. */
  10: optional i64 limit_items = 1000,
  /** lease_list: token of the page before. */
  11: optional binary page_token
}

/** Options of the snapshot methods. */
struct SnapshotOptions {
  1: optional i64 deadline_ms,
  /** For people, shown by snapshot_list. At most 64 bytes. */
  2: optional string label
}

/** Options of changes. */
struct ChangesOptions {
  1: optional i64 deadline_ms,
  /** Only changes that touch this range. */
  2: optional KeyRange range,
  /** Most commits of a page: 1 to 10,000. */
  3: optional i64 limit_items = 1000,
  /** Most bytes of a page: 1 to 16,777,216. */
  4: optional i64 limit_bytes = 1048576,
  /** Wait up to this long for the first change. 0 to 60,000. */
  5: optional i64 wait_ms = 0
}

/** Options of topology and locate. */
struct TopologyOptions {
  1: optional i64 deadline_ms,
  /** The epoch that the caller knows: answer only once there is a newer one, or wait_ms passed. */
  2: optional i64 known_epoch,
  /** 0 to 60,000. */
  3: optional i64 wait_ms = 0
}

/** What a client says of itself. All fields are for logs and statistics. */
struct ServerInfoOptions {
  1: optional i64 deadline_ms,
  /** Name and version of the client program or library, at most 64 bytes. */
  2: optional string client,
  /** API_VERSION that the client was built with. */
  3: optional i32 api_version
}

// ---------------------------------------------------------------------------------------------
// Store: results
// ---------------------------------------------------------------------------------------------

/** A limit of this server. */
struct LimitInfo {
  /** "value_bytes", for example. */
  1: string name,
  2: i64 value,
  /** "bytes", "items", "ms", ... */
  3: string unit,
  /** Why it exists. */
  4: string reason
}

/** One store, as server_info and store_list show it. */
struct StoreInfo {
  1: string name,
  /** "hashmap", "lsm", ... */
  2: string engine,
  /** What this store can do: "ordered", "durable", "snapshots", ... */
  3: list<string> capabilities,
  /** "none" for in-memory stores, else "always", "interval" or "os". */
  4: string durability,
  /** Counts up when the store's settings change. */
  5: i64 generation
}

/** Result of server_info. */
struct ServerInfo {
  /** API_VERSION of the server. */
  1: i32 api_version,
  /** Version of the program: "0.1.0". */
  2: string server_version,
  3: list<StoreInfo> stores,
  4: list<LimitInfo> limits,
  /** Optional parts of the contract that are served: method names. */
  5: list<string> methods,
  /** Milliseconds since the start. */
  6: i64 uptime_ms,
  /** The server's clock. */
  7: i64 now_ms,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Result of get. */
struct GetResult {
  1: bool found,
  /** Absent when not found, unchanged or not wanted. */
  2: optional binary value,
  /** Version of the record; 0 when not found. */
  3: i64 version,
  /** Absolute expiry; 0 for never. */
  4: i64 expires_at_ms,
  /** Length of the whole value, also when a slice is returned. */
  5: i64 full_length,
  /** True: the key has the version of if_version_not. */
  6: bool unchanged,
  /** Microseconds that the server spent. */
  14: i64 server_us,
  15: i64 topology_epoch
}

/** One answer of multi_get. */
struct GetItem {
  1: bool found,
  2: optional binary value,
  3: i64 version,
  4: i64 expires_at_ms,
  5: i64 full_length
}

/** Result of multi_get. All items are read at one version. */
struct MultiGetResult {
  /** items[i] answers keys[i]. Shorter than keys when limit_bytes stopped it. */
  1: list<GetItem> items,
  /** The version that was read. */
  2: i64 read_version,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Why a write was not applied. */
enum NotApplied {
  /** It was applied. */
  WAS_APPLIED = 0,
  /** A condition or guard does not hold. */
  CONDITION_FAILED = 1,
  /** The fence's token is not the highest one granted. */
  STALE_FENCE = 2,
  /** touch, or append with create=false: there is no such key. */
  KEY_ABSENT = 3,
  /** increment: the value is not a counter (8 bytes, big-endian). */
  NOT_A_COUNTER = 4,
  /** increment: the result is outside of lowest..highest, or of an i64. */
  OUT_OF_RANGE = 5,
  /** append: the value would be longer than allowed. */
  TOO_LONG = 6
}

/** Result of put, remove and touch. */
struct WriteResult {
  1: bool applied,
  /** Version of this commit; 0 when not applied. */
  2: i64 version,
  3: NotApplied reason,
  /** When not applied: the key's version, 0 if absent. */
  4: i64 current_version,
  /** When not applied and return_current was set: the key's value. */
  5: optional binary current_value,
  /**
   * Whether the key was present before. Set by touch, when the write was not applied, and by put and
   * remove whose `want_existed` is true; absent: the call did not want to know.
   */
  6: optional bool existed,
  /** Expiry of the record after the write; 0 for never. */
  7: i64 expires_at_ms,
  /** True: this is the remembered outcome of an earlier call with the same request id. */
  8: bool replayed,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Result of increment. */
struct IncrementResult {
  1: bool applied,
  2: i64 version,
  3: NotApplied reason,
  4: i64 current_version,
  5: optional binary current_value,
  /** The counter after the call; when not applied, unchanged (0 if absent or no counter). */
  6: i64 number,
  7: i64 expires_at_ms,
  8: bool replayed,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Result of append. */
struct AppendResult {
  1: bool applied,
  2: i64 version,
  3: NotApplied reason,
  4: i64 current_version,
  5: optional binary current_value,
  /** Length of the value after the call; when not applied, its present length. */
  6: i64 length,
  7: i64 expires_at_ms,
  8: bool replayed,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Result of batch. */
struct BatchResult {
  1: bool applied,
  /** Version of the batch; every key that it wrote has it. Without mutations: the latest version. */
  2: i64 version,
  3: NotApplied reason,
  /** When a guard of the options failed: its index; else -1. */
  4: i32 failed_guard,
  /** When a mutation could not be applied: its index; else -1. */
  5: i32 failed_mutation,
  /** Version of the key at fault, 0 if absent. */
  6: i64 current_version,
  7: optional binary current_value,
  8: bool replayed,
  /** When applied: the new values of the counters, in the order of the INCREMENT mutations. */
  9: list<i64> numbers,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Outcome of one mutation of bulk_write. */
struct BulkItem {
  1: bool applied,
  2: i64 version,
  3: NotApplied reason,
  4: i64 current_version,
  /** For INCREMENT: the counter after the mutation. */
  5: i64 number
}

/** Result of bulk_write. */
struct BulkWriteResult {
  /** items[i] is the outcome of mutations[i]. */
  1: list<BulkItem> items,
  /** How many were applied. */
  2: i64 applied_count,
  /** The highest version among them; 0 when none was applied. */
  3: i64 version,
  8: bool replayed,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** One record of a scan. */
struct ScanItem {
  1: binary key,
  /** Absent with keys_only. */
  2: optional binary value,
  3: i64 version,
  4: i64 expires_at_ms,
  5: i64 full_length
}

/** Why a page ended. */
enum StopReason {
  /** The range is exhausted; there is no next page. */
  RANGE_END = 1,
  LIMIT_ITEMS = 2,
  LIMIT_BYTES = 3,
  LIMIT_EXAMINED = 4,
  LIMIT_TIME = 5
}

/** Result of scan. */
struct ScanResult {
  1: list<ScanItem> items,
  /** Pass it as page_token to get the next page. Absent at the end of the range. */
  2: optional binary next_token,
  3: StopReason stop_reason,
  /** Records of this page, also with count_only. */
  4: i64 count,
  /** Entries that were looked at: tombstones, expired records, and one look ahead included. */
  5: i64 examined,
  6: i64 tombstones,
  7: i64 expired,
  /** The version that this page was read at. */
  8: i64 read_version,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Result of remove_range. */
struct RemoveRangeResult {
  /** Version of the commit; 0 with dry_run. */
  1: i64 version,
  /** About how many keys were removed (or would be). */
  2: i64 estimated_keys,
  /** About how many bytes of keys and values. */
  3: i64 estimated_bytes,
  8: bool replayed,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** What range_info says of one range. */
struct RangeInfo {
  /** About how many live keys. */
  1: i64 estimated_keys,
  /** About how many bytes of keys and values. */
  2: i64 estimated_bytes,
  /** True: the two figures are exact. */
  3: bool exact,
  /** Keys that split the range as asked, in order, without its ends. */
  4: list<binary> split_keys,
  /** Part of the entries that are tombstones or expired, 0.0 to 1.0. */
  5: double dead_ratio
}

/** Result of range_info. */
struct RangeInfoResult {
  /** infos[i] describes ranges[i]. */
  1: list<RangeInfo> infos,
  2: i64 read_version,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Result of checksum. */
struct ChecksumResult {
  /** The checksum; the 64 bits of the hash as a signed number. */
  1: i64 checksum,
  2: i64 keys,
  3: i64 bytes,
  4: i64 read_version,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** State of a lease. */
struct LeaseInfo {
  1: string name,
  /** Who holds it; empty when free. */
  2: string holder,
  /** The highest token granted so far. */
  3: i64 token,
  /** Milliseconds until it expires; 0 when free. */
  4: i64 remaining_ms,
  5: i64 ttl_ms,
  6: optional binary meta
}

/** Result of lease_acquire, lease_renew and lease_release. */
struct LeaseResult {
  /** True: granted, renewed or released. */
  1: bool done,
  /** Fencing token; only grows. */
  2: i64 token,
  /** The lease after the call. */
  3: LeaseInfo lease,
  8: bool replayed,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Result of lease_get. */
struct LeaseGetResult {
  1: bool found,
  2: optional LeaseInfo lease,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Result of lease_list. */
struct LeaseListResult {
  1: list<LeaseInfo> leases,
  2: optional binary next_token,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** One open snapshot. */
struct SnapshotInfo {
  1: i64 snapshot_id,
  /** The version that it shows. */
  2: i64 version,
  3: i64 opened_at_ms,
  /** Closed by the server then, unless renewed. */
  4: i64 expires_at_ms,
  5: string label
}

/** Result of snapshot_open, snapshot_renew and snapshot_close. */
struct SnapshotResult {
  /** False: there is no such snapshot (any more). */
  1: bool done,
  2: optional SnapshotInfo snapshot,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Result of snapshot_list. */
struct SnapshotListResult {
  1: list<SnapshotInfo> snapshots,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** One commit, as changes shows it. */
struct ChangeEntry {
  1: i64 version,
  /** The commit's time stamp. */
  2: i64 stamp_ms,
  /** What it did, resolved: increments and appends appear as the PUT that they amounted to. */
  3: list<Mutation> mutations
}

/** Result of changes. */
struct ChangesResult {
  1: list<ChangeEntry> entries,
  /** Pass it as from_version next time. */
  2: i64 next_version,
  /** The oldest version still available. */
  3: i64 oldest_version,
  /** True: changes between from_version and the first entry are gone; read the state anew. */
  4: bool gap,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** One node of the topology. */
struct NodeInfo {
  1: string name,
  /** "host:port" of its data listener. */
  2: string address,
  3: string zone
}

/** One shard: a range of keys or of hashes, and its owner. */
struct ShardInfo {
  1: i64 shard_id,
  /** First key, or first hash (8 bytes, big-endian), included. */
  2: binary start_key,
  /** End, excluded; empty: to the last one. */
  3: binary stop_key,
  /** Name of the owning node. */
  4: string owner
}

/** Result of topology. */
struct TopologyResult {
  1: i64 epoch,
  2: list<NodeInfo> nodes,
  3: list<ShardInfo> shards,
  /** "single", "range" or "hash". */
  4: string rule,
  14: i64 server_us
}

/** Result of locate. */
struct LocateResult {
  1: i64 shard_id,
  2: string owner,
  /** In words: which rule sent the key there. */
  3: string explanation,
  14: i64 server_us,
  15: i64 topology_epoch
}

/** Result of authenticate. */
struct AuthenticateResult {
  /** Name of the identity. */
  1: string identity,
  /** Rights, as "store-pattern:right". */
  2: list<string> rights,
  14: i64 server_us
}

/** Result of ping. */
struct PingResult {
  /** The bytes that were sent. */
  1: binary payload,
  2: i64 now_ms,
  14: i64 server_us,
  15: i64 topology_epoch
}

// ---------------------------------------------------------------------------------------------
// Store: the data
// ---------------------------------------------------------------------------------------------

/**
 * Reads and writes.
 *
 * Operations on one key are linearizable, batches are strictly serializable, a page of a scan and a
 * multi_get read one version. Requests of one connection take effect, and are answered, in the order
 * in which they were sent; many may be under way at once.
 */
service Store {
  /** Versions, stores, and every limit of this server. The first call of a careful client. */
  ServerInfo server_info(1: ServerInfoOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Reads one key. */
  GetResult get(1: string store, 2: binary key, 3: GetOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Reads up to 32,768 keys at one version. A key may appear more than once. */
  MultiGetResult multi_get(1: string store, 2: list<binary> keys, 3: MultiGetOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /**
   * Sets a key of 1 to 1,024 bytes to a value of up to 1,048,576 bytes. Create-only, compare-and-set
   * and the like are conditions. Without an expiry option the record never expires.
   */
  WriteResult put(1: string store, 2: binary key, 3: binary value, 4: PutOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Removes a key. Removing an absent key is applied too; `existed` tells, unless it is not wanted. */
  WriteResult remove(1: string store, 2: binary key, 3: RemoveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Changes the expiry of a key without its value. The key gets a new version. */
  WriteResult touch(1: string store, 2: binary key, 3: Expiry expiry, 4: TouchOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /**
   * Adds delta to the counter at key and returns the sum. A counter is a value of 8 bytes: a signed
   * big-endian number, which put and get see as such.
   */
  IncrementResult increment(1: string store, 2: binary key, 3: i64 delta, 4: IncrementOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Appends bytes to the value at key. */
  AppendResult append(1: string store, 2: binary key, 3: binary value, 4: AppendOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /**
   * Applies up to 32,768 mutations together or not at all. Guards and conditions see the state
   * before the batch; mutations apply in order, later ones winning. Here and in bulk_write at most
   * 16 of them may be REMOVE_RANGE.
   */
  BatchResult batch(1: string store, 2: list<Mutation> mutations, 3: BatchOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /**
   * Applies up to 32,768 independent mutations in order, each on its own: the loader's path. After
   * Refused, Indeterminate or Failed any part of them may have been applied.
   */
  BulkWriteResult bulk_write(1: string store, 2: list<Mutation> mutations, 3: BulkWriteOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /**
   * One page of a range in key order. A page reads one version; without a snapshot id the next page
   * reads the version that is the latest by then.
   */
  ScanResult scan(1: string store, 2: KeyRange range, 3: ScanOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Removes every key of a range in one commit. An unbounded range is allowed. */
  RemoveRangeResult remove_range(1: string store, 2: KeyRange range, 3: RemoveRangeOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Estimates of up to 1,024 ranges: keys, bytes, split points. */
  RangeInfoResult range_info(1: string store, 2: list<KeyRange> ranges, 3: RangeInfoOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Checksum of the live records of a range at one version. */
  ChecksumResult checksum(1: string store, 2: KeyRange range, 3: ChecksumOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Takes a lease: mutual exclusion with a fencing token. ttl_ms is 100 to 86,400,000. */
  LeaseResult lease_acquire(1: string store, 2: string name, 3: string holder, 4: i64 ttl_ms,
                            5: LeaseOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Gives a lease its full time again. */
  LeaseResult lease_renew(1: string store, 2: string name, 3: i64 token, 4: LeaseOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Gives a lease back. */
  LeaseResult lease_release(1: string store, 2: string name, 3: i64 token, 4: LeaseOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Who holds a lease. */
  LeaseGetResult lease_get(1: string store, 2: string name, 3: LeaseOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** The leases whose names begin with `prefix`. */
  LeaseListResult lease_list(1: string store, 2: string prefix, 3: LeaseOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Opens a snapshot of the latest version. ttl_ms is 1 to 3,600,000. */
  SnapshotResult snapshot_open(1: string store, 2: i64 ttl_ms, 3: SnapshotOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Gives a snapshot ttl_ms from now. */
  SnapshotResult snapshot_renew(1: string store, 2: i64 snapshot_id, 3: i64 ttl_ms,
                                4: SnapshotOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Closes a snapshot. */
  SnapshotResult snapshot_close(1: string store, 2: i64 snapshot_id, 3: SnapshotOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** The open snapshots of a store. */
  SnapshotListResult snapshot_list(1: string store, 2: SnapshotOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Commits from from_version on, in order. Can wait for new ones. */
  ChangesResult changes(1: string store, 2: i64 from_version, 3: ChangesOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Nodes and shards. Can wait for a newer epoch. */
  TopologyResult topology(1: TopologyOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Where a key lives, and by which rule. */
  LocateResult locate(1: string store, 2: binary key, 3: TopologyOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Binds this connection to an identity. */
  AuthenticateResult authenticate(1: string token_id, 2: binary secret)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Returns the payload (up to 1,024 bytes) and the server's clock. */
  PingResult ping(1: binary payload)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed)
}

// ---------------------------------------------------------------------------------------------
// Admin: management
// ---------------------------------------------------------------------------------------------

/** Options of methods that change something. */
struct AdminOptions {
  1: optional i64 deadline_ms,
  /** True: say what would happen, change nothing. */
  2: optional bool dry_run = false,
  /** Only if the object's generation is still this one. */
  3: optional i64 expected_generation,
  /** For the audit log: why. At most 256 bytes. */
  4: optional string note
}

/** Settings of a store: option names and values as in the configuration file. */
struct StoreSpec {
  1: string name,
  2: string engine,
  3: map<string, string> settings
}

/** A store with its settings and state. */
struct StoreState {
  1: StoreInfo info,
  2: StoreSpec spec,
  /** "serving", "read_only", "poisoned", "dropped", "opening". */
  3: string state,
  /** Time until which a dropped store can be recalled; 0 otherwise. */
  4: i64 recall_until_ms
}

/** Result of a change. */
struct AdminResult {
  /** False with dry_run, and as long as a job goes on with it. */
  1: bool done,
  /** Generation after the change. */
  2: i64 generation,
  /** What was done or would be done, in words. */
  3: list<string> steps,
  /** Job that continues in the background; 0 when none does. */
  4: i64 job_id,
  14: i64 server_us
}

/** Result of store_list. */
struct StoreListResult {
  1: list<StoreState> stores,
  14: i64 server_us
}

/** When a changed setting takes effect. */
enum ChangeClass {
  /** At once. */
  LIVE = 1,
  /** When the store is reopened, which the server does by itself. */
  REOPEN = 2,
  /** At the next start of the server. */
  RESTART = 3,
  /** Never: the store must be created anew. */
  IMMUTABLE = 4
}

/** One difference between the running configuration and a document. */
struct ConfigChange {
  /** "store.default.memory_bytes", for example. */
  1: string option,
  2: string current,
  3: string wanted,
  4: ChangeClass effect
}

/** Result of config_plan. */
struct ConfigPlan {
  1: list<ConfigChange> changes,
  /** Pass it to config_apply; it goes stale when the configuration changes. */
  2: string plan_id,
  3: i64 generation,
  14: i64 server_us
}

/** Result of config_export. */
struct ConfigDocument {
  /** The effective configuration in the format of the configuration file. */
  1: string document,
  2: i64 generation,
  14: i64 server_us
}

/** State of a background job. */
enum JobState {
  QUEUED = 1,
  RUNNING = 2,
  DONE = 3,
  FAILED = 4,
  CANCELLED = 5
}

/** A background job. */
struct JobInfo {
  1: i64 job_id,
  /** "compact", "backup", ... */
  2: string kind,
  3: string store,
  4: JobState state,
  /** 0.0 to 1.0. */
  5: double progress,
  /** What it is doing, or why it failed. */
  6: string message,
  7: i64 started_at_ms,
  8: i64 finished_at_ms
}

/** Result of job_get and job_list. */
struct JobListResult {
  1: list<JobInfo> jobs,
  14: i64 server_us
}

/** Mode of a store. */
enum StoreMode {
  NORMAL = 1,
  /** Loading: background work is put off. */
  BULK = 2,
  /** Writes are Refused. */
  READ_ONLY = 3
}

/** A backup. */
struct BackupInfo {
  1: i64 backup_id,
  2: string store,
  3: string destination,
  /** Version up to which it holds every commit. */
  4: i64 version,
  5: i64 created_at_ms,
  6: i64 keys,
  7: i64 bytes,
  /** Backup that this one builds upon; 0 for a full one. */
  8: i64 base_id,
  /** Last time that it was verified; 0 for never. */
  9: i64 verified_at_ms
}

/** Result of backup_list. */
struct BackupListResult {
  1: list<BackupInfo> backups,
  14: i64 server_us
}

/** Result of drain. */
struct DrainResult {
  /** True: nothing is in flight any more. */
  1: bool drained,
  /** Requests still in flight. */
  2: i64 in_flight,
  /** Connections still open. */
  3: i64 connections,
  14: i64 server_us
}

/** Manages a server. */
service Admin {
  /** Creates a store. */
  AdminResult store_create(1: StoreSpec spec, 2: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Changes settings of a store; settings that are not named stay. */
  AdminResult store_alter(1: string store, 2: map<string, string> settings, 3: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** The stores, dropped ones that can be recalled included. */
  StoreListResult store_list(1: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Takes a store out of service and keeps its data for retain_ms (0: removes it at once). */
  AdminResult store_drop(1: string store, 2: i64 retain_ms, 3: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Brings a dropped store back, under its old or a new name. */
  AdminResult store_recall(1: string store, 2: string new_name, 3: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Renames a store. */
  AdminResult store_rename(1: string store, 2: string new_name, 3: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Compares a configuration document with what runs. */
  ConfigPlan config_plan(1: string document, 2: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Applies a document for which config_plan gave plan_id. */
  AdminResult config_apply(1: string document, 2: string plan_id, 3: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** The effective configuration. */
  ConfigDocument config_export(1: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /**
   * Writes what is only in memory to files. This, compact and verify are jobs: the call waits for
   * the end of its job, up to deadline_ms (1,000 when absent, 10,000 at most), and then names it.
   */
  AdminResult flush(1: string store, 2: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Merges the files of a range and reclaims what is dead. */
  AdminResult compact(1: string store, 2: KeyRange range, 3: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Reads everything and checks every checksum. */
  AdminResult verify(1: string store, 2: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Makes a backup, incremental when base_id is not 0. */
  AdminResult backup_create(1: string store, 2: string destination, 3: i64 base_id,
                            4: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** The known backups of a store. */
  BackupListResult backup_list(1: string store, 2: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Reads a backup and checks it against its manifest. */
  AdminResult backup_verify(1: i64 backup_id, 2: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Restores a backup as a new store. */
  AdminResult backup_restore(1: i64 backup_id, 2: string new_name, 3: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** One job. */
  JobListResult job_get(1: i64 job_id, 2: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Jobs that run or ended lately. */
  JobListResult job_list(1: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Asks a job to stop. */
  AdminResult job_cancel(1: i64 job_id, 2: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Puts a store into a mode. */
  AdminResult mode_set(1: string store, 2: StoreMode mode, 3: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /**
   * Stops taking new data connections and requests, and waits up to wait_ms (0 to 60,000) for those
   * in flight. The server goes on answering Admin and Observe.
   */
  DrainResult drain(1: i64 wait_ms, 2: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Drains, closes every store and ends the process. */
  AdminResult shutdown(1: AdminOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed)
}

// ---------------------------------------------------------------------------------------------
// Observe: looking in
// ---------------------------------------------------------------------------------------------

/** Options of the Observe methods. */
struct ObserveOptions {
  1: optional i64 deadline_ms,
  /** Most items to return: 1 to 10,000. */
  2: optional i64 limit_items = 1000,
  /** Wait up to this long for something new: 0 to 60,000. */
  3: optional i64 wait_ms = 0
}

/** One check of health. */
struct HealthCheck {
  /** "process", "listeners", "store:default", ... */
  1: string name,
  2: bool passed,
  /** Why not, or what was seen. */
  3: string message
}

/** Result of health. */
struct HealthResult {
  /** The process answers. Never depends on disks or load. */
  1: bool live,
  /** It should be given traffic: not starting, not draining, every store serves. */
  2: bool ready,
  3: list<HealthCheck> checks,
  14: i64 server_us
}

/** Result of metrics. */
struct MetricsResult {
  /** Prometheus text format, version 0.0.4. */
  1: string text,
  14: i64 server_us
}

/** Latency of one operation: microseconds at percentiles. */
struct OperationStats {
  /** "get", "put", ... */
  1: string operation,
  2: i64 count,
  3: i64 errors,
  4: i64 p50_us,
  5: i64 p95_us,
  6: i64 p99_us,
  7: i64 p999_us,
  8: i64 max_us
}

/** Result of store_stats. */
struct StoreStats {
  1: string store,
  2: string engine,
  /** Live records, about. */
  3: i64 keys,
  /** Bytes of keys and values, about. */
  4: i64 data_bytes,
  /** Bytes of memory that the engine uses. */
  5: i64 memory_bytes,
  /** Bytes on disk. */
  6: i64 disk_bytes,
  /** Version of the latest commit. */
  7: i64 version,
  8: i64 open_snapshots,
  9: list<OperationStats> operations,
  /** Further figures of the engine by name; see its README for their meaning. */
  10: map<string, i64> engine_figures,
  14: i64 server_us
}

/** One level of an LSM store. */
struct LevelInfo {
  1: i32 level,
  2: i64 files,
  3: i64 bytes,
  4: i64 bytes_read,
  5: i64 bytes_written,
  6: double write_amplification,
  7: i64 filter_hits,
  8: i64 filter_misses,
  9: i64 filter_false_positives,
  10: i64 cache_hits,
  11: i64 cache_misses
}

/** Result of levels. */
struct LevelsResult {
  1: list<LevelInfo> levels,
  14: i64 server_us
}

/** One file of a store. */
struct FileInfo {
  1: i64 number,
  2: i32 level,
  3: i64 bytes,
  4: binary first_key,
  5: binary last_key,
  6: i64 entries,
  7: i64 tombstones,
  8: i64 created_at_ms
}

/** Result of files. */
struct FilesResult {
  1: list<FileInfo> files,
  14: i64 server_us
}

/** One bucket of a histogram: values in [lower, upper). */
struct HistogramBucket {
  1: i64 lower,
  2: i64 upper,
  3: i64 count
}

/** One histogram. */
struct HistogramInfo {
  1: string name,
  2: string unit,
  3: list<HistogramBucket> buckets
}

/** Result of histograms. */
struct HistogramsResult {
  1: list<HistogramInfo> histograms,
  14: i64 server_us
}

/** By what keys are ranked. */
enum HotDimension {
  OPERATIONS = 1,
  BYTES = 2,
  MISSES = 3
}

/** One hot key or prefix. */
struct HotItem {
  1: binary key,
  /** Upper bound of the count in the window. */
  2: i64 count,
  /** By how much the count may be too high. */
  3: i64 error
}

/** Result of hot_keys and hot_prefixes. */
struct HotResult {
  1: list<HotItem> items,
  /** Length of the window. */
  2: i64 window_ms,
  14: i64 server_us
}

/** Something that happened. */
struct EventInfo {
  /** Counts up; pass it as `since`. */
  1: i64 sequence,
  2: i64 at_ms,
  /** "flush", "compaction", "stall", "config", ... */
  3: string kind,
  4: string store,
  5: string message,
  6: map<string, string> details
}

/** Result of events. */
struct EventsResult {
  1: list<EventInfo> events,
  /** Pass it as `since` next time. */
  2: i64 next_sequence,
  14: i64 server_us
}

/** One slow request. */
struct SlowCall {
  1: i64 at_ms,
  2: string method,
  3: string store,
  4: i64 duration_us,
  5: string peer,
  6: i64 request_bytes,
  7: i64 reply_bytes
}

/** Result of slow_log. */
struct SlowLogResult {
  1: list<SlowCall> calls,
  14: i64 server_us
}

/** Result of explain. */
struct ExplainResult {
  /** The steps that a read of the key takes, in order, with their findings. */
  1: list<string> steps,
  14: i64 server_us
}

/** One finding of doctor. */
struct Finding {
  /** "info", "warning" or "error". */
  1: string severity,
  2: string summary,
  3: string evidence,
  4: string suggestion,
  /** A configuration fragment for config_plan; empty when none applies. */
  5: string config_patch
}

/** Result of doctor. */
struct DoctorResult {
  1: list<Finding> findings,
  14: i64 server_us
}

/** Looks into a server. Nothing here changes anything. */
service Observe {
  /** Is it alive, and should it be given traffic? */
  HealthResult health(1: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Every metric in the Prometheus text format. */
  MetricsResult metrics(1: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Figures of one store. */
  StoreStats store_stats(1: string store, 2: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Levels of an LSM store. */
  LevelsResult levels(1: string store, 2: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Files of a store. */
  FilesResult files(1: string store, 2: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Histograms whose names begin with `prefix`. */
  HistogramsResult histograms(1: string prefix, 2: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** The keys with the most operations, bytes or misses. */
  HotResult hot_keys(1: string store, 2: HotDimension dimension, 3: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** The same by prefix. */
  HotResult hot_prefixes(1: string store, 2: HotDimension dimension, 3: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** What happened after event number `since` (0: all that is kept). Can wait. */
  EventsResult events(1: i64 since, 2: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Requests that took at least min_us microseconds. */
  SlowLogResult slow_log(1: i64 min_us, 2: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** How a read of this key would go. */
  ExplainResult explain(1: string store, 2: binary key, 3: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed),

  /** Looks for known troubles and says what to do. */
  DoctorResult doctor(1: ObserveOptions options)
    throws (1: InvalidRequest invalid, 2: NotHere elsewhere, 3: Refused refused,
            4: Indeterminate indeterminate, 5: Failed failed)
}
