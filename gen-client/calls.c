/*
 * calls.c: every method of the contract as a blocking and as a pipelined function. See calls.h.
 *
 * Generated from thrift/larder.thrift by gen-client/generate.sh. Do not edit.
 */
#include <larder/calls.h>

LarderReply *
larder_server_info(LarderClient *client, const LarderServerInfoOptions *options)
{
    const LarderServerInfoArguments arguments = {options};
    return larder_client_call(client, LARDER_METHOD_SERVER_INFO, &arguments);
}

bool
larder_channel_server_info(LarderChannel *channel, const LarderServerInfoOptions *options,
                           LarderCallback *callback, void *context)
{
    const LarderServerInfoArguments arguments = {options};
    return larder_channel_call(channel, LARDER_METHOD_SERVER_INFO, &arguments, callback, context);
}

LarderReply *
larder_get(LarderClient *client, LarderBytes store, LarderBytes key,
           const LarderGetOptions *options)
{
    const LarderGetArguments arguments = {store, key, options};
    return larder_client_call(client, LARDER_METHOD_GET, &arguments);
}

bool
larder_channel_get(LarderChannel *channel, LarderBytes store, LarderBytes key,
                   const LarderGetOptions *options, LarderCallback *callback, void *context)
{
    const LarderGetArguments arguments = {store, key, options};
    return larder_channel_call(channel, LARDER_METHOD_GET, &arguments, callback, context);
}

LarderReply *
larder_multi_get(LarderClient *client, LarderBytes store, LarderBytesList keys,
                 const LarderMultiGetOptions *options)
{
    const LarderMultiGetArguments arguments = {store, keys, options};
    return larder_client_call(client, LARDER_METHOD_MULTI_GET, &arguments);
}

bool
larder_channel_multi_get(LarderChannel *channel, LarderBytes store, LarderBytesList keys,
                         const LarderMultiGetOptions *options, LarderCallback *callback,
                         void *context)
{
    const LarderMultiGetArguments arguments = {store, keys, options};
    return larder_channel_call(channel, LARDER_METHOD_MULTI_GET, &arguments, callback, context);
}

LarderReply *
larder_put(LarderClient *client, LarderBytes store, LarderBytes key, LarderBytes value,
           const LarderPutOptions *options)
{
    const LarderPutArguments arguments = {store, key, value, options};
    return larder_client_call(client, LARDER_METHOD_PUT, &arguments);
}

bool
larder_channel_put(LarderChannel *channel, LarderBytes store, LarderBytes key, LarderBytes value,
                   const LarderPutOptions *options, LarderCallback *callback, void *context)
{
    const LarderPutArguments arguments = {store, key, value, options};
    return larder_channel_call(channel, LARDER_METHOD_PUT, &arguments, callback, context);
}

LarderReply *
larder_remove(LarderClient *client, LarderBytes store, LarderBytes key,
              const LarderRemoveOptions *options)
{
    const LarderRemoveArguments arguments = {store, key, options};
    return larder_client_call(client, LARDER_METHOD_REMOVE, &arguments);
}

bool
larder_channel_remove(LarderChannel *channel, LarderBytes store, LarderBytes key,
                      const LarderRemoveOptions *options, LarderCallback *callback, void *context)
{
    const LarderRemoveArguments arguments = {store, key, options};
    return larder_channel_call(channel, LARDER_METHOD_REMOVE, &arguments, callback, context);
}

LarderReply *
larder_touch(LarderClient *client, LarderBytes store, LarderBytes key, const LarderExpiry *expiry,
             const LarderTouchOptions *options)
{
    const LarderTouchArguments arguments = {store, key, expiry, options};
    return larder_client_call(client, LARDER_METHOD_TOUCH, &arguments);
}

bool
larder_channel_touch(LarderChannel *channel, LarderBytes store, LarderBytes key,
                     const LarderExpiry *expiry, const LarderTouchOptions *options,
                     LarderCallback *callback, void *context)
{
    const LarderTouchArguments arguments = {store, key, expiry, options};
    return larder_channel_call(channel, LARDER_METHOD_TOUCH, &arguments, callback, context);
}

LarderReply *
larder_increment(LarderClient *client, LarderBytes store, LarderBytes key, int64_t delta,
                 const LarderIncrementOptions *options)
{
    const LarderIncrementArguments arguments = {store, key, delta, options};
    return larder_client_call(client, LARDER_METHOD_INCREMENT, &arguments);
}

bool
larder_channel_increment(LarderChannel *channel, LarderBytes store, LarderBytes key, int64_t delta,
                         const LarderIncrementOptions *options, LarderCallback *callback,
                         void *context)
{
    const LarderIncrementArguments arguments = {store, key, delta, options};
    return larder_channel_call(channel, LARDER_METHOD_INCREMENT, &arguments, callback, context);
}

LarderReply *
larder_append(LarderClient *client, LarderBytes store, LarderBytes key, LarderBytes value,
              const LarderAppendOptions *options)
{
    const LarderAppendArguments arguments = {store, key, value, options};
    return larder_client_call(client, LARDER_METHOD_APPEND, &arguments);
}

bool
larder_channel_append(LarderChannel *channel, LarderBytes store, LarderBytes key, LarderBytes value,
                      const LarderAppendOptions *options, LarderCallback *callback, void *context)
{
    const LarderAppendArguments arguments = {store, key, value, options};
    return larder_channel_call(channel, LARDER_METHOD_APPEND, &arguments, callback, context);
}

LarderReply *
larder_batch(LarderClient *client, LarderBytes store, LarderMutationList mutations,
             const LarderBatchOptions *options)
{
    const LarderBatchArguments arguments = {store, mutations, options};
    return larder_client_call(client, LARDER_METHOD_BATCH, &arguments);
}

bool
larder_channel_batch(LarderChannel *channel, LarderBytes store, LarderMutationList mutations,
                     const LarderBatchOptions *options, LarderCallback *callback, void *context)
{
    const LarderBatchArguments arguments = {store, mutations, options};
    return larder_channel_call(channel, LARDER_METHOD_BATCH, &arguments, callback, context);
}

LarderReply *
larder_bulk_write(LarderClient *client, LarderBytes store, LarderMutationList mutations,
                  const LarderBulkWriteOptions *options)
{
    const LarderBulkWriteArguments arguments = {store, mutations, options};
    return larder_client_call(client, LARDER_METHOD_BULK_WRITE, &arguments);
}

bool
larder_channel_bulk_write(LarderChannel *channel, LarderBytes store, LarderMutationList mutations,
                          const LarderBulkWriteOptions *options, LarderCallback *callback,
                          void *context)
{
    const LarderBulkWriteArguments arguments = {store, mutations, options};
    return larder_channel_call(channel, LARDER_METHOD_BULK_WRITE, &arguments, callback, context);
}

LarderReply *
larder_scan(LarderClient *client, LarderBytes store, const LarderKeyRange *range,
            const LarderScanOptions *options)
{
    const LarderScanArguments arguments = {store, range, options};
    return larder_client_call(client, LARDER_METHOD_SCAN, &arguments);
}

bool
larder_channel_scan(LarderChannel *channel, LarderBytes store, const LarderKeyRange *range,
                    const LarderScanOptions *options, LarderCallback *callback, void *context)
{
    const LarderScanArguments arguments = {store, range, options};
    return larder_channel_call(channel, LARDER_METHOD_SCAN, &arguments, callback, context);
}

LarderReply *
larder_remove_range(LarderClient *client, LarderBytes store, const LarderKeyRange *range,
                    const LarderRemoveRangeOptions *options)
{
    const LarderRemoveRangeArguments arguments = {store, range, options};
    return larder_client_call(client, LARDER_METHOD_REMOVE_RANGE, &arguments);
}

bool
larder_channel_remove_range(LarderChannel *channel, LarderBytes store, const LarderKeyRange *range,
                            const LarderRemoveRangeOptions *options, LarderCallback *callback,
                            void *context)
{
    const LarderRemoveRangeArguments arguments = {store, range, options};
    return larder_channel_call(channel, LARDER_METHOD_REMOVE_RANGE, &arguments, callback, context);
}

LarderReply *
larder_range_info(LarderClient *client, LarderBytes store, LarderKeyRangeList ranges,
                  const LarderRangeInfoOptions *options)
{
    const LarderRangeInfoArguments arguments = {store, ranges, options};
    return larder_client_call(client, LARDER_METHOD_RANGE_INFO, &arguments);
}

bool
larder_channel_range_info(LarderChannel *channel, LarderBytes store, LarderKeyRangeList ranges,
                          const LarderRangeInfoOptions *options, LarderCallback *callback,
                          void *context)
{
    const LarderRangeInfoArguments arguments = {store, ranges, options};
    return larder_channel_call(channel, LARDER_METHOD_RANGE_INFO, &arguments, callback, context);
}

LarderReply *
larder_checksum(LarderClient *client, LarderBytes store, const LarderKeyRange *range,
                const LarderChecksumOptions *options)
{
    const LarderChecksumArguments arguments = {store, range, options};
    return larder_client_call(client, LARDER_METHOD_CHECKSUM, &arguments);
}

bool
larder_channel_checksum(LarderChannel *channel, LarderBytes store, const LarderKeyRange *range,
                        const LarderChecksumOptions *options, LarderCallback *callback,
                        void *context)
{
    const LarderChecksumArguments arguments = {store, range, options};
    return larder_channel_call(channel, LARDER_METHOD_CHECKSUM, &arguments, callback, context);
}

LarderReply *
larder_lease_acquire(LarderClient *client, LarderBytes store, LarderBytes name, LarderBytes holder,
                     int64_t ttl_ms, const LarderLeaseOptions *options)
{
    const LarderLeaseAcquireArguments arguments = {store, name, holder, ttl_ms, options};
    return larder_client_call(client, LARDER_METHOD_LEASE_ACQUIRE, &arguments);
}

bool
larder_channel_lease_acquire(LarderChannel *channel, LarderBytes store, LarderBytes name,
                             LarderBytes holder, int64_t ttl_ms, const LarderLeaseOptions *options,
                             LarderCallback *callback, void *context)
{
    const LarderLeaseAcquireArguments arguments = {store, name, holder, ttl_ms, options};
    return larder_channel_call(channel, LARDER_METHOD_LEASE_ACQUIRE, &arguments, callback, context);
}

LarderReply *
larder_lease_renew(LarderClient *client, LarderBytes store, LarderBytes name, int64_t token,
                   const LarderLeaseOptions *options)
{
    const LarderLeaseRenewArguments arguments = {store, name, token, options};
    return larder_client_call(client, LARDER_METHOD_LEASE_RENEW, &arguments);
}

bool
larder_channel_lease_renew(LarderChannel *channel, LarderBytes store, LarderBytes name,
                           int64_t token, const LarderLeaseOptions *options,
                           LarderCallback *callback, void *context)
{
    const LarderLeaseRenewArguments arguments = {store, name, token, options};
    return larder_channel_call(channel, LARDER_METHOD_LEASE_RENEW, &arguments, callback, context);
}

LarderReply *
larder_lease_release(LarderClient *client, LarderBytes store, LarderBytes name, int64_t token,
                     const LarderLeaseOptions *options)
{
    const LarderLeaseReleaseArguments arguments = {store, name, token, options};
    return larder_client_call(client, LARDER_METHOD_LEASE_RELEASE, &arguments);
}

bool
larder_channel_lease_release(LarderChannel *channel, LarderBytes store, LarderBytes name,
                             int64_t token, const LarderLeaseOptions *options,
                             LarderCallback *callback, void *context)
{
    const LarderLeaseReleaseArguments arguments = {store, name, token, options};
    return larder_channel_call(channel, LARDER_METHOD_LEASE_RELEASE, &arguments, callback, context);
}

LarderReply *
larder_lease_get(LarderClient *client, LarderBytes store, LarderBytes name,
                 const LarderLeaseOptions *options)
{
    const LarderLeaseGetArguments arguments = {store, name, options};
    return larder_client_call(client, LARDER_METHOD_LEASE_GET, &arguments);
}

bool
larder_channel_lease_get(LarderChannel *channel, LarderBytes store, LarderBytes name,
                         const LarderLeaseOptions *options, LarderCallback *callback, void *context)
{
    const LarderLeaseGetArguments arguments = {store, name, options};
    return larder_channel_call(channel, LARDER_METHOD_LEASE_GET, &arguments, callback, context);
}

LarderReply *
larder_lease_list(LarderClient *client, LarderBytes store, LarderBytes prefix,
                  const LarderLeaseOptions *options)
{
    const LarderLeaseListArguments arguments = {store, prefix, options};
    return larder_client_call(client, LARDER_METHOD_LEASE_LIST, &arguments);
}

bool
larder_channel_lease_list(LarderChannel *channel, LarderBytes store, LarderBytes prefix,
                          const LarderLeaseOptions *options, LarderCallback *callback,
                          void *context)
{
    const LarderLeaseListArguments arguments = {store, prefix, options};
    return larder_channel_call(channel, LARDER_METHOD_LEASE_LIST, &arguments, callback, context);
}

LarderReply *
larder_snapshot_open(LarderClient *client, LarderBytes store, int64_t ttl_ms,
                     const LarderSnapshotOptions *options)
{
    const LarderSnapshotOpenArguments arguments = {store, ttl_ms, options};
    return larder_client_call(client, LARDER_METHOD_SNAPSHOT_OPEN, &arguments);
}

bool
larder_channel_snapshot_open(LarderChannel *channel, LarderBytes store, int64_t ttl_ms,
                             const LarderSnapshotOptions *options, LarderCallback *callback,
                             void *context)
{
    const LarderSnapshotOpenArguments arguments = {store, ttl_ms, options};
    return larder_channel_call(channel, LARDER_METHOD_SNAPSHOT_OPEN, &arguments, callback, context);
}

LarderReply *
larder_snapshot_renew(LarderClient *client, LarderBytes store, int64_t snapshot_id, int64_t ttl_ms,
                      const LarderSnapshotOptions *options)
{
    const LarderSnapshotRenewArguments arguments = {store, snapshot_id, ttl_ms, options};
    return larder_client_call(client, LARDER_METHOD_SNAPSHOT_RENEW, &arguments);
}

bool
larder_channel_snapshot_renew(LarderChannel *channel, LarderBytes store, int64_t snapshot_id,
                              int64_t ttl_ms, const LarderSnapshotOptions *options,
                              LarderCallback *callback, void *context)
{
    const LarderSnapshotRenewArguments arguments = {store, snapshot_id, ttl_ms, options};
    return larder_channel_call(channel, LARDER_METHOD_SNAPSHOT_RENEW, &arguments, callback,
                               context);
}

LarderReply *
larder_snapshot_close(LarderClient *client, LarderBytes store, int64_t snapshot_id,
                      const LarderSnapshotOptions *options)
{
    const LarderSnapshotCloseArguments arguments = {store, snapshot_id, options};
    return larder_client_call(client, LARDER_METHOD_SNAPSHOT_CLOSE, &arguments);
}

bool
larder_channel_snapshot_close(LarderChannel *channel, LarderBytes store, int64_t snapshot_id,
                              const LarderSnapshotOptions *options, LarderCallback *callback,
                              void *context)
{
    const LarderSnapshotCloseArguments arguments = {store, snapshot_id, options};
    return larder_channel_call(channel, LARDER_METHOD_SNAPSHOT_CLOSE, &arguments, callback,
                               context);
}

LarderReply *
larder_snapshot_list(LarderClient *client, LarderBytes store, const LarderSnapshotOptions *options)
{
    const LarderSnapshotListArguments arguments = {store, options};
    return larder_client_call(client, LARDER_METHOD_SNAPSHOT_LIST, &arguments);
}

bool
larder_channel_snapshot_list(LarderChannel *channel, LarderBytes store,
                             const LarderSnapshotOptions *options, LarderCallback *callback,
                             void *context)
{
    const LarderSnapshotListArguments arguments = {store, options};
    return larder_channel_call(channel, LARDER_METHOD_SNAPSHOT_LIST, &arguments, callback, context);
}

LarderReply *
larder_changes(LarderClient *client, LarderBytes store, int64_t from_version,
               const LarderChangesOptions *options)
{
    const LarderChangesArguments arguments = {store, from_version, options};
    return larder_client_call(client, LARDER_METHOD_CHANGES, &arguments);
}

bool
larder_channel_changes(LarderChannel *channel, LarderBytes store, int64_t from_version,
                       const LarderChangesOptions *options, LarderCallback *callback, void *context)
{
    const LarderChangesArguments arguments = {store, from_version, options};
    return larder_channel_call(channel, LARDER_METHOD_CHANGES, &arguments, callback, context);
}

LarderReply *
larder_topology(LarderClient *client, const LarderTopologyOptions *options)
{
    const LarderTopologyArguments arguments = {options};
    return larder_client_call(client, LARDER_METHOD_TOPOLOGY, &arguments);
}

bool
larder_channel_topology(LarderChannel *channel, const LarderTopologyOptions *options,
                        LarderCallback *callback, void *context)
{
    const LarderTopologyArguments arguments = {options};
    return larder_channel_call(channel, LARDER_METHOD_TOPOLOGY, &arguments, callback, context);
}

LarderReply *
larder_locate(LarderClient *client, LarderBytes store, LarderBytes key,
              const LarderTopologyOptions *options)
{
    const LarderLocateArguments arguments = {store, key, options};
    return larder_client_call(client, LARDER_METHOD_LOCATE, &arguments);
}

bool
larder_channel_locate(LarderChannel *channel, LarderBytes store, LarderBytes key,
                      const LarderTopologyOptions *options, LarderCallback *callback, void *context)
{
    const LarderLocateArguments arguments = {store, key, options};
    return larder_channel_call(channel, LARDER_METHOD_LOCATE, &arguments, callback, context);
}

LarderReply *
larder_authenticate(LarderClient *client, LarderBytes token_id, LarderBytes secret)
{
    const LarderAuthenticateArguments arguments = {token_id, secret};
    return larder_client_call(client, LARDER_METHOD_AUTHENTICATE, &arguments);
}

bool
larder_channel_authenticate(LarderChannel *channel, LarderBytes token_id, LarderBytes secret,
                            LarderCallback *callback, void *context)
{
    const LarderAuthenticateArguments arguments = {token_id, secret};
    return larder_channel_call(channel, LARDER_METHOD_AUTHENTICATE, &arguments, callback, context);
}

LarderReply *
larder_ping(LarderClient *client, LarderBytes payload)
{
    const LarderPingArguments arguments = {payload};
    return larder_client_call(client, LARDER_METHOD_PING, &arguments);
}

bool
larder_channel_ping(LarderChannel *channel, LarderBytes payload, LarderCallback *callback,
                    void *context)
{
    const LarderPingArguments arguments = {payload};
    return larder_channel_call(channel, LARDER_METHOD_PING, &arguments, callback, context);
}

LarderReply *
larder_store_create(LarderClient *client, const LarderStoreSpec *spec,
                    const LarderAdminOptions *options)
{
    const LarderStoreCreateArguments arguments = {spec, options};
    return larder_client_call(client, LARDER_METHOD_STORE_CREATE, &arguments);
}

bool
larder_channel_store_create(LarderChannel *channel, const LarderStoreSpec *spec,
                            const LarderAdminOptions *options, LarderCallback *callback,
                            void *context)
{
    const LarderStoreCreateArguments arguments = {spec, options};
    return larder_channel_call(channel, LARDER_METHOD_STORE_CREATE, &arguments, callback, context);
}

LarderReply *
larder_store_alter(LarderClient *client, LarderBytes store, LarderTextPairList settings,
                   const LarderAdminOptions *options)
{
    const LarderStoreAlterArguments arguments = {store, settings, options};
    return larder_client_call(client, LARDER_METHOD_STORE_ALTER, &arguments);
}

bool
larder_channel_store_alter(LarderChannel *channel, LarderBytes store, LarderTextPairList settings,
                           const LarderAdminOptions *options, LarderCallback *callback,
                           void *context)
{
    const LarderStoreAlterArguments arguments = {store, settings, options};
    return larder_channel_call(channel, LARDER_METHOD_STORE_ALTER, &arguments, callback, context);
}

LarderReply *
larder_store_list(LarderClient *client, const LarderAdminOptions *options)
{
    const LarderStoreListArguments arguments = {options};
    return larder_client_call(client, LARDER_METHOD_STORE_LIST, &arguments);
}

bool
larder_channel_store_list(LarderChannel *channel, const LarderAdminOptions *options,
                          LarderCallback *callback, void *context)
{
    const LarderStoreListArguments arguments = {options};
    return larder_channel_call(channel, LARDER_METHOD_STORE_LIST, &arguments, callback, context);
}

LarderReply *
larder_store_drop(LarderClient *client, LarderBytes store, int64_t retain_ms,
                  const LarderAdminOptions *options)
{
    const LarderStoreDropArguments arguments = {store, retain_ms, options};
    return larder_client_call(client, LARDER_METHOD_STORE_DROP, &arguments);
}

bool
larder_channel_store_drop(LarderChannel *channel, LarderBytes store, int64_t retain_ms,
                          const LarderAdminOptions *options, LarderCallback *callback,
                          void *context)
{
    const LarderStoreDropArguments arguments = {store, retain_ms, options};
    return larder_channel_call(channel, LARDER_METHOD_STORE_DROP, &arguments, callback, context);
}

LarderReply *
larder_store_recall(LarderClient *client, LarderBytes store, LarderBytes new_name,
                    const LarderAdminOptions *options)
{
    const LarderStoreRecallArguments arguments = {store, new_name, options};
    return larder_client_call(client, LARDER_METHOD_STORE_RECALL, &arguments);
}

bool
larder_channel_store_recall(LarderChannel *channel, LarderBytes store, LarderBytes new_name,
                            const LarderAdminOptions *options, LarderCallback *callback,
                            void *context)
{
    const LarderStoreRecallArguments arguments = {store, new_name, options};
    return larder_channel_call(channel, LARDER_METHOD_STORE_RECALL, &arguments, callback, context);
}

LarderReply *
larder_store_rename(LarderClient *client, LarderBytes store, LarderBytes new_name,
                    const LarderAdminOptions *options)
{
    const LarderStoreRenameArguments arguments = {store, new_name, options};
    return larder_client_call(client, LARDER_METHOD_STORE_RENAME, &arguments);
}

bool
larder_channel_store_rename(LarderChannel *channel, LarderBytes store, LarderBytes new_name,
                            const LarderAdminOptions *options, LarderCallback *callback,
                            void *context)
{
    const LarderStoreRenameArguments arguments = {store, new_name, options};
    return larder_channel_call(channel, LARDER_METHOD_STORE_RENAME, &arguments, callback, context);
}

LarderReply *
larder_config_plan(LarderClient *client, LarderBytes document, const LarderAdminOptions *options)
{
    const LarderConfigPlanArguments arguments = {document, options};
    return larder_client_call(client, LARDER_METHOD_CONFIG_PLAN, &arguments);
}

bool
larder_channel_config_plan(LarderChannel *channel, LarderBytes document,
                           const LarderAdminOptions *options, LarderCallback *callback,
                           void *context)
{
    const LarderConfigPlanArguments arguments = {document, options};
    return larder_channel_call(channel, LARDER_METHOD_CONFIG_PLAN, &arguments, callback, context);
}

LarderReply *
larder_config_apply(LarderClient *client, LarderBytes document, LarderBytes plan_id,
                    const LarderAdminOptions *options)
{
    const LarderConfigApplyArguments arguments = {document, plan_id, options};
    return larder_client_call(client, LARDER_METHOD_CONFIG_APPLY, &arguments);
}

bool
larder_channel_config_apply(LarderChannel *channel, LarderBytes document, LarderBytes plan_id,
                            const LarderAdminOptions *options, LarderCallback *callback,
                            void *context)
{
    const LarderConfigApplyArguments arguments = {document, plan_id, options};
    return larder_channel_call(channel, LARDER_METHOD_CONFIG_APPLY, &arguments, callback, context);
}

LarderReply *
larder_config_export(LarderClient *client, const LarderAdminOptions *options)
{
    const LarderConfigExportArguments arguments = {options};
    return larder_client_call(client, LARDER_METHOD_CONFIG_EXPORT, &arguments);
}

bool
larder_channel_config_export(LarderChannel *channel, const LarderAdminOptions *options,
                             LarderCallback *callback, void *context)
{
    const LarderConfigExportArguments arguments = {options};
    return larder_channel_call(channel, LARDER_METHOD_CONFIG_EXPORT, &arguments, callback, context);
}

LarderReply *
larder_flush(LarderClient *client, LarderBytes store, const LarderAdminOptions *options)
{
    const LarderFlushArguments arguments = {store, options};
    return larder_client_call(client, LARDER_METHOD_FLUSH, &arguments);
}

bool
larder_channel_flush(LarderChannel *channel, LarderBytes store, const LarderAdminOptions *options,
                     LarderCallback *callback, void *context)
{
    const LarderFlushArguments arguments = {store, options};
    return larder_channel_call(channel, LARDER_METHOD_FLUSH, &arguments, callback, context);
}

LarderReply *
larder_compact(LarderClient *client, LarderBytes store, const LarderKeyRange *range,
               const LarderAdminOptions *options)
{
    const LarderCompactArguments arguments = {store, range, options};
    return larder_client_call(client, LARDER_METHOD_COMPACT, &arguments);
}

bool
larder_channel_compact(LarderChannel *channel, LarderBytes store, const LarderKeyRange *range,
                       const LarderAdminOptions *options, LarderCallback *callback, void *context)
{
    const LarderCompactArguments arguments = {store, range, options};
    return larder_channel_call(channel, LARDER_METHOD_COMPACT, &arguments, callback, context);
}

LarderReply *
larder_verify(LarderClient *client, LarderBytes store, const LarderAdminOptions *options)
{
    const LarderVerifyArguments arguments = {store, options};
    return larder_client_call(client, LARDER_METHOD_VERIFY, &arguments);
}

bool
larder_channel_verify(LarderChannel *channel, LarderBytes store, const LarderAdminOptions *options,
                      LarderCallback *callback, void *context)
{
    const LarderVerifyArguments arguments = {store, options};
    return larder_channel_call(channel, LARDER_METHOD_VERIFY, &arguments, callback, context);
}

LarderReply *
larder_backup_create(LarderClient *client, LarderBytes store, LarderBytes destination,
                     int64_t base_id, const LarderAdminOptions *options)
{
    const LarderBackupCreateArguments arguments = {store, destination, base_id, options};
    return larder_client_call(client, LARDER_METHOD_BACKUP_CREATE, &arguments);
}

bool
larder_channel_backup_create(LarderChannel *channel, LarderBytes store, LarderBytes destination,
                             int64_t base_id, const LarderAdminOptions *options,
                             LarderCallback *callback, void *context)
{
    const LarderBackupCreateArguments arguments = {store, destination, base_id, options};
    return larder_channel_call(channel, LARDER_METHOD_BACKUP_CREATE, &arguments, callback, context);
}

LarderReply *
larder_backup_list(LarderClient *client, LarderBytes store, const LarderAdminOptions *options)
{
    const LarderBackupListArguments arguments = {store, options};
    return larder_client_call(client, LARDER_METHOD_BACKUP_LIST, &arguments);
}

bool
larder_channel_backup_list(LarderChannel *channel, LarderBytes store,
                           const LarderAdminOptions *options, LarderCallback *callback,
                           void *context)
{
    const LarderBackupListArguments arguments = {store, options};
    return larder_channel_call(channel, LARDER_METHOD_BACKUP_LIST, &arguments, callback, context);
}

LarderReply *
larder_backup_verify(LarderClient *client, int64_t backup_id, const LarderAdminOptions *options)
{
    const LarderBackupVerifyArguments arguments = {backup_id, options};
    return larder_client_call(client, LARDER_METHOD_BACKUP_VERIFY, &arguments);
}

bool
larder_channel_backup_verify(LarderChannel *channel, int64_t backup_id,
                             const LarderAdminOptions *options, LarderCallback *callback,
                             void *context)
{
    const LarderBackupVerifyArguments arguments = {backup_id, options};
    return larder_channel_call(channel, LARDER_METHOD_BACKUP_VERIFY, &arguments, callback, context);
}

LarderReply *
larder_backup_restore(LarderClient *client, int64_t backup_id, LarderBytes new_name,
                      const LarderAdminOptions *options)
{
    const LarderBackupRestoreArguments arguments = {backup_id, new_name, options};
    return larder_client_call(client, LARDER_METHOD_BACKUP_RESTORE, &arguments);
}

bool
larder_channel_backup_restore(LarderChannel *channel, int64_t backup_id, LarderBytes new_name,
                              const LarderAdminOptions *options, LarderCallback *callback,
                              void *context)
{
    const LarderBackupRestoreArguments arguments = {backup_id, new_name, options};
    return larder_channel_call(channel, LARDER_METHOD_BACKUP_RESTORE, &arguments, callback,
                               context);
}

LarderReply *
larder_job_get(LarderClient *client, int64_t job_id, const LarderAdminOptions *options)
{
    const LarderJobGetArguments arguments = {job_id, options};
    return larder_client_call(client, LARDER_METHOD_JOB_GET, &arguments);
}

bool
larder_channel_job_get(LarderChannel *channel, int64_t job_id, const LarderAdminOptions *options,
                       LarderCallback *callback, void *context)
{
    const LarderJobGetArguments arguments = {job_id, options};
    return larder_channel_call(channel, LARDER_METHOD_JOB_GET, &arguments, callback, context);
}

LarderReply *
larder_job_list(LarderClient *client, const LarderAdminOptions *options)
{
    const LarderJobListArguments arguments = {options};
    return larder_client_call(client, LARDER_METHOD_JOB_LIST, &arguments);
}

bool
larder_channel_job_list(LarderChannel *channel, const LarderAdminOptions *options,
                        LarderCallback *callback, void *context)
{
    const LarderJobListArguments arguments = {options};
    return larder_channel_call(channel, LARDER_METHOD_JOB_LIST, &arguments, callback, context);
}

LarderReply *
larder_job_cancel(LarderClient *client, int64_t job_id, const LarderAdminOptions *options)
{
    const LarderJobCancelArguments arguments = {job_id, options};
    return larder_client_call(client, LARDER_METHOD_JOB_CANCEL, &arguments);
}

bool
larder_channel_job_cancel(LarderChannel *channel, int64_t job_id, const LarderAdminOptions *options,
                          LarderCallback *callback, void *context)
{
    const LarderJobCancelArguments arguments = {job_id, options};
    return larder_channel_call(channel, LARDER_METHOD_JOB_CANCEL, &arguments, callback, context);
}

LarderReply *
larder_mode_set(LarderClient *client, LarderBytes store, LarderStoreMode mode,
                const LarderAdminOptions *options)
{
    const LarderModeSetArguments arguments = {store, mode, options};
    return larder_client_call(client, LARDER_METHOD_MODE_SET, &arguments);
}

bool
larder_channel_mode_set(LarderChannel *channel, LarderBytes store, LarderStoreMode mode,
                        const LarderAdminOptions *options, LarderCallback *callback, void *context)
{
    const LarderModeSetArguments arguments = {store, mode, options};
    return larder_channel_call(channel, LARDER_METHOD_MODE_SET, &arguments, callback, context);
}

LarderReply *
larder_drain(LarderClient *client, int64_t wait_ms, const LarderAdminOptions *options)
{
    const LarderDrainArguments arguments = {wait_ms, options};
    return larder_client_call(client, LARDER_METHOD_DRAIN, &arguments);
}

bool
larder_channel_drain(LarderChannel *channel, int64_t wait_ms, const LarderAdminOptions *options,
                     LarderCallback *callback, void *context)
{
    const LarderDrainArguments arguments = {wait_ms, options};
    return larder_channel_call(channel, LARDER_METHOD_DRAIN, &arguments, callback, context);
}

LarderReply *
larder_shutdown(LarderClient *client, const LarderAdminOptions *options)
{
    const LarderShutdownArguments arguments = {options};
    return larder_client_call(client, LARDER_METHOD_SHUTDOWN, &arguments);
}

bool
larder_channel_shutdown(LarderChannel *channel, const LarderAdminOptions *options,
                        LarderCallback *callback, void *context)
{
    const LarderShutdownArguments arguments = {options};
    return larder_channel_call(channel, LARDER_METHOD_SHUTDOWN, &arguments, callback, context);
}

LarderReply *
larder_health(LarderClient *client, const LarderObserveOptions *options)
{
    const LarderHealthArguments arguments = {options};
    return larder_client_call(client, LARDER_METHOD_HEALTH, &arguments);
}

bool
larder_channel_health(LarderChannel *channel, const LarderObserveOptions *options,
                      LarderCallback *callback, void *context)
{
    const LarderHealthArguments arguments = {options};
    return larder_channel_call(channel, LARDER_METHOD_HEALTH, &arguments, callback, context);
}

LarderReply *
larder_metrics(LarderClient *client, const LarderObserveOptions *options)
{
    const LarderMetricsArguments arguments = {options};
    return larder_client_call(client, LARDER_METHOD_METRICS, &arguments);
}

bool
larder_channel_metrics(LarderChannel *channel, const LarderObserveOptions *options,
                       LarderCallback *callback, void *context)
{
    const LarderMetricsArguments arguments = {options};
    return larder_channel_call(channel, LARDER_METHOD_METRICS, &arguments, callback, context);
}

LarderReply *
larder_store_stats(LarderClient *client, LarderBytes store, const LarderObserveOptions *options)
{
    const LarderStoreStatsArguments arguments = {store, options};
    return larder_client_call(client, LARDER_METHOD_STORE_STATS, &arguments);
}

bool
larder_channel_store_stats(LarderChannel *channel, LarderBytes store,
                           const LarderObserveOptions *options, LarderCallback *callback,
                           void *context)
{
    const LarderStoreStatsArguments arguments = {store, options};
    return larder_channel_call(channel, LARDER_METHOD_STORE_STATS, &arguments, callback, context);
}

LarderReply *
larder_levels(LarderClient *client, LarderBytes store, const LarderObserveOptions *options)
{
    const LarderLevelsArguments arguments = {store, options};
    return larder_client_call(client, LARDER_METHOD_LEVELS, &arguments);
}

bool
larder_channel_levels(LarderChannel *channel, LarderBytes store,
                      const LarderObserveOptions *options, LarderCallback *callback, void *context)
{
    const LarderLevelsArguments arguments = {store, options};
    return larder_channel_call(channel, LARDER_METHOD_LEVELS, &arguments, callback, context);
}

LarderReply *
larder_files(LarderClient *client, LarderBytes store, const LarderObserveOptions *options)
{
    const LarderFilesArguments arguments = {store, options};
    return larder_client_call(client, LARDER_METHOD_FILES, &arguments);
}

bool
larder_channel_files(LarderChannel *channel, LarderBytes store, const LarderObserveOptions *options,
                     LarderCallback *callback, void *context)
{
    const LarderFilesArguments arguments = {store, options};
    return larder_channel_call(channel, LARDER_METHOD_FILES, &arguments, callback, context);
}

LarderReply *
larder_histograms(LarderClient *client, LarderBytes prefix, const LarderObserveOptions *options)
{
    const LarderHistogramsArguments arguments = {prefix, options};
    return larder_client_call(client, LARDER_METHOD_HISTOGRAMS, &arguments);
}

bool
larder_channel_histograms(LarderChannel *channel, LarderBytes prefix,
                          const LarderObserveOptions *options, LarderCallback *callback,
                          void *context)
{
    const LarderHistogramsArguments arguments = {prefix, options};
    return larder_channel_call(channel, LARDER_METHOD_HISTOGRAMS, &arguments, callback, context);
}

LarderReply *
larder_hot_keys(LarderClient *client, LarderBytes store, LarderHotDimension dimension,
                const LarderObserveOptions *options)
{
    const LarderHotKeysArguments arguments = {store, dimension, options};
    return larder_client_call(client, LARDER_METHOD_HOT_KEYS, &arguments);
}

bool
larder_channel_hot_keys(LarderChannel *channel, LarderBytes store, LarderHotDimension dimension,
                        const LarderObserveOptions *options, LarderCallback *callback,
                        void *context)
{
    const LarderHotKeysArguments arguments = {store, dimension, options};
    return larder_channel_call(channel, LARDER_METHOD_HOT_KEYS, &arguments, callback, context);
}

LarderReply *
larder_hot_prefixes(LarderClient *client, LarderBytes store, LarderHotDimension dimension,
                    const LarderObserveOptions *options)
{
    const LarderHotPrefixesArguments arguments = {store, dimension, options};
    return larder_client_call(client, LARDER_METHOD_HOT_PREFIXES, &arguments);
}

bool
larder_channel_hot_prefixes(LarderChannel *channel, LarderBytes store, LarderHotDimension dimension,
                            const LarderObserveOptions *options, LarderCallback *callback,
                            void *context)
{
    const LarderHotPrefixesArguments arguments = {store, dimension, options};
    return larder_channel_call(channel, LARDER_METHOD_HOT_PREFIXES, &arguments, callback, context);
}

LarderReply *
larder_events(LarderClient *client, int64_t since, const LarderObserveOptions *options)
{
    const LarderEventsArguments arguments = {since, options};
    return larder_client_call(client, LARDER_METHOD_EVENTS, &arguments);
}

bool
larder_channel_events(LarderChannel *channel, int64_t since, const LarderObserveOptions *options,
                      LarderCallback *callback, void *context)
{
    const LarderEventsArguments arguments = {since, options};
    return larder_channel_call(channel, LARDER_METHOD_EVENTS, &arguments, callback, context);
}

LarderReply *
larder_slow_log(LarderClient *client, int64_t min_us, const LarderObserveOptions *options)
{
    const LarderSlowLogArguments arguments = {min_us, options};
    return larder_client_call(client, LARDER_METHOD_SLOW_LOG, &arguments);
}

bool
larder_channel_slow_log(LarderChannel *channel, int64_t min_us, const LarderObserveOptions *options,
                        LarderCallback *callback, void *context)
{
    const LarderSlowLogArguments arguments = {min_us, options};
    return larder_channel_call(channel, LARDER_METHOD_SLOW_LOG, &arguments, callback, context);
}

LarderReply *
larder_explain(LarderClient *client, LarderBytes store, LarderBytes key,
               const LarderObserveOptions *options)
{
    const LarderExplainArguments arguments = {store, key, options};
    return larder_client_call(client, LARDER_METHOD_EXPLAIN, &arguments);
}

bool
larder_channel_explain(LarderChannel *channel, LarderBytes store, LarderBytes key,
                       const LarderObserveOptions *options, LarderCallback *callback, void *context)
{
    const LarderExplainArguments arguments = {store, key, options};
    return larder_channel_call(channel, LARDER_METHOD_EXPLAIN, &arguments, callback, context);
}

LarderReply *
larder_doctor(LarderClient *client, const LarderObserveOptions *options)
{
    const LarderDoctorArguments arguments = {options};
    return larder_client_call(client, LARDER_METHOD_DOCTOR, &arguments);
}

bool
larder_channel_doctor(LarderChannel *channel, const LarderObserveOptions *options,
                      LarderCallback *callback, void *context)
{
    const LarderDoctorArguments arguments = {options};
    return larder_channel_call(channel, LARDER_METHOD_DOCTOR, &arguments, callback, context);
}
