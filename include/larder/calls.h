/*
 * calls.h: every method of the contract as a blocking and as a pipelined function.
 *
 * Generated from thrift/larder.thrift by gen-client/generate.sh. Do not edit.
 *
 *   larder_<method>()          as larder_client_call(): waits for the reply, which the caller frees
 *   larder_channel_<method>()  as larder_channel_call(): queues the call; false: the channel is
 *                              full
 *
 * `options` may be NULL, which means all defaults; any other pointer may be NULL, which means a
 * struct without fields (a range of every key, for instance). LarderReply.as has the result by the
 * method's name.
 */
#ifndef LARDER_CALLS_H
#define LARDER_CALLS_H

#include <larder/client.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Store. */

/* Versions, stores, and every limit of this server. The first call of a careful client. */
LarderReply *larder_server_info(LarderClient *client, const LarderServerInfoOptions *options);
bool larder_channel_server_info(LarderChannel *channel, const LarderServerInfoOptions *options,
                                LarderCallback *callback, void *context);

/* Reads one key. */
LarderReply *larder_get(LarderClient *client, LarderBytes store, LarderBytes key,
                        const LarderGetOptions *options);
bool larder_channel_get(LarderChannel *channel, LarderBytes store, LarderBytes key,
                        const LarderGetOptions *options, LarderCallback *callback, void *context);

/* Reads up to 32,768 keys at one version. A key may appear more than once. */
LarderReply *larder_multi_get(LarderClient *client, LarderBytes store, LarderBytesList keys,
                              const LarderMultiGetOptions *options);
bool larder_channel_multi_get(LarderChannel *channel, LarderBytes store, LarderBytesList keys,
                              const LarderMultiGetOptions *options, LarderCallback *callback,
                              void *context);

/*
 * Sets a key of 1 to 1,024 bytes to a value of up to 1,048,576 bytes. Create-only, compare-and-set
 * and the like are conditions. Without an expiry option the record never expires.
 */
LarderReply *larder_put(LarderClient *client, LarderBytes store, LarderBytes key, LarderBytes value,
                        const LarderPutOptions *options);
bool larder_channel_put(LarderChannel *channel, LarderBytes store, LarderBytes key,
                        LarderBytes value, const LarderPutOptions *options,
                        LarderCallback *callback, void *context);

/*
 * Removes a key. Removing an absent key is applied too; `existed` tells, unless it is not wanted.
 */
LarderReply *larder_remove(LarderClient *client, LarderBytes store, LarderBytes key,
                           const LarderRemoveOptions *options);
bool larder_channel_remove(LarderChannel *channel, LarderBytes store, LarderBytes key,
                           const LarderRemoveOptions *options, LarderCallback *callback,
                           void *context);

/* Changes the expiry of a key without its value. The key gets a new version. */
LarderReply *larder_touch(LarderClient *client, LarderBytes store, LarderBytes key,
                          const LarderExpiry *expiry, const LarderTouchOptions *options);
bool larder_channel_touch(LarderChannel *channel, LarderBytes store, LarderBytes key,
                          const LarderExpiry *expiry, const LarderTouchOptions *options,
                          LarderCallback *callback, void *context);

/*
 * Adds delta to the counter at key and returns the sum. A counter is a value of 8 bytes: a signed
 * big-endian number, which put and get see as such.
 */
LarderReply *larder_increment(LarderClient *client, LarderBytes store, LarderBytes key,
                              int64_t delta, const LarderIncrementOptions *options);
bool larder_channel_increment(LarderChannel *channel, LarderBytes store, LarderBytes key,
                              int64_t delta, const LarderIncrementOptions *options,
                              LarderCallback *callback, void *context);

/* Appends bytes to the value at key. */
LarderReply *larder_append(LarderClient *client, LarderBytes store, LarderBytes key,
                           LarderBytes value, const LarderAppendOptions *options);
bool larder_channel_append(LarderChannel *channel, LarderBytes store, LarderBytes key,
                           LarderBytes value, const LarderAppendOptions *options,
                           LarderCallback *callback, void *context);

/*
 * Applies up to 32,768 mutations together or not at all. Guards and conditions see the state before
 * the batch; mutations apply in order, later ones winning. Here and in bulk_write at most 16 of
 * them may be REMOVE_RANGE.
 */
LarderReply *larder_batch(LarderClient *client, LarderBytes store, LarderMutationList mutations,
                          const LarderBatchOptions *options);
bool larder_channel_batch(LarderChannel *channel, LarderBytes store, LarderMutationList mutations,
                          const LarderBatchOptions *options, LarderCallback *callback,
                          void *context);

/*
 * Applies up to 32,768 independent mutations in order, each on its own: the loader's path. After
 * Refused, Indeterminate or Failed any part of them may have been applied.
 */
LarderReply *larder_bulk_write(LarderClient *client, LarderBytes store,
                               LarderMutationList mutations, const LarderBulkWriteOptions *options);
bool larder_channel_bulk_write(LarderChannel *channel, LarderBytes store,
                               LarderMutationList mutations, const LarderBulkWriteOptions *options,
                               LarderCallback *callback, void *context);

/*
 * One page of a range in key order. A page reads one version; without a snapshot id the next page
 * reads the version that is the latest by then.
 */
LarderReply *larder_scan(LarderClient *client, LarderBytes store, const LarderKeyRange *range,
                         const LarderScanOptions *options);
bool larder_channel_scan(LarderChannel *channel, LarderBytes store, const LarderKeyRange *range,
                         const LarderScanOptions *options, LarderCallback *callback, void *context);

/* Removes every key of a range in one commit. An unbounded range is allowed. */
LarderReply *larder_remove_range(LarderClient *client, LarderBytes store,
                                 const LarderKeyRange *range,
                                 const LarderRemoveRangeOptions *options);
bool larder_channel_remove_range(LarderChannel *channel, LarderBytes store,
                                 const LarderKeyRange *range,
                                 const LarderRemoveRangeOptions *options, LarderCallback *callback,
                                 void *context);

/* Estimates of up to 1,024 ranges: keys, bytes, split points. */
LarderReply *larder_range_info(LarderClient *client, LarderBytes store, LarderKeyRangeList ranges,
                               const LarderRangeInfoOptions *options);
bool larder_channel_range_info(LarderChannel *channel, LarderBytes store, LarderKeyRangeList ranges,
                               const LarderRangeInfoOptions *options, LarderCallback *callback,
                               void *context);

/* Checksum of the live records of a range at one version. */
LarderReply *larder_checksum(LarderClient *client, LarderBytes store, const LarderKeyRange *range,
                             const LarderChecksumOptions *options);
bool larder_channel_checksum(LarderChannel *channel, LarderBytes store, const LarderKeyRange *range,
                             const LarderChecksumOptions *options, LarderCallback *callback,
                             void *context);

/* Takes a lease: mutual exclusion with a fencing token. ttl_ms is 100 to 86,400,000. */
LarderReply *larder_lease_acquire(LarderClient *client, LarderBytes store, LarderBytes name,
                                  LarderBytes holder, int64_t ttl_ms,
                                  const LarderLeaseOptions *options);
bool larder_channel_lease_acquire(LarderChannel *channel, LarderBytes store, LarderBytes name,
                                  LarderBytes holder, int64_t ttl_ms,
                                  const LarderLeaseOptions *options, LarderCallback *callback,
                                  void *context);

/* Gives a lease its full time again. */
LarderReply *larder_lease_renew(LarderClient *client, LarderBytes store, LarderBytes name,
                                int64_t token, const LarderLeaseOptions *options);
bool larder_channel_lease_renew(LarderChannel *channel, LarderBytes store, LarderBytes name,
                                int64_t token, const LarderLeaseOptions *options,
                                LarderCallback *callback, void *context);

/* Gives a lease back. */
LarderReply *larder_lease_release(LarderClient *client, LarderBytes store, LarderBytes name,
                                  int64_t token, const LarderLeaseOptions *options);
bool larder_channel_lease_release(LarderChannel *channel, LarderBytes store, LarderBytes name,
                                  int64_t token, const LarderLeaseOptions *options,
                                  LarderCallback *callback, void *context);

/* Who holds a lease. */
LarderReply *larder_lease_get(LarderClient *client, LarderBytes store, LarderBytes name,
                              const LarderLeaseOptions *options);
bool larder_channel_lease_get(LarderChannel *channel, LarderBytes store, LarderBytes name,
                              const LarderLeaseOptions *options, LarderCallback *callback,
                              void *context);

/* The leases whose names begin with `prefix`. */
LarderReply *larder_lease_list(LarderClient *client, LarderBytes store, LarderBytes prefix,
                               const LarderLeaseOptions *options);
bool larder_channel_lease_list(LarderChannel *channel, LarderBytes store, LarderBytes prefix,
                               const LarderLeaseOptions *options, LarderCallback *callback,
                               void *context);

/* Opens a snapshot of the latest version. ttl_ms is 1 to 3,600,000. */
LarderReply *larder_snapshot_open(LarderClient *client, LarderBytes store, int64_t ttl_ms,
                                  const LarderSnapshotOptions *options);
bool larder_channel_snapshot_open(LarderChannel *channel, LarderBytes store, int64_t ttl_ms,
                                  const LarderSnapshotOptions *options, LarderCallback *callback,
                                  void *context);

/* Gives a snapshot ttl_ms from now. */
LarderReply *larder_snapshot_renew(LarderClient *client, LarderBytes store, int64_t snapshot_id,
                                   int64_t ttl_ms, const LarderSnapshotOptions *options);
bool larder_channel_snapshot_renew(LarderChannel *channel, LarderBytes store, int64_t snapshot_id,
                                   int64_t ttl_ms, const LarderSnapshotOptions *options,
                                   LarderCallback *callback, void *context);

/* Closes a snapshot. */
LarderReply *larder_snapshot_close(LarderClient *client, LarderBytes store, int64_t snapshot_id,
                                   const LarderSnapshotOptions *options);
bool larder_channel_snapshot_close(LarderChannel *channel, LarderBytes store, int64_t snapshot_id,
                                   const LarderSnapshotOptions *options, LarderCallback *callback,
                                   void *context);

/* The open snapshots of a store. */
LarderReply *larder_snapshot_list(LarderClient *client, LarderBytes store,
                                  const LarderSnapshotOptions *options);
bool larder_channel_snapshot_list(LarderChannel *channel, LarderBytes store,
                                  const LarderSnapshotOptions *options, LarderCallback *callback,
                                  void *context);

/* Commits from from_version on, in order. Can wait for new ones. */
LarderReply *larder_changes(LarderClient *client, LarderBytes store, int64_t from_version,
                            const LarderChangesOptions *options);
bool larder_channel_changes(LarderChannel *channel, LarderBytes store, int64_t from_version,
                            const LarderChangesOptions *options, LarderCallback *callback,
                            void *context);

/* Nodes and shards. Can wait for a newer epoch. */
LarderReply *larder_topology(LarderClient *client, const LarderTopologyOptions *options);
bool larder_channel_topology(LarderChannel *channel, const LarderTopologyOptions *options,
                             LarderCallback *callback, void *context);

/* Where a key lives, and by which rule. */
LarderReply *larder_locate(LarderClient *client, LarderBytes store, LarderBytes key,
                           const LarderTopologyOptions *options);
bool larder_channel_locate(LarderChannel *channel, LarderBytes store, LarderBytes key,
                           const LarderTopologyOptions *options, LarderCallback *callback,
                           void *context);

/* Binds this connection to an identity. */
LarderReply *larder_authenticate(LarderClient *client, LarderBytes token_id, LarderBytes secret);
bool larder_channel_authenticate(LarderChannel *channel, LarderBytes token_id, LarderBytes secret,
                                 LarderCallback *callback, void *context);

/* Returns the payload (up to 1,024 bytes) and the server's clock. */
LarderReply *larder_ping(LarderClient *client, LarderBytes payload);
bool larder_channel_ping(LarderChannel *channel, LarderBytes payload, LarderCallback *callback,
                         void *context);

/* Admin. */

/* Creates a store. */
LarderReply *larder_store_create(LarderClient *client, const LarderStoreSpec *spec,
                                 const LarderAdminOptions *options);
bool larder_channel_store_create(LarderChannel *channel, const LarderStoreSpec *spec,
                                 const LarderAdminOptions *options, LarderCallback *callback,
                                 void *context);

/* Changes settings of a store; settings that are not named stay. */
LarderReply *larder_store_alter(LarderClient *client, LarderBytes store,
                                LarderTextPairList settings, const LarderAdminOptions *options);
bool larder_channel_store_alter(LarderChannel *channel, LarderBytes store,
                                LarderTextPairList settings, const LarderAdminOptions *options,
                                LarderCallback *callback, void *context);

/* The stores, dropped ones that can be recalled included. */
LarderReply *larder_store_list(LarderClient *client, const LarderAdminOptions *options);
bool larder_channel_store_list(LarderChannel *channel, const LarderAdminOptions *options,
                               LarderCallback *callback, void *context);

/* Takes a store out of service and keeps its data for retain_ms (0: removes it at once). */
LarderReply *larder_store_drop(LarderClient *client, LarderBytes store, int64_t retain_ms,
                               const LarderAdminOptions *options);
bool larder_channel_store_drop(LarderChannel *channel, LarderBytes store, int64_t retain_ms,
                               const LarderAdminOptions *options, LarderCallback *callback,
                               void *context);

/* Brings a dropped store back, under its old or a new name. */
LarderReply *larder_store_recall(LarderClient *client, LarderBytes store, LarderBytes new_name,
                                 const LarderAdminOptions *options);
bool larder_channel_store_recall(LarderChannel *channel, LarderBytes store, LarderBytes new_name,
                                 const LarderAdminOptions *options, LarderCallback *callback,
                                 void *context);

/* Renames a store. */
LarderReply *larder_store_rename(LarderClient *client, LarderBytes store, LarderBytes new_name,
                                 const LarderAdminOptions *options);
bool larder_channel_store_rename(LarderChannel *channel, LarderBytes store, LarderBytes new_name,
                                 const LarderAdminOptions *options, LarderCallback *callback,
                                 void *context);

/* Compares a configuration document with what runs. */
LarderReply *larder_config_plan(LarderClient *client, LarderBytes document,
                                const LarderAdminOptions *options);
bool larder_channel_config_plan(LarderChannel *channel, LarderBytes document,
                                const LarderAdminOptions *options, LarderCallback *callback,
                                void *context);

/* Applies a document for which config_plan gave plan_id. */
LarderReply *larder_config_apply(LarderClient *client, LarderBytes document, LarderBytes plan_id,
                                 const LarderAdminOptions *options);
bool larder_channel_config_apply(LarderChannel *channel, LarderBytes document, LarderBytes plan_id,
                                 const LarderAdminOptions *options, LarderCallback *callback,
                                 void *context);

/* The effective configuration. */
LarderReply *larder_config_export(LarderClient *client, const LarderAdminOptions *options);
bool larder_channel_config_export(LarderChannel *channel, const LarderAdminOptions *options,
                                  LarderCallback *callback, void *context);

/*
 * Writes what is only in memory to files. This, compact and verify are jobs: the call waits for the
 * end of its job, up to deadline_ms (1,000 when absent, 10,000 at most), and then names it.
 */
LarderReply *larder_flush(LarderClient *client, LarderBytes store,
                          const LarderAdminOptions *options);
bool larder_channel_flush(LarderChannel *channel, LarderBytes store,
                          const LarderAdminOptions *options, LarderCallback *callback,
                          void *context);

/* Merges the files of a range and reclaims what is dead. */
LarderReply *larder_compact(LarderClient *client, LarderBytes store, const LarderKeyRange *range,
                            const LarderAdminOptions *options);
bool larder_channel_compact(LarderChannel *channel, LarderBytes store, const LarderKeyRange *range,
                            const LarderAdminOptions *options, LarderCallback *callback,
                            void *context);

/* Reads everything and checks every checksum. */
LarderReply *larder_verify(LarderClient *client, LarderBytes store,
                           const LarderAdminOptions *options);
bool larder_channel_verify(LarderChannel *channel, LarderBytes store,
                           const LarderAdminOptions *options, LarderCallback *callback,
                           void *context);

/* Makes a backup, incremental when base_id is not 0. */
LarderReply *larder_backup_create(LarderClient *client, LarderBytes store, LarderBytes destination,
                                  int64_t base_id, const LarderAdminOptions *options);
bool larder_channel_backup_create(LarderChannel *channel, LarderBytes store,
                                  LarderBytes destination, int64_t base_id,
                                  const LarderAdminOptions *options, LarderCallback *callback,
                                  void *context);

/* The known backups of a store. */
LarderReply *larder_backup_list(LarderClient *client, LarderBytes store,
                                const LarderAdminOptions *options);
bool larder_channel_backup_list(LarderChannel *channel, LarderBytes store,
                                const LarderAdminOptions *options, LarderCallback *callback,
                                void *context);

/* Reads a backup and checks it against its manifest. */
LarderReply *larder_backup_verify(LarderClient *client, int64_t backup_id,
                                  const LarderAdminOptions *options);
bool larder_channel_backup_verify(LarderChannel *channel, int64_t backup_id,
                                  const LarderAdminOptions *options, LarderCallback *callback,
                                  void *context);

/* Restores a backup as a new store. */
LarderReply *larder_backup_restore(LarderClient *client, int64_t backup_id, LarderBytes new_name,
                                   const LarderAdminOptions *options);
bool larder_channel_backup_restore(LarderChannel *channel, int64_t backup_id, LarderBytes new_name,
                                   const LarderAdminOptions *options, LarderCallback *callback,
                                   void *context);

/* One job. */
LarderReply *larder_job_get(LarderClient *client, int64_t job_id,
                            const LarderAdminOptions *options);
bool larder_channel_job_get(LarderChannel *channel, int64_t job_id,
                            const LarderAdminOptions *options, LarderCallback *callback,
                            void *context);

/* Jobs that run or ended lately. */
LarderReply *larder_job_list(LarderClient *client, const LarderAdminOptions *options);
bool larder_channel_job_list(LarderChannel *channel, const LarderAdminOptions *options,
                             LarderCallback *callback, void *context);

/* Asks a job to stop. */
LarderReply *larder_job_cancel(LarderClient *client, int64_t job_id,
                               const LarderAdminOptions *options);
bool larder_channel_job_cancel(LarderChannel *channel, int64_t job_id,
                               const LarderAdminOptions *options, LarderCallback *callback,
                               void *context);

/* Puts a store into a mode. */
LarderReply *larder_mode_set(LarderClient *client, LarderBytes store, LarderStoreMode mode,
                             const LarderAdminOptions *options);
bool larder_channel_mode_set(LarderChannel *channel, LarderBytes store, LarderStoreMode mode,
                             const LarderAdminOptions *options, LarderCallback *callback,
                             void *context);

/*
 * Stops taking new data connections and requests, and waits up to wait_ms (0 to 60,000) for those
 * in flight. The server goes on answering Admin and Observe.
 */
LarderReply *larder_drain(LarderClient *client, int64_t wait_ms, const LarderAdminOptions *options);
bool larder_channel_drain(LarderChannel *channel, int64_t wait_ms,
                          const LarderAdminOptions *options, LarderCallback *callback,
                          void *context);

/* Drains, closes every store and ends the process. */
LarderReply *larder_shutdown(LarderClient *client, const LarderAdminOptions *options);
bool larder_channel_shutdown(LarderChannel *channel, const LarderAdminOptions *options,
                             LarderCallback *callback, void *context);

/* Observe. */

/* Is it alive, and should it be given traffic? */
LarderReply *larder_health(LarderClient *client, const LarderObserveOptions *options);
bool larder_channel_health(LarderChannel *channel, const LarderObserveOptions *options,
                           LarderCallback *callback, void *context);

/* Every metric in the Prometheus text format. */
LarderReply *larder_metrics(LarderClient *client, const LarderObserveOptions *options);
bool larder_channel_metrics(LarderChannel *channel, const LarderObserveOptions *options,
                            LarderCallback *callback, void *context);

/* Figures of one store. */
LarderReply *larder_store_stats(LarderClient *client, LarderBytes store,
                                const LarderObserveOptions *options);
bool larder_channel_store_stats(LarderChannel *channel, LarderBytes store,
                                const LarderObserveOptions *options, LarderCallback *callback,
                                void *context);

/* Levels of an LSM store. */
LarderReply *larder_levels(LarderClient *client, LarderBytes store,
                           const LarderObserveOptions *options);
bool larder_channel_levels(LarderChannel *channel, LarderBytes store,
                           const LarderObserveOptions *options, LarderCallback *callback,
                           void *context);

/* Files of a store. */
LarderReply *larder_files(LarderClient *client, LarderBytes store,
                          const LarderObserveOptions *options);
bool larder_channel_files(LarderChannel *channel, LarderBytes store,
                          const LarderObserveOptions *options, LarderCallback *callback,
                          void *context);

/* Histograms whose names begin with `prefix`. */
LarderReply *larder_histograms(LarderClient *client, LarderBytes prefix,
                               const LarderObserveOptions *options);
bool larder_channel_histograms(LarderChannel *channel, LarderBytes prefix,
                               const LarderObserveOptions *options, LarderCallback *callback,
                               void *context);

/* The keys with the most operations, bytes or misses. */
LarderReply *larder_hot_keys(LarderClient *client, LarderBytes store, LarderHotDimension dimension,
                             const LarderObserveOptions *options);
bool larder_channel_hot_keys(LarderChannel *channel, LarderBytes store,
                             LarderHotDimension dimension, const LarderObserveOptions *options,
                             LarderCallback *callback, void *context);

/* The same by prefix. */
LarderReply *larder_hot_prefixes(LarderClient *client, LarderBytes store,
                                 LarderHotDimension dimension, const LarderObserveOptions *options);
bool larder_channel_hot_prefixes(LarderChannel *channel, LarderBytes store,
                                 LarderHotDimension dimension, const LarderObserveOptions *options,
                                 LarderCallback *callback, void *context);

/* What happened after event number `since` (0: all that is kept). Can wait. */
LarderReply *larder_events(LarderClient *client, int64_t since,
                           const LarderObserveOptions *options);
bool larder_channel_events(LarderChannel *channel, int64_t since,
                           const LarderObserveOptions *options, LarderCallback *callback,
                           void *context);

/* Requests that took at least min_us microseconds. */
LarderReply *larder_slow_log(LarderClient *client, int64_t min_us,
                             const LarderObserveOptions *options);
bool larder_channel_slow_log(LarderChannel *channel, int64_t min_us,
                             const LarderObserveOptions *options, LarderCallback *callback,
                             void *context);

/* How a read of this key would go. */
LarderReply *larder_explain(LarderClient *client, LarderBytes store, LarderBytes key,
                            const LarderObserveOptions *options);
bool larder_channel_explain(LarderChannel *channel, LarderBytes store, LarderBytes key,
                            const LarderObserveOptions *options, LarderCallback *callback,
                            void *context);

/* Looks for known troubles and says what to do. */
LarderReply *larder_doctor(LarderClient *client, const LarderObserveOptions *options);
bool larder_channel_doctor(LarderChannel *channel, const LarderObserveOptions *options,
                           LarderCallback *callback, void *context);

#ifdef __cplusplus
}
#endif

#endif
