/*
 * calls.c: plain C calls over the generated interface. See calls.h.
 */
#include "tests/conformance/calls.h"

#include "tests/conformance/parts.h"

#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcKeyRange, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcExpiry, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcGetOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcGetResult, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcMultiGetOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcMultiGetResult, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcPutOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcRemoveOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcTouchOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcWriteResult, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcIncrementOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcIncrementResult, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcAppendOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcAppendResult, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcBatchOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcBatchResult, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcBulkWriteOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcBulkWriteResult, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcScanOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcScanResult, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcRemoveRangeOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcRemoveRangeResult, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcRangeInfoOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcRangeInfoResult, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcChecksumOptions, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LarderRpcChecksumResult, g_object_unref)

/* What a generated call may hand back besides its result. */
typedef struct Raised {
    LarderRpcInvalidRequest *invalid;
    LarderRpcNotHere *elsewhere;
    LarderRpcRefused *refused;
    LarderRpcIndeterminate *indeterminate;
    LarderRpcFailed *failed;
    GError *error;
} Raised;

#define RAISED_OUT(raised)                                                              \
    &(raised).invalid, &(raised).elsewhere, &(raised).refused, &(raised).indeterminate, \
        &(raised).failed, &(raised).error

static const char *
store_of(const Target *target, const Request *request)
{
    return request->store != NULL ? request->store : target->store_name;
}

static void
copy_text(char *to, size_t size, const char *from)
{
    (void)g_strlcpy(to, from != NULL ? from : "", size);
}

/* Moves whatever was raised into the answer. */
static void
take_raised(Answer *answer, Raised *raised)
{
    const char *message = "";
    if (raised->invalid != NULL) {
        answer->exception = 1;
        answer->code = (int)raised->invalid->code;
        answer->limit = raised->invalid->limit;
        answer->actual = raised->invalid->actual;
        copy_text(answer->field, sizeof answer->field, raised->invalid->field);
        message = raised->invalid->message;
    } else if (raised->elsewhere != NULL) {
        answer->exception = 2;
        answer->code = (int)raised->elsewhere->code;
        message = raised->elsewhere->message;
    } else if (raised->refused != NULL) {
        answer->exception = 3;
        answer->code = (int)raised->refused->code;
        message = raised->refused->message;
    } else if (raised->indeterminate != NULL) {
        answer->exception = 4;
        answer->code = (int)raised->indeterminate->code;
        message = raised->indeterminate->message;
    } else if (raised->failed != NULL) {
        answer->exception = 5;
        answer->code = (int)raised->failed->code;
        message = raised->failed->message;
    } else {
        answer->exception = -1;
        message = raised->error != NULL ? raised->error->message : "no answer";
    }
    copy_text(answer->message, sizeof answer->message, message);
    g_clear_object(&raised->invalid);
    g_clear_object(&raised->elsewhere);
    g_clear_object(&raised->refused);
    g_clear_object(&raised->indeterminate);
    g_clear_object(&raised->failed);
    g_clear_error(&raised->error);
}

static GByteArray *
ref_bytes(GByteArray *bytes)
{
    return bytes != NULL ? g_byte_array_ref(bytes) : NULL;
}

/* ------------------------------------------------------------------------------------ reads -- */

Answer
call_get(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(GByteArray) key = parts_bytes_new(request.key);
    g_autoptr(LarderRpcGetOptions) options = g_object_new(LARDER_RPC_TYPE_GET_OPTIONS, NULL);
    g_autoptr(LarderRpcGetResult) result = g_object_new(LARDER_RPC_TYPE_GET_RESULT, NULL);
    if (request.with_deadline) {
        SET(options, deadline_ms, request.deadline_ms);
    }
    if (request.with_snapshot) {
        SET(options, snapshot_id, 1);
    }
    if (request.with_if_version_not) {
        SET(options, if_version_not, request.if_version_not);
    }
    if (request.without_value) {
        SET(options, want_value, FALSE);
    }
    if (request.with_offset) {
        SET(options, offset, request.offset);
    }
    if (request.with_length) {
        SET(options, length, request.length);
    }
    if (!larder_rpc_store_if_get(target->store, &result, store_of(target, &request), key, options,
                                 RAISED_OUT(raised))) {
        take_raised(&answer, &raised);
        return answer;
    }
    answer.found = result->found;
    answer.unchanged = result->unchanged;
    answer.has_value = result->__isset_value;
    answer.value = ref_bytes(result->value);
    answer.version = result->version;
    answer.expires_at_ms = result->expires_at_ms;
    answer.full_length = result->full_length;
    return answer;
}

Answer
call_multi_get(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    for (size_t i = 0; i < request.key_count; i++) {
        g_ptr_array_add(keys, parts_bytes_new(request.keys[i]));
    }
    g_autoptr(LarderRpcMultiGetOptions) options =
        g_object_new(LARDER_RPC_TYPE_MULTI_GET_OPTIONS, NULL);
    g_autoptr(LarderRpcMultiGetResult) result =
        g_object_new(LARDER_RPC_TYPE_MULTI_GET_RESULT, NULL);
    if (request.limit_bytes != 0) {
        SET(options, limit_bytes, request.limit_bytes);
    }
    if (request.without_value) {
        SET(options, want_values, FALSE);
    }
    if (!larder_rpc_store_if_multi_get(target->store, &result, store_of(target, &request), keys,
                                       options, RAISED_OUT(raised))) {
        take_raised(&answer, &raised);
        return answer;
    }
    answer.read_version = result->read_version;
    answer.item_count = result->items->len;
    answer.items = g_new0(AnswerItem, answer.item_count);
    for (guint i = 0; i < result->items->len; i++) {
        const LarderRpcGetItem *item = g_ptr_array_index(result->items, i);
        answer.items[i] = (AnswerItem){.found = item->found,
                                       .has_value = item->__isset_value,
                                       .value = ref_bytes(item->value),
                                       .version = item->version,
                                       .expires_at_ms = item->expires_at_ms,
                                       .full_length = item->full_length};
    }
    return answer;
}

/* ----------------------------------------------------------------------------------- writes -- */

static void
take_write(Answer *answer, const LarderRpcWriteResult *result)
{
    answer->applied = result->applied;
    answer->version = result->version;
    answer->reason = (int)result->reason;
    answer->current_version = result->current_version;
    answer->has_value = result->__isset_current_value;
    answer->value = ref_bytes(result->current_value);
    answer->has_existed = result->__isset_existed;
    answer->existed = result->existed;
    answer->expires_at_ms = result->expires_at_ms;
}

Answer
call_put(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(GByteArray) key = parts_bytes_new(request.key);
    g_autoptr(GByteArray) value = parts_bytes_new(request.value);
    g_autoptr(LarderRpcPutOptions) options = g_object_new(LARDER_RPC_TYPE_PUT_OPTIONS, NULL);
    g_autoptr(LarderRpcWriteResult) result = g_object_new(LARDER_RPC_TYPE_WRITE_RESULT, NULL);
    SET_KEY_OPTIONS(options, &request);
    SET_OBJECT(options, expiry, parts_expiry_new(&request));
    if (request.with_want_existed) {
        SET(options, want_existed, request.want_existed);
    }
    if (larder_rpc_store_if_put(target->store, &result, store_of(target, &request), key, value,
                                options, RAISED_OUT(raised))) {
        take_write(&answer, result);
    } else {
        take_raised(&answer, &raised);
    }
    return answer;
}

Answer
call_remove(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(GByteArray) key = parts_bytes_new(request.key);
    g_autoptr(LarderRpcRemoveOptions) options = g_object_new(LARDER_RPC_TYPE_REMOVE_OPTIONS, NULL);
    g_autoptr(LarderRpcWriteResult) result = g_object_new(LARDER_RPC_TYPE_WRITE_RESULT, NULL);
    SET_KEY_OPTIONS(options, &request);
    if (request.with_want_existed) {
        SET(options, want_existed, request.want_existed);
    }
    if (larder_rpc_store_if_remove(target->store, &result, store_of(target, &request), key, options,
                                   RAISED_OUT(raised))) {
        take_write(&answer, result);
    } else {
        take_raised(&answer, &raised);
    }
    return answer;
}

Answer
call_touch(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(GByteArray) key = parts_bytes_new(request.key);
    g_autoptr(LarderRpcExpiry) expiry = parts_expiry_new(&request);
    g_autoptr(LarderRpcTouchOptions) options = g_object_new(LARDER_RPC_TYPE_TOUCH_OPTIONS, NULL);
    g_autoptr(LarderRpcWriteResult) result = g_object_new(LARDER_RPC_TYPE_WRITE_RESULT, NULL);
    SET_KEY_OPTIONS(options, &request);
    if (larder_rpc_store_if_touch(target->store, &result, store_of(target, &request), key, expiry,
                                  options, RAISED_OUT(raised))) {
        take_write(&answer, result);
    } else {
        take_raised(&answer, &raised);
    }
    return answer;
}

Answer
call_increment(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(GByteArray) key = parts_bytes_new(request.key);
    g_autoptr(LarderRpcIncrementOptions) options =
        g_object_new(LARDER_RPC_TYPE_INCREMENT_OPTIONS, NULL);
    g_autoptr(LarderRpcIncrementResult) result =
        g_object_new(LARDER_RPC_TYPE_INCREMENT_RESULT, NULL);
    SET_KEY_OPTIONS(options, &request);
    if (parts_has_expiry(&request)) {
        SET_OBJECT(options, expiry, parts_expiry_new(&request));
    }
    if (request.with_initial) {
        SET(options, initial, request.initial);
    }
    if (request.with_bounds) {
        SET(options, lowest, request.lowest);
        SET(options, highest, request.highest);
    }
    if (!larder_rpc_store_if_increment(target->store, &result, store_of(target, &request), key,
                                       request.delta, options, RAISED_OUT(raised))) {
        take_raised(&answer, &raised);
        return answer;
    }
    answer.applied = result->applied;
    answer.version = result->version;
    answer.reason = (int)result->reason;
    answer.current_version = result->current_version;
    answer.number = result->number;
    answer.expires_at_ms = result->expires_at_ms;
    return answer;
}

Answer
call_append(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(GByteArray) key = parts_bytes_new(request.key);
    g_autoptr(GByteArray) value = parts_bytes_new(request.value);
    g_autoptr(LarderRpcAppendOptions) options = g_object_new(LARDER_RPC_TYPE_APPEND_OPTIONS, NULL);
    g_autoptr(LarderRpcAppendResult) result = g_object_new(LARDER_RPC_TYPE_APPEND_RESULT, NULL);
    SET_KEY_OPTIONS(options, &request);
    if (parts_has_expiry(&request)) {
        SET_OBJECT(options, expiry, parts_expiry_new(&request));
    }
    if (request.no_create) {
        SET(options, create, FALSE);
    }
    if (request.with_max_length) {
        SET(options, max_length, request.max_length);
    }
    if (!larder_rpc_store_if_append(target->store, &result, store_of(target, &request), key, value,
                                    options, RAISED_OUT(raised))) {
        take_raised(&answer, &raised);
        return answer;
    }
    answer.applied = result->applied;
    answer.version = result->version;
    answer.reason = (int)result->reason;
    answer.current_version = result->current_version;
    answer.number = result->length;
    answer.expires_at_ms = result->expires_at_ms;
    return answer;
}

Answer
call_batch(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(GPtrArray) mutations = request.mutations;
    g_autoptr(LarderRpcBatchOptions) options = g_object_new(LARDER_RPC_TYPE_BATCH_OPTIONS, NULL);
    g_autoptr(LarderRpcBatchResult) result = g_object_new(LARDER_RPC_TYPE_BATCH_RESULT, NULL);
    SET_WRITE_OPTIONS(options, &request);
    if (request.guards != NULL) {
        g_clear_pointer(&options->guards, g_ptr_array_unref);
        SET(options, guards, request.guards);
    }
    if (request.return_current) {
        SET(options, return_current, TRUE);
    }
    if (!larder_rpc_store_if_batch(target->store, &result, store_of(target, &request), mutations,
                                   options, RAISED_OUT(raised))) {
        take_raised(&answer, &raised);
        return answer;
    }
    answer.applied = result->applied;
    answer.version = result->version;
    answer.reason = (int)result->reason;
    answer.failed_guard = result->failed_guard;
    answer.failed_mutation = result->failed_mutation;
    answer.current_version = result->current_version;
    answer.has_value = result->__isset_current_value;
    answer.value = ref_bytes(result->current_value);
    answer.item_count = result->numbers->len;
    answer.items = g_new0(AnswerItem, answer.item_count);
    for (guint i = 0; i < result->numbers->len; i++) {
        answer.items[i].number = g_array_index(result->numbers, gint64, i);
    }
    return answer;
}

Answer
call_bulk_write(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(GPtrArray) mutations = request.mutations;
    g_autoptr(LarderRpcBulkWriteOptions) options =
        g_object_new(LARDER_RPC_TYPE_BULK_WRITE_OPTIONS, NULL);
    g_autoptr(LarderRpcBulkWriteResult) result =
        g_object_new(LARDER_RPC_TYPE_BULK_WRITE_RESULT, NULL);
    SET_WRITE_OPTIONS(options, &request);
    if (!larder_rpc_store_if_bulk_write(target->store, &result, store_of(target, &request),
                                        mutations, options, RAISED_OUT(raised))) {
        take_raised(&answer, &raised);
        return answer;
    }
    answer.count = result->applied_count;
    answer.version = result->version;
    answer.item_count = result->items->len;
    answer.items = g_new0(AnswerItem, answer.item_count);
    for (guint i = 0; i < result->items->len; i++) {
        const LarderRpcBulkItem *item = g_ptr_array_index(result->items, i);
        answer.items[i] = (AnswerItem){.applied = item->applied,
                                       .version = item->version,
                                       .reason = (int)item->reason,
                                       .number = item->number};
    }
    return answer;
}

/* ----------------------------------------------------------------------------------- ranges -- */

static LarderRpcScanOptions *
scan_options_new(const Request *request)
{
    LarderRpcScanOptions *options = g_object_new(LARDER_RPC_TYPE_SCAN_OPTIONS, NULL);
    if (request->with_snapshot) {
        SET(options, snapshot_id, 1);
    }
    if (request->reverse) {
        SET(options, reverse, TRUE);
    }
    if (request->keys_only) {
        SET(options, keys_only, TRUE);
    }
    if (request->count_only) {
        SET(options, count_only, TRUE);
    }
    if (request->limit_items != 0) {
        SET(options, limit_items, request->limit_items);
    }
    if (request->limit_bytes != 0) {
        SET(options, limit_bytes, request->limit_bytes);
    }
    if (request->limit_examined != 0) {
        SET(options, limit_examined, request->limit_examined);
    }
    if (request->page_token.len != 0) {
        SET_BYTES(options, page_token, request->page_token);
    }
    return options;
}

Answer
call_scan(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(LarderRpcKeyRange) range = parts_range_new(&request);
    g_autoptr(LarderRpcScanOptions) options = scan_options_new(&request);
    g_autoptr(LarderRpcScanResult) result = g_object_new(LARDER_RPC_TYPE_SCAN_RESULT, NULL);
    if (!larder_rpc_store_if_scan(target->store, &result, store_of(target, &request), range,
                                  options, RAISED_OUT(raised))) {
        take_raised(&answer, &raised);
        return answer;
    }
    answer.stop_reason = (int)result->stop_reason;
    answer.count = result->count;
    answer.examined = result->examined;
    answer.read_version = result->read_version;
    answer.next_token = result->__isset_next_token ? ref_bytes(result->next_token) : NULL;
    answer.item_count = result->items->len;
    answer.items = g_new0(AnswerItem, answer.item_count);
    for (guint i = 0; i < result->items->len; i++) {
        const LarderRpcScanItem *item = g_ptr_array_index(result->items, i);
        answer.items[i] = (AnswerItem){.found = true,
                                       .has_value = item->__isset_value,
                                       .key = ref_bytes(item->key),
                                       .value = ref_bytes(item->value),
                                       .version = item->version,
                                       .expires_at_ms = item->expires_at_ms,
                                       .full_length = item->full_length};
    }
    return answer;
}

Answer
call_remove_range(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(LarderRpcKeyRange) range = parts_range_new(&request);
    g_autoptr(LarderRpcRemoveRangeOptions) options =
        g_object_new(LARDER_RPC_TYPE_REMOVE_RANGE_OPTIONS, NULL);
    g_autoptr(LarderRpcRemoveRangeResult) result =
        g_object_new(LARDER_RPC_TYPE_REMOVE_RANGE_RESULT, NULL);
    SET_WRITE_OPTIONS(options, &request);
    if (request.dry_run) {
        SET(options, dry_run, TRUE);
    }
    if (!larder_rpc_store_if_remove_range(target->store, &result, store_of(target, &request), range,
                                          options, RAISED_OUT(raised))) {
        take_raised(&answer, &raised);
        return answer;
    }
    answer.version = result->version;
    answer.number = result->estimated_keys;
    answer.bytes = result->estimated_bytes;
    return answer;
}

Answer
call_range_info(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(GPtrArray) ranges = list_new();
    g_ptr_array_add(ranges, parts_range_new(&request));
    g_autoptr(LarderRpcRangeInfoOptions) options =
        g_object_new(LARDER_RPC_TYPE_RANGE_INFO_OPTIONS, NULL);
    g_autoptr(LarderRpcRangeInfoResult) result =
        g_object_new(LARDER_RPC_TYPE_RANGE_INFO_RESULT, NULL);
    if (request.split_bytes != 0) {
        SET(options, split_bytes, request.split_bytes);
    }
    if (!larder_rpc_store_if_range_info(target->store, &result, store_of(target, &request), ranges,
                                        options, RAISED_OUT(raised))) {
        take_raised(&answer, &raised);
        return answer;
    }
    const LarderRpcRangeInfo *info = g_ptr_array_index(result->infos, 0);
    answer.number = info->estimated_keys;
    answer.bytes = info->estimated_bytes;
    answer.exact = info->exact;
    answer.item_count = info->split_keys->len;
    answer.items = g_new0(AnswerItem, answer.item_count);
    for (guint i = 0; i < info->split_keys->len; i++) {
        answer.items[i].key = ref_bytes(g_ptr_array_index(info->split_keys, i));
    }
    return answer;
}

Answer
call_checksum(const Target *target, Request request)
{
    Answer answer = {0};
    Raised raised = {0};
    g_autoptr(LarderRpcKeyRange) range = parts_range_new(&request);
    g_autoptr(LarderRpcChecksumOptions) options =
        g_object_new(LARDER_RPC_TYPE_CHECKSUM_OPTIONS, NULL);
    g_autoptr(LarderRpcChecksumResult) result = g_object_new(LARDER_RPC_TYPE_CHECKSUM_RESULT, NULL);
    if (!larder_rpc_store_if_checksum(target->store, &result, store_of(target, &request), range,
                                      options, RAISED_OUT(raised))) {
        take_raised(&answer, &raised);
        return answer;
    }
    answer.number = result->checksum;
    answer.count = result->keys;
    answer.bytes = result->bytes;
    answer.read_version = result->read_version;
    return answer;
}

void
answer_clear(Answer *answer)
{
    for (size_t i = 0; i < answer->item_count; i++) {
        g_clear_pointer(&answer->items[i].key, g_byte_array_unref);
        g_clear_pointer(&answer->items[i].value, g_byte_array_unref);
    }
    g_free(answer->items);
    g_clear_pointer(&answer->value, g_byte_array_unref);
    g_clear_pointer(&answer->next_token, g_byte_array_unref);
    *answer = (Answer){0};
}
