/*
 * hot_reply.c: fields of results. See hot_reply.h.
 *
 * The ids are those of thrift/larder.thrift. Members that are not optional are always written, also
 * where the store has nothing to say (`replayed`, `topology_epoch`), as generated code does.
 */
#include "service/rpc/hot_reply.h"

#include "service/wire/direct.h"

enum { SUCCESS = 0, REPLAYED = 8, SERVER_US = 14, TOPOLOGY_EPOCH = 15 };

/* The result is the struct in field 0. */
static void
begin(WireWriter *writer)
{
    wire_writer_field(writer, SUCCESS, WIRE_STRUCT);
    wire_writer_struct_begin(writer);
}

/* The last two members of every result. */
static void
end(WireWriter *writer, int64_t server_us)
{
    wire_writer_field_i64(writer, SERVER_US, server_us);
    wire_writer_field_i64(writer, TOPOLOGY_EPOCH, 0);
    wire_writer_struct_end(writer);
}

void
rpc_hot_reply_get(WireWriter *writer, const StoreGetResult *result, int64_t server_us)
{
    begin(writer);
    wire_writer_field_bool(writer, 1, result->found);
    if (result->has_value) {
        wire_writer_field_bytes(writer, 2, result->value);
    }
    wire_writer_field_i64(writer, 3, result->version);
    wire_writer_field_i64(writer, 4, result->expires_at_ms);
    wire_writer_field_i64(writer, 5, result->full_length);
    wire_writer_field_bool(writer, 6, result->unchanged);
    end(writer, server_us);
}

void
rpc_hot_reply_write(WireWriter *writer, const StoreWriteResult *result, int64_t server_us)
{
    begin(writer);
    wire_writer_field_bool(writer, 1, result->applied);
    wire_writer_field_i64(writer, 2, result->version);
    wire_writer_field_i32(writer, 3, (int32_t)result->reason);
    wire_writer_field_i64(writer, 4, result->current_version);
    if (result->has_current_value) {
        wire_writer_field_bytes(writer, 5, result->current_value);
    }
    if (result->has_existed) {
        wire_writer_field_bool(writer, 6, result->existed);
    }
    wire_writer_field_i64(writer, 7, result->expires_at_ms);
    wire_writer_field_bool(writer, REPLAYED, false);
    end(writer, server_us);
}

void
rpc_hot_reply_batch(WireWriter *writer, const StoreBatchResult *result, int64_t server_us)
{
    begin(writer);
    wire_writer_field_bool(writer, 1, result->applied);
    wire_writer_field_i64(writer, 2, result->version);
    wire_writer_field_i32(writer, 3, (int32_t)result->reason);
    wire_writer_field_i32(writer, 4, result->failed_guard);
    wire_writer_field_i32(writer, 5, result->failed_mutation);
    wire_writer_field_i64(writer, 6, result->current_version);
    if (result->has_current_value) {
        wire_writer_field_bytes(writer, 7, result->current_value);
    }
    wire_writer_field_bool(writer, REPLAYED, false);
    wire_writer_field(writer, 9, WIRE_LIST);
    wire_writer_list(writer, WIRE_I64, (uint32_t)result->number_count);
    for (size_t i = 0; i < result->number_count; i++) {
        wire_writer_i64(writer, result->numbers[i]);
    }
    end(writer, server_us);
}

void
rpc_hot_reply_bulk(WireWriter *writer, const StoreBulkResult *result, int64_t server_us)
{
    begin(writer);
    wire_writer_field(writer, 1, WIRE_LIST);
    wire_writer_list(writer, WIRE_STRUCT, (uint32_t)result->count);
    for (size_t i = 0; i < result->count; i++) {
        const StoreBulkItem *item = &result->items[i];
        wire_writer_struct_begin(writer);
        wire_writer_field_bool(writer, 1, item->applied);
        wire_writer_field_i64(writer, 2, item->version);
        wire_writer_field_i32(writer, 3, (int32_t)item->reason);
        wire_writer_field_i64(writer, 4, item->current_version);
        wire_writer_field_i64(writer, 5, item->number);
        wire_writer_struct_end(writer);
    }
    wire_writer_field_i64(writer, 2, (int64_t)result->applied_count);
    wire_writer_field_i64(writer, 3, result->version);
    wire_writer_field_bool(writer, REPLAYED, false);
    end(writer, server_us);
}

static bool
is_binary(const WireWriter *writer)
{
    return writer->format.protocol == WIRE_BINARY;
}

/* The members that items of multi_get and scan have in common, behind `to`. */
static uint8_t *
direct_record(uint8_t *to, int64_t version, int64_t expires_at_ms, int64_t full_length)
{
    to = wire_direct_i64(to, 3, version);
    to = wire_direct_i64(to, 4, expires_at_ms);
    to = wire_direct_i64(to, 5, full_length);
    return wire_direct_stop(to);
}

enum { DIRECT_RECORD = 3 * WIRE_DIRECT_I64 + WIRE_DIRECT_STOP };

/* A record that was not found has no more than this. */
static const EngineRecord no_record = {.version = 0};

static const EngineRecord *
record_of(const EngineLookup *lookup)
{
    return lookup->found ? &lookup->record : &no_record;
}

/* The answers of a multi_get; room is made once for all of them. */
static void
direct_lookups(WireWriter *writer, const StoreMultiGetResult *result, bool without_values)
{
    size_t bytes = result->count * (WIRE_DIRECT_BOOL + DIRECT_RECORD);
    for (size_t i = 0; i < result->count && !without_values; i++) {
        const EngineLookup *lookup = &result->items[i];
        bytes += lookup->found ? WIRE_DIRECT_BYTES + lookup->record.value.len : 0;
    }
    uint8_t *to = wire_writer_room(writer, bytes);
    if (to == NULL) {
        return;
    }
    for (size_t i = 0; i < result->count; i++) {
        const EngineLookup *lookup = &result->items[i];
        const EngineRecord *record = record_of(lookup);
        to = wire_direct_bool(to, 1, lookup->found);
        if (lookup->found && !without_values) {
            to = wire_direct_bytes(to, 2, record->value);
        }
        to = direct_record(to, record->version, record->expires_at_ms, (int64_t)record->value.len);
    }
}

/* Items of a scan, likewise. */
static void
direct_items(WireWriter *writer, const StoreScanItems *items)
{
    bool with_values = !items->without_values;
    size_t bytes = items->count * (WIRE_DIRECT_BYTES + DIRECT_RECORD) + items->key_bytes;
    bytes += with_values ? items->count * WIRE_DIRECT_BYTES + items->value_bytes : 0;
    uint8_t *to = wire_writer_room(writer, bytes);
    if (to == NULL) {
        return;
    }
    const EngineEntry *end = items->list + items->count;
    for (const EngineEntry *item = items->list; item != end; item++) {
        const EngineRecord *record = &item->record;
        to = wire_direct_bytes(to, 1, item->key);
        if (with_values) {
            to = wire_direct_bytes(to, 2, record->value);
        }
        to = direct_record(to, record->version, record->expires_at_ms, (int64_t)record->value.len);
    }
}

/* One answer of a multi_get. */
static void
write_lookup(WireWriter *writer, const EngineLookup *lookup, bool without_value)
{
    const EngineRecord *record = record_of(lookup);
    wire_writer_struct_begin(writer);
    wire_writer_field_bool(writer, 1, lookup->found);
    if (lookup->found && !without_value) {
        wire_writer_field_bytes(writer, 2, record->value);
    }
    wire_writer_field_i64(writer, 3, record->version);
    wire_writer_field_i64(writer, 4, record->expires_at_ms);
    wire_writer_field_i64(writer, 5, (int64_t)record->value.len);
    wire_writer_struct_end(writer);
}

void
rpc_hot_reply_multi_get(WireWriter *writer, const StoreMultiGetResult *result, bool without_values,
                        int64_t server_us)
{
    begin(writer);
    wire_writer_field(writer, 1, WIRE_LIST);
    wire_writer_list(writer, WIRE_STRUCT, (uint32_t)result->count);
    if (is_binary(writer)) {
        direct_lookups(writer, result, without_values);
    } else {
        for (size_t i = 0; i < result->count && wire_writer_ok(writer); i++) {
            write_lookup(writer, &result->items[i], without_values);
        }
    }
    wire_writer_field_i64(writer, 2, result->read_version);
    end(writer, server_us);
}

size_t
rpc_hot_reply_scan_begin(WireWriter *writer)
{
    begin(writer);
    wire_writer_field(writer, 1, WIRE_LIST);
    return wire_writer_list_open(writer);
}

static void
write_item(WireWriter *writer, const EngineEntry *item, bool without_value)
{
    wire_writer_struct_begin(writer);
    wire_writer_field_bytes(writer, 1, item->key);
    if (!without_value) {
        wire_writer_field_bytes(writer, 2, item->record.value);
    }
    wire_writer_field_i64(writer, 3, item->record.version);
    wire_writer_field_i64(writer, 4, item->record.expires_at_ms);
    wire_writer_field_i64(writer, 5, (int64_t)item->record.value.len);
    wire_writer_struct_end(writer);
}

void
rpc_hot_reply_scan_items(WireWriter *writer, const StoreScanItems *items)
{
    if (is_binary(writer)) {
        direct_items(writer, items);
        return;
    }
    for (size_t i = 0; i < items->count && wire_writer_ok(writer); i++) {
        write_item(writer, &items->list[i], items->without_values);
    }
}

/* The members behind the items, in one piece. */
static void
direct_scan_end(WireWriter *writer, const StoreScanResult *page, BaseSlice next_token,
                int64_t server_us)
{
    enum { NUMBERS = WIRE_DIRECT_I32 + 7 * WIRE_DIRECT_I64 };
    size_t token = page->has_next_token ? WIRE_DIRECT_BYTES + next_token.len : 0;
    uint8_t *to = wire_writer_room(writer, token + NUMBERS);
    if (to == NULL) {
        return;
    }
    if (page->has_next_token) {
        to = wire_direct_bytes(to, 2, next_token);
    }
    to = wire_direct_i32(to, 3, (int32_t)page->stop_reason);
    to = wire_direct_i64(to, 4, page->count);
    to = wire_direct_i64(to, 5, page->examined);
    to = wire_direct_i64(to, 6, page->tombstones);
    to = wire_direct_i64(to, 7, page->expired);
    to = wire_direct_i64(to, 8, page->read_version);
    to = wire_direct_i64(to, SERVER_US, server_us);
    (void)wire_direct_i64(to, TOPOLOGY_EPOCH, 0);
    wire_writer_struct_end(writer);
}

void
rpc_hot_reply_scan_end(WireWriter *writer, size_t mark, uint32_t items, const StoreScanResult *page,
                       BaseSlice next_token, int64_t server_us)
{
    wire_writer_list_close(writer, mark, WIRE_STRUCT, items);
    if (is_binary(writer)) {
        direct_scan_end(writer, page, next_token, server_us);
        return;
    }
    if (page->has_next_token) {
        wire_writer_field_bytes(writer, 2, next_token);
    }
    wire_writer_field_i32(writer, 3, (int32_t)page->stop_reason);
    wire_writer_field_i64(writer, 4, page->count);
    wire_writer_field_i64(writer, 5, page->examined);
    wire_writer_field_i64(writer, 6, page->tombstones);
    wire_writer_field_i64(writer, 7, page->expired);
    wire_writer_field_i64(writer, 8, page->read_version);
    end(writer, server_us);
}
