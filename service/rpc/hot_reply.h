/*
 * hot_reply.h: results of hot methods, straight to bytes: what the generated code writes for the
 * same result, field by field in the order of the contract.
 *
 *     wire_reply_begin(&writer, out, &message, limit);
 *     rpc_hot_reply_get(&writer, &result, server_us);
 *     if (!wire_reply_end(&writer)) ... nothing was added; writer.code says why
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_RPC_HOT_REPLY_H
#define LARDER_SERVICE_RPC_HOT_REPLY_H

#include "service/store/batch.h"
#include "service/store/read.h"
#include "service/store/scan.h"
#include "service/wire/writer.h"

void rpc_hot_reply_get(WireWriter *writer, const StoreGetResult *result, int64_t server_us);
void rpc_hot_reply_write(WireWriter *writer, const StoreWriteResult *result, int64_t server_us);
void rpc_hot_reply_batch(WireWriter *writer, const StoreBatchResult *result, int64_t server_us);
void rpc_hot_reply_bulk(WireWriter *writer, const StoreBulkResult *result, int64_t server_us);

void rpc_hot_reply_multi_get(WireWriter *writer, const StoreMultiGetResult *result,
                             bool without_values, int64_t server_us);

/*
 * A page of a scan: begin, items as they come, end with how many they were. `mark` is what
 * begin returned.
 */
size_t rpc_hot_reply_scan_begin(WireWriter *writer);
void rpc_hot_reply_scan_items(WireWriter *writer, const StoreScanItems *items);
void rpc_hot_reply_scan_end(WireWriter *writer, size_t mark, uint32_t items,
                            const StoreScanResult *page, BaseSlice next_token, int64_t server_us);

#endif
