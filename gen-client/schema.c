/*
 * schema.c: the contract as tables. See service/client/schema.h.
 *
 * Generated from thrift/larder.thrift by gen-client/generate.sh. Do not edit.
 */
#include "service/client/schema.h"

/* A member that is always there; one with a bool beside it; a pointer that may be NULL. */
#define MUST(kind, type, member)  kind, false, offsetof(type, member), 0
#define MAY(kind, type, member)   kind, true, offsetof(type, member), offsetof(type, has_##member)
#define MAY_POINT(type, member)   CLIENT_POINTER, true, offsetof(type, member), 0

static const ClientField invalid_request_fields[] = {
    [1] = {MUST(CLIENT_ENUM, LarderInvalidRequest, code), {.values = {0xffe, 0}}},
    [2] = {MUST(CLIENT_BYTES, LarderInvalidRequest, message), {NULL}},
    [3] = {MUST(CLIENT_TEXT_MAP, LarderInvalidRequest, details), {NULL}},
    [4] = {MUST(CLIENT_BYTES, LarderInvalidRequest, field), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderInvalidRequest, limit), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderInvalidRequest, actual), {NULL}},
};

static const ClientStruct invalid_request = {
    .fields = invalid_request_fields,
    .size = sizeof(LarderInvalidRequest),
    .id_max = 6,
    .flat = false,
    .leads = false,
    .blanks = 0x14,
};

static const ClientField not_here_fields[] = {
    [1] = {MUST(CLIENT_ENUM, LarderNotHere, code), {.values = {0x6, 0}}},
    [2] = {MUST(CLIENT_BYTES, LarderNotHere, message), {NULL}},
    [3] = {MUST(CLIENT_TEXT_MAP, LarderNotHere, details), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderNotHere, epoch), {NULL}},
    [5] = {MUST(CLIENT_BYTES, LarderNotHere, owner), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderNotHere, shard_id), {NULL}},
};

static const ClientStruct not_here = {
    .fields = not_here_fields,
    .size = sizeof(LarderNotHere),
    .id_max = 6,
    .flat = false,
    .leads = false,
    .blanks = 0x24,
};

static const ClientField refused_fields[] = {
    [1] = {MUST(CLIENT_ENUM, LarderRefused, code), {.values = {0x1fe, 0}}},
    [2] = {MUST(CLIENT_BYTES, LarderRefused, message), {NULL}},
    [3] = {MUST(CLIENT_TEXT_MAP, LarderRefused, details), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderRefused, retry_after_ms), {NULL}},
    [5] = {MUST(CLIENT_BYTES, LarderRefused, scope), {NULL}},
};

static const ClientStruct refused = {
    .fields = refused_fields,
    .size = sizeof(LarderRefused),
    .id_max = 5,
    .flat = false,
    .leads = false,
    .blanks = 0x24,
};

static const ClientField indeterminate_fields[] = {
    [1] = {MUST(CLIENT_ENUM, LarderIndeterminate, code), {.values = {0xe, 0}}},
    [2] = {MUST(CLIENT_BYTES, LarderIndeterminate, message), {NULL}},
    [3] = {MUST(CLIENT_TEXT_MAP, LarderIndeterminate, details), {NULL}},
    [4] = {MUST(CLIENT_BYTES, LarderIndeterminate, request_id), {NULL}},
};

static const ClientStruct indeterminate = {
    .fields = indeterminate_fields,
    .size = sizeof(LarderIndeterminate),
    .id_max = 4,
    .flat = false,
    .leads = false,
    .blanks = 0x14,
};

static const ClientField failed_fields[] = {
    [1] = {MUST(CLIENT_ENUM, LarderFailed, code), {.values = {0x1e, 0}}},
    [2] = {MUST(CLIENT_BYTES, LarderFailed, message), {NULL}},
    [3] = {MUST(CLIENT_TEXT_MAP, LarderFailed, details), {NULL}},
};

static const ClientStruct failed = {
    .fields = failed_fields,
    .size = sizeof(LarderFailed),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x4,
};

static const ClientField condition_fields[] = {
    [1] = {MAY(CLIENT_BOOL, LarderCondition, absent), {NULL}},
    [2] = {MAY(CLIENT_BOOL, LarderCondition, present), {NULL}},
    [3] = {MAY(CLIENT_I64, LarderCondition, version_equal), {NULL}},
    [4] = {MAY(CLIENT_I64, LarderCondition, version_at_most), {NULL}},
    [5] = {MAY(CLIENT_BYTES, LarderCondition, value_equal), {NULL}},
};

static const ClientStruct condition = {
    .fields = condition_fields,
    .size = sizeof(LarderCondition),
    .id_max = 5,
    .flat = true,
    .leads = false,
    .blanks = 0x20,
};

static const ClientField expiry_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderExpiry, ttl_ms), {NULL}},
    [2] = {MAY(CLIENT_I64, LarderExpiry, at_ms), {NULL}},
    [3] = {MAY(CLIENT_BOOL, LarderExpiry, keep), {NULL}},
};

static const ClientStruct expiry = {
    .fields = expiry_fields,
    .size = sizeof(LarderExpiry),
    .id_max = 3,
    .flat = true,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField fence_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderFence, lease), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderFence, token), {NULL}},
};

static const ClientStruct fence = {
    .fields = fence_fields,
    .size = sizeof(LarderFence),
    .id_max = 2,
    .flat = true,
    .leads = true,
    .blanks = 0x2,
};

static const ClientField key_range_fields[] = {
    [1] = {MAY(CLIENT_BYTES, LarderKeyRange, start_key), {NULL}},
    [2] = {MAY(CLIENT_BYTES, LarderKeyRange, stop_key), {NULL}},
    [3] = {MAY(CLIENT_BYTES, LarderKeyRange, prefix), {NULL}},
};

static const ClientStruct key_range = {
    .fields = key_range_fields,
    .size = sizeof(LarderKeyRange),
    .id_max = 3,
    .flat = true,
    .leads = false,
    .blanks = 0xe,
};

static const ClientField mutation_fields[] = {
    [1] = {MUST(CLIENT_ENUM, LarderMutation, kind), {.values = {0x1e, 1}}},
    [2] = {MUST(CLIENT_BYTES, LarderMutation, key), {NULL}},
    [3] = {MAY(CLIENT_BYTES, LarderMutation, value), {NULL}},
    [4] = {MAY(CLIENT_BYTES, LarderMutation, stop_key), {NULL}},
    [5] = {MAY(CLIENT_I64, LarderMutation, delta), {NULL}},
    [6] = {MAY_POINT(LarderMutation, expiry), {&expiry}},
    [7] = {MAY_POINT(LarderMutation, condition), {&condition}},
};

static const ClientStruct mutation = {
    .fields = mutation_fields,
    .size = sizeof(LarderMutation),
    .id_max = 7,
    .flat = false,
    .leads = true,
    .blanks = 0x1c,
};

static const ClientField guard_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderGuard, key), {NULL}},
    [2] = {MUST(CLIENT_STRUCT, LarderGuard, condition), {&condition}},
};

static const ClientStruct guard = {
    .fields = guard_fields,
    .size = sizeof(LarderGuard),
    .id_max = 2,
    .flat = true,
    .leads = true,
    .blanks = 0x6,
};

static const ClientField get_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderGetOptions, deadline_ms), {NULL}},
    [2] = {MAY(CLIENT_I64, LarderGetOptions, snapshot_id), {NULL}},
    [3] = {MAY(CLIENT_I64, LarderGetOptions, if_version_not), {NULL}},
    [4] = {MAY(CLIENT_BOOL, LarderGetOptions, want_value), {NULL}},
    [5] = {MAY(CLIENT_I64, LarderGetOptions, offset), {NULL}},
    [6] = {MAY(CLIENT_I64, LarderGetOptions, length), {NULL}},
};

static const ClientStruct get_options = {
    .fields = get_options_fields,
    .size = sizeof(LarderGetOptions),
    .id_max = 6,
    .flat = true,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField multi_get_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderMultiGetOptions, deadline_ms), {NULL}},
    [2] = {MAY(CLIENT_I64, LarderMultiGetOptions, snapshot_id), {NULL}},
    [3] = {MAY(CLIENT_I64, LarderMultiGetOptions, limit_bytes), {NULL}},
    [4] = {MAY(CLIENT_BOOL, LarderMultiGetOptions, want_values), {NULL}},
};

static const ClientStruct multi_get_options = {
    .fields = multi_get_options_fields,
    .size = sizeof(LarderMultiGetOptions),
    .id_max = 4,
    .flat = true,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField put_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderPutOptions, deadline_ms), {NULL}},
    [2] = {MAY_POINT(LarderPutOptions, condition), {&condition}},
    [3] = {MAY_POINT(LarderPutOptions, expiry), {&expiry}},
    [4] = {MAY(CLIENT_ENUM, LarderPutOptions, durability), {.values = {0x3, 0}}},
    [5] = {MAY_POINT(LarderPutOptions, fence), {&fence}},
    [6] = {MAY(CLIENT_BYTES, LarderPutOptions, request_id), {NULL}},
    [7] = {MAY(CLIENT_BOOL, LarderPutOptions, return_current), {NULL}},
    [8] = {MAY(CLIENT_BOOL, LarderPutOptions, want_existed), {NULL}},
};

static const ClientStruct put_options = {
    .fields = put_options_fields,
    .size = sizeof(LarderPutOptions),
    .id_max = 8,
    .flat = false,
    .leads = false,
    .blanks = 0x40,
};

static const ClientField remove_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderRemoveOptions, deadline_ms), {NULL}},
    [2] = {MAY_POINT(LarderRemoveOptions, condition), {&condition}},
    [4] = {MAY(CLIENT_ENUM, LarderRemoveOptions, durability), {.values = {0x3, 0}}},
    [5] = {MAY_POINT(LarderRemoveOptions, fence), {&fence}},
    [6] = {MAY(CLIENT_BYTES, LarderRemoveOptions, request_id), {NULL}},
    [7] = {MAY(CLIENT_BOOL, LarderRemoveOptions, return_current), {NULL}},
    [8] = {MAY(CLIENT_BOOL, LarderRemoveOptions, want_existed), {NULL}},
};

static const ClientStruct remove_options = {
    .fields = remove_options_fields,
    .size = sizeof(LarderRemoveOptions),
    .id_max = 8,
    .flat = false,
    .leads = false,
    .blanks = 0x40,
};

static const ClientField touch_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderTouchOptions, deadline_ms), {NULL}},
    [2] = {MAY_POINT(LarderTouchOptions, condition), {&condition}},
    [4] = {MAY(CLIENT_ENUM, LarderTouchOptions, durability), {.values = {0x3, 0}}},
    [5] = {MAY_POINT(LarderTouchOptions, fence), {&fence}},
    [6] = {MAY(CLIENT_BYTES, LarderTouchOptions, request_id), {NULL}},
    [7] = {MAY(CLIENT_BOOL, LarderTouchOptions, return_current), {NULL}},
};

static const ClientStruct touch_options = {
    .fields = touch_options_fields,
    .size = sizeof(LarderTouchOptions),
    .id_max = 7,
    .flat = false,
    .leads = false,
    .blanks = 0x40,
};

static const ClientField increment_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderIncrementOptions, deadline_ms), {NULL}},
    [2] = {MAY_POINT(LarderIncrementOptions, condition), {&condition}},
    [3] = {MAY_POINT(LarderIncrementOptions, expiry), {&expiry}},
    [4] = {MAY(CLIENT_ENUM, LarderIncrementOptions, durability), {.values = {0x3, 0}}},
    [5] = {MAY_POINT(LarderIncrementOptions, fence), {&fence}},
    [6] = {MAY(CLIENT_BYTES, LarderIncrementOptions, request_id), {NULL}},
    [7] = {MAY(CLIENT_BOOL, LarderIncrementOptions, return_current), {NULL}},
    [8] = {MAY(CLIENT_I64, LarderIncrementOptions, initial), {NULL}},
    [9] = {MAY(CLIENT_I64, LarderIncrementOptions, lowest), {NULL}},
    [10] = {MAY(CLIENT_I64, LarderIncrementOptions, highest), {NULL}},
};

static const ClientStruct increment_options = {
    .fields = increment_options_fields,
    .size = sizeof(LarderIncrementOptions),
    .id_max = 10,
    .flat = false,
    .leads = false,
    .blanks = 0x40,
};

static const ClientField append_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderAppendOptions, deadline_ms), {NULL}},
    [2] = {MAY_POINT(LarderAppendOptions, condition), {&condition}},
    [3] = {MAY_POINT(LarderAppendOptions, expiry), {&expiry}},
    [4] = {MAY(CLIENT_ENUM, LarderAppendOptions, durability), {.values = {0x3, 0}}},
    [5] = {MAY_POINT(LarderAppendOptions, fence), {&fence}},
    [6] = {MAY(CLIENT_BYTES, LarderAppendOptions, request_id), {NULL}},
    [7] = {MAY(CLIENT_BOOL, LarderAppendOptions, return_current), {NULL}},
    [8] = {MAY(CLIENT_BOOL, LarderAppendOptions, create), {NULL}},
    [9] = {MAY(CLIENT_I64, LarderAppendOptions, max_length), {NULL}},
};

static const ClientStruct append_options = {
    .fields = append_options_fields,
    .size = sizeof(LarderAppendOptions),
    .id_max = 9,
    .flat = false,
    .leads = false,
    .blanks = 0x40,
};

static const ClientField batch_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderBatchOptions, deadline_ms), {NULL}},
    [2] = {MAY(CLIENT_STRUCT_LIST, LarderBatchOptions, guards), {&guard}},
    [4] = {MAY(CLIENT_ENUM, LarderBatchOptions, durability), {.values = {0x3, 0}}},
    [5] = {MAY_POINT(LarderBatchOptions, fence), {&fence}},
    [6] = {MAY(CLIENT_BYTES, LarderBatchOptions, request_id), {NULL}},
    [7] = {MAY(CLIENT_BOOL, LarderBatchOptions, return_current), {NULL}},
};

static const ClientStruct batch_options = {
    .fields = batch_options_fields,
    .size = sizeof(LarderBatchOptions),
    .id_max = 7,
    .flat = false,
    .leads = false,
    .blanks = 0x40,
};

static const ClientField bulk_write_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderBulkWriteOptions, deadline_ms), {NULL}},
    [4] = {MAY(CLIENT_ENUM, LarderBulkWriteOptions, durability), {.values = {0x3, 0}}},
    [5] = {MAY_POINT(LarderBulkWriteOptions, fence), {&fence}},
    [6] = {MAY(CLIENT_BYTES, LarderBulkWriteOptions, request_id), {NULL}},
};

static const ClientStruct bulk_write_options = {
    .fields = bulk_write_options_fields,
    .size = sizeof(LarderBulkWriteOptions),
    .id_max = 6,
    .flat = false,
    .leads = false,
    .blanks = 0x40,
};

static const ClientField scan_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderScanOptions, deadline_ms), {NULL}},
    [2] = {MAY(CLIENT_I64, LarderScanOptions, snapshot_id), {NULL}},
    [3] = {MAY(CLIENT_BOOL, LarderScanOptions, reverse), {NULL}},
    [4] = {MAY(CLIENT_BOOL, LarderScanOptions, keys_only), {NULL}},
    [5] = {MAY(CLIENT_BOOL, LarderScanOptions, count_only), {NULL}},
    [6] = {MAY(CLIENT_I64, LarderScanOptions, limit_items), {NULL}},
    [7] = {MAY(CLIENT_I64, LarderScanOptions, limit_bytes), {NULL}},
    [8] = {MAY(CLIENT_I64, LarderScanOptions, limit_examined), {NULL}},
    [9] = {MAY(CLIENT_I64, LarderScanOptions, limit_ms), {NULL}},
    [10] = {MAY(CLIENT_BYTES, LarderScanOptions, page_token), {NULL}},
};

static const ClientStruct scan_options = {
    .fields = scan_options_fields,
    .size = sizeof(LarderScanOptions),
    .id_max = 10,
    .flat = true,
    .leads = false,
    .blanks = 0x400,
};

static const ClientField remove_range_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderRemoveRangeOptions, deadline_ms), {NULL}},
    [4] = {MAY(CLIENT_ENUM, LarderRemoveRangeOptions, durability), {.values = {0x3, 0}}},
    [5] = {MAY_POINT(LarderRemoveRangeOptions, fence), {&fence}},
    [6] = {MAY(CLIENT_BYTES, LarderRemoveRangeOptions, request_id), {NULL}},
    [7] = {MAY(CLIENT_BOOL, LarderRemoveRangeOptions, dry_run), {NULL}},
};

static const ClientStruct remove_range_options = {
    .fields = remove_range_options_fields,
    .size = sizeof(LarderRemoveRangeOptions),
    .id_max = 7,
    .flat = false,
    .leads = false,
    .blanks = 0x40,
};

static const ClientField range_info_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderRangeInfoOptions, deadline_ms), {NULL}},
    [2] = {MAY(CLIENT_I64, LarderRangeInfoOptions, split_bytes), {NULL}},
};

static const ClientStruct range_info_options = {
    .fields = range_info_options_fields,
    .size = sizeof(LarderRangeInfoOptions),
    .id_max = 2,
    .flat = true,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField checksum_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderChecksumOptions, deadline_ms), {NULL}},
    [2] = {MAY(CLIENT_I64, LarderChecksumOptions, snapshot_id), {NULL}},
    [3] = {MAY(CLIENT_ENUM, LarderChecksumOptions, kind), {.values = {0x2, 1}}},
};

static const ClientStruct checksum_options = {
    .fields = checksum_options_fields,
    .size = sizeof(LarderChecksumOptions),
    .id_max = 3,
    .flat = true,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField lease_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderLeaseOptions, deadline_ms), {NULL}},
    [4] = {MAY(CLIENT_ENUM, LarderLeaseOptions, durability), {.values = {0x3, 0}}},
    [6] = {MAY(CLIENT_BYTES, LarderLeaseOptions, request_id), {NULL}},
    [8] = {MAY(CLIENT_I64, LarderLeaseOptions, wait_ms), {NULL}},
    [9] = {MAY(CLIENT_BYTES, LarderLeaseOptions, meta), {NULL}},
    [10] = {MAY(CLIENT_I64, LarderLeaseOptions, limit_items), {NULL}},
    [11] = {MAY(CLIENT_BYTES, LarderLeaseOptions, page_token), {NULL}},
};

static const ClientStruct lease_options = {
    .fields = lease_options_fields,
    .size = sizeof(LarderLeaseOptions),
    .id_max = 11,
    .flat = true,
    .leads = false,
    .blanks = 0xa40,
};

static const ClientField snapshot_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderSnapshotOptions, deadline_ms), {NULL}},
    [2] = {MAY(CLIENT_BYTES, LarderSnapshotOptions, label), {NULL}},
};

static const ClientStruct snapshot_options = {
    .fields = snapshot_options_fields,
    .size = sizeof(LarderSnapshotOptions),
    .id_max = 2,
    .flat = true,
    .leads = false,
    .blanks = 0x4,
};

static const ClientField changes_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderChangesOptions, deadline_ms), {NULL}},
    [2] = {MAY_POINT(LarderChangesOptions, range), {&key_range}},
    [3] = {MAY(CLIENT_I64, LarderChangesOptions, limit_items), {NULL}},
    [4] = {MAY(CLIENT_I64, LarderChangesOptions, limit_bytes), {NULL}},
    [5] = {MAY(CLIENT_I64, LarderChangesOptions, wait_ms), {NULL}},
};

static const ClientStruct changes_options = {
    .fields = changes_options_fields,
    .size = sizeof(LarderChangesOptions),
    .id_max = 5,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField topology_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderTopologyOptions, deadline_ms), {NULL}},
    [2] = {MAY(CLIENT_I64, LarderTopologyOptions, known_epoch), {NULL}},
    [3] = {MAY(CLIENT_I64, LarderTopologyOptions, wait_ms), {NULL}},
};

static const ClientStruct topology_options = {
    .fields = topology_options_fields,
    .size = sizeof(LarderTopologyOptions),
    .id_max = 3,
    .flat = true,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField server_info_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderServerInfoOptions, deadline_ms), {NULL}},
    [2] = {MAY(CLIENT_BYTES, LarderServerInfoOptions, client), {NULL}},
    [3] = {MAY(CLIENT_I32, LarderServerInfoOptions, api_version), {NULL}},
};

static const ClientStruct server_info_options = {
    .fields = server_info_options_fields,
    .size = sizeof(LarderServerInfoOptions),
    .id_max = 3,
    .flat = true,
    .leads = false,
    .blanks = 0x4,
};

static const ClientField limit_info_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderLimitInfo, name), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderLimitInfo, value), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderLimitInfo, unit), {NULL}},
    [4] = {MUST(CLIENT_BYTES, LarderLimitInfo, reason), {NULL}},
};

static const ClientStruct limit_info = {
    .fields = limit_info_fields,
    .size = sizeof(LarderLimitInfo),
    .id_max = 4,
    .flat = true,
    .leads = true,
    .blanks = 0x1a,
};

static const ClientField store_info_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderStoreInfo, name), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderStoreInfo, engine), {NULL}},
    [3] = {MUST(CLIENT_BYTES_LIST, LarderStoreInfo, capabilities), {NULL}},
    [4] = {MUST(CLIENT_BYTES, LarderStoreInfo, durability), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderStoreInfo, generation), {NULL}},
};

static const ClientStruct store_info = {
    .fields = store_info_fields,
    .size = sizeof(LarderStoreInfo),
    .id_max = 5,
    .flat = false,
    .leads = true,
    .blanks = 0x16,
};

static const ClientField server_info_fields[] = {
    [1] = {MUST(CLIENT_I32, LarderServerInfo, api_version), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderServerInfo, server_version), {NULL}},
    [3] = {MUST(CLIENT_STRUCT_LIST, LarderServerInfo, stores), {&store_info}},
    [4] = {MUST(CLIENT_STRUCT_LIST, LarderServerInfo, limits), {&limit_info}},
    [5] = {MUST(CLIENT_BYTES_LIST, LarderServerInfo, methods), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderServerInfo, uptime_ms), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderServerInfo, now_ms), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderServerInfo, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderServerInfo, topology_epoch), {NULL}},
};

static const ClientStruct server_info = {
    .fields = server_info_fields,
    .size = sizeof(LarderServerInfo),
    .id_max = 15,
    .flat = false,
    .leads = true,
    .blanks = 0x4,
};

static const ClientField get_result_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderGetResult, found), {NULL}},
    [2] = {MAY(CLIENT_BYTES, LarderGetResult, value), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderGetResult, version), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderGetResult, expires_at_ms), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderGetResult, full_length), {NULL}},
    [6] = {MUST(CLIENT_BOOL, LarderGetResult, unchanged), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderGetResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderGetResult, topology_epoch), {NULL}},
};

static const ClientStruct get_result = {
    .fields = get_result_fields,
    .size = sizeof(LarderGetResult),
    .id_max = 15,
    .flat = true,
    .leads = true,
    .blanks = 0x4,
};

static const ClientField get_item_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderGetItem, found), {NULL}},
    [2] = {MAY(CLIENT_BYTES, LarderGetItem, value), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderGetItem, version), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderGetItem, expires_at_ms), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderGetItem, full_length), {NULL}},
};

static const ClientStruct get_item = {
    .fields = get_item_fields,
    .size = sizeof(LarderGetItem),
    .id_max = 5,
    .flat = true,
    .leads = true,
    .blanks = 0x4,
};

static const ClientField multi_get_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderMultiGetResult, items), {&get_item}},
    [2] = {MUST(CLIENT_I64, LarderMultiGetResult, read_version), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderMultiGetResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderMultiGetResult, topology_epoch), {NULL}},
};

static const ClientStruct multi_get_result = {
    .fields = multi_get_result_fields,
    .size = sizeof(LarderMultiGetResult),
    .id_max = 15,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField write_result_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderWriteResult, applied), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderWriteResult, version), {NULL}},
    [3] = {MUST(CLIENT_ENUM, LarderWriteResult, reason), {.values = {0x7f, 0}}},
    [4] = {MUST(CLIENT_I64, LarderWriteResult, current_version), {NULL}},
    [5] = {MAY(CLIENT_BYTES, LarderWriteResult, current_value), {NULL}},
    [6] = {MAY(CLIENT_BOOL, LarderWriteResult, existed), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderWriteResult, expires_at_ms), {NULL}},
    [8] = {MUST(CLIENT_BOOL, LarderWriteResult, replayed), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderWriteResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderWriteResult, topology_epoch), {NULL}},
};

static const ClientStruct write_result = {
    .fields = write_result_fields,
    .size = sizeof(LarderWriteResult),
    .id_max = 15,
    .flat = true,
    .leads = true,
    .blanks = 0x20,
};

static const ClientField increment_result_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderIncrementResult, applied), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderIncrementResult, version), {NULL}},
    [3] = {MUST(CLIENT_ENUM, LarderIncrementResult, reason), {.values = {0x7f, 0}}},
    [4] = {MUST(CLIENT_I64, LarderIncrementResult, current_version), {NULL}},
    [5] = {MAY(CLIENT_BYTES, LarderIncrementResult, current_value), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderIncrementResult, number), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderIncrementResult, expires_at_ms), {NULL}},
    [8] = {MUST(CLIENT_BOOL, LarderIncrementResult, replayed), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderIncrementResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderIncrementResult, topology_epoch), {NULL}},
};

static const ClientStruct increment_result = {
    .fields = increment_result_fields,
    .size = sizeof(LarderIncrementResult),
    .id_max = 15,
    .flat = true,
    .leads = true,
    .blanks = 0x20,
};

static const ClientField append_result_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderAppendResult, applied), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderAppendResult, version), {NULL}},
    [3] = {MUST(CLIENT_ENUM, LarderAppendResult, reason), {.values = {0x7f, 0}}},
    [4] = {MUST(CLIENT_I64, LarderAppendResult, current_version), {NULL}},
    [5] = {MAY(CLIENT_BYTES, LarderAppendResult, current_value), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderAppendResult, length), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderAppendResult, expires_at_ms), {NULL}},
    [8] = {MUST(CLIENT_BOOL, LarderAppendResult, replayed), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderAppendResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderAppendResult, topology_epoch), {NULL}},
};

static const ClientStruct append_result = {
    .fields = append_result_fields,
    .size = sizeof(LarderAppendResult),
    .id_max = 15,
    .flat = true,
    .leads = true,
    .blanks = 0x20,
};

static const ClientField batch_result_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderBatchResult, applied), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderBatchResult, version), {NULL}},
    [3] = {MUST(CLIENT_ENUM, LarderBatchResult, reason), {.values = {0x7f, 0}}},
    [4] = {MUST(CLIENT_I32, LarderBatchResult, failed_guard), {NULL}},
    [5] = {MUST(CLIENT_I32, LarderBatchResult, failed_mutation), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderBatchResult, current_version), {NULL}},
    [7] = {MAY(CLIENT_BYTES, LarderBatchResult, current_value), {NULL}},
    [8] = {MUST(CLIENT_BOOL, LarderBatchResult, replayed), {NULL}},
    [9] = {MUST(CLIENT_I64_LIST, LarderBatchResult, numbers), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderBatchResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderBatchResult, topology_epoch), {NULL}},
};

static const ClientStruct batch_result = {
    .fields = batch_result_fields,
    .size = sizeof(LarderBatchResult),
    .id_max = 15,
    .flat = false,
    .leads = true,
    .blanks = 0x80,
};

static const ClientField bulk_item_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderBulkItem, applied), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderBulkItem, version), {NULL}},
    [3] = {MUST(CLIENT_ENUM, LarderBulkItem, reason), {.values = {0x7f, 0}}},
    [4] = {MUST(CLIENT_I64, LarderBulkItem, current_version), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderBulkItem, number), {NULL}},
};

static const ClientStruct bulk_item = {
    .fields = bulk_item_fields,
    .size = sizeof(LarderBulkItem),
    .id_max = 5,
    .flat = true,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField bulk_write_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderBulkWriteResult, items), {&bulk_item}},
    [2] = {MUST(CLIENT_I64, LarderBulkWriteResult, applied_count), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderBulkWriteResult, version), {NULL}},
    [8] = {MUST(CLIENT_BOOL, LarderBulkWriteResult, replayed), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderBulkWriteResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderBulkWriteResult, topology_epoch), {NULL}},
};

static const ClientStruct bulk_write_result = {
    .fields = bulk_write_result_fields,
    .size = sizeof(LarderBulkWriteResult),
    .id_max = 15,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField scan_item_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderScanItem, key), {NULL}},
    [2] = {MAY(CLIENT_BYTES, LarderScanItem, value), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderScanItem, version), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderScanItem, expires_at_ms), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderScanItem, full_length), {NULL}},
};

static const ClientStruct scan_item = {
    .fields = scan_item_fields,
    .size = sizeof(LarderScanItem),
    .id_max = 5,
    .flat = true,
    .leads = true,
    .blanks = 0x6,
};

static const ClientField scan_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderScanResult, items), {&scan_item}},
    [2] = {MAY(CLIENT_BYTES, LarderScanResult, next_token), {NULL}},
    [3] = {MUST(CLIENT_ENUM, LarderScanResult, stop_reason), {.values = {0x3e, 1}}},
    [4] = {MUST(CLIENT_I64, LarderScanResult, count), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderScanResult, examined), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderScanResult, tombstones), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderScanResult, expired), {NULL}},
    [8] = {MUST(CLIENT_I64, LarderScanResult, read_version), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderScanResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderScanResult, topology_epoch), {NULL}},
};

static const ClientStruct scan_result = {
    .fields = scan_result_fields,
    .size = sizeof(LarderScanResult),
    .id_max = 15,
    .flat = false,
    .leads = true,
    .blanks = 0x4,
};

static const ClientField remove_range_result_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderRemoveRangeResult, version), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderRemoveRangeResult, estimated_keys), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderRemoveRangeResult, estimated_bytes), {NULL}},
    [8] = {MUST(CLIENT_BOOL, LarderRemoveRangeResult, replayed), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderRemoveRangeResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderRemoveRangeResult, topology_epoch), {NULL}},
};

static const ClientStruct remove_range_result = {
    .fields = remove_range_result_fields,
    .size = sizeof(LarderRemoveRangeResult),
    .id_max = 15,
    .flat = true,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField range_info_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderRangeInfo, estimated_keys), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderRangeInfo, estimated_bytes), {NULL}},
    [3] = {MUST(CLIENT_BOOL, LarderRangeInfo, exact), {NULL}},
    [4] = {MUST(CLIENT_BYTES_LIST, LarderRangeInfo, split_keys), {NULL}},
    [5] = {MUST(CLIENT_DOUBLE, LarderRangeInfo, dead_ratio), {NULL}},
};

static const ClientStruct range_info = {
    .fields = range_info_fields,
    .size = sizeof(LarderRangeInfo),
    .id_max = 5,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField range_info_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderRangeInfoResult, infos), {&range_info}},
    [2] = {MUST(CLIENT_I64, LarderRangeInfoResult, read_version), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderRangeInfoResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderRangeInfoResult, topology_epoch), {NULL}},
};

static const ClientStruct range_info_result = {
    .fields = range_info_result_fields,
    .size = sizeof(LarderRangeInfoResult),
    .id_max = 15,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField checksum_result_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderChecksumResult, checksum), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderChecksumResult, keys), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderChecksumResult, bytes), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderChecksumResult, read_version), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderChecksumResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderChecksumResult, topology_epoch), {NULL}},
};

static const ClientStruct checksum_result = {
    .fields = checksum_result_fields,
    .size = sizeof(LarderChecksumResult),
    .id_max = 15,
    .flat = true,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField lease_info_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderLeaseInfo, name), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderLeaseInfo, holder), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderLeaseInfo, token), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderLeaseInfo, remaining_ms), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderLeaseInfo, ttl_ms), {NULL}},
    [6] = {MAY(CLIENT_BYTES, LarderLeaseInfo, meta), {NULL}},
};

static const ClientStruct lease_info = {
    .fields = lease_info_fields,
    .size = sizeof(LarderLeaseInfo),
    .id_max = 6,
    .flat = true,
    .leads = true,
    .blanks = 0x46,
};

static const ClientField lease_result_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderLeaseResult, done), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderLeaseResult, token), {NULL}},
    [3] = {MUST(CLIENT_STRUCT, LarderLeaseResult, lease), {&lease_info}},
    [8] = {MUST(CLIENT_BOOL, LarderLeaseResult, replayed), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderLeaseResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderLeaseResult, topology_epoch), {NULL}},
};

static const ClientStruct lease_result = {
    .fields = lease_result_fields,
    .size = sizeof(LarderLeaseResult),
    .id_max = 15,
    .flat = true,
    .leads = true,
    .blanks = 0x8,
};

static const ClientField lease_get_result_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderLeaseGetResult, found), {NULL}},
    [2] = {MAY_POINT(LarderLeaseGetResult, lease), {&lease_info}},
    [14] = {MUST(CLIENT_I64, LarderLeaseGetResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderLeaseGetResult, topology_epoch), {NULL}},
};

static const ClientStruct lease_get_result = {
    .fields = lease_get_result_fields,
    .size = sizeof(LarderLeaseGetResult),
    .id_max = 15,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField lease_list_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderLeaseListResult, leases), {&lease_info}},
    [2] = {MAY(CLIENT_BYTES, LarderLeaseListResult, next_token), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderLeaseListResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderLeaseListResult, topology_epoch), {NULL}},
};

static const ClientStruct lease_list_result = {
    .fields = lease_list_result_fields,
    .size = sizeof(LarderLeaseListResult),
    .id_max = 15,
    .flat = false,
    .leads = true,
    .blanks = 0x4,
};

static const ClientField snapshot_info_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderSnapshotInfo, snapshot_id), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderSnapshotInfo, version), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderSnapshotInfo, opened_at_ms), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderSnapshotInfo, expires_at_ms), {NULL}},
    [5] = {MUST(CLIENT_BYTES, LarderSnapshotInfo, label), {NULL}},
};

static const ClientStruct snapshot_info = {
    .fields = snapshot_info_fields,
    .size = sizeof(LarderSnapshotInfo),
    .id_max = 5,
    .flat = true,
    .leads = true,
    .blanks = 0x20,
};

static const ClientField snapshot_result_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderSnapshotResult, done), {NULL}},
    [2] = {MAY_POINT(LarderSnapshotResult, snapshot), {&snapshot_info}},
    [14] = {MUST(CLIENT_I64, LarderSnapshotResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderSnapshotResult, topology_epoch), {NULL}},
};

static const ClientStruct snapshot_result = {
    .fields = snapshot_result_fields,
    .size = sizeof(LarderSnapshotResult),
    .id_max = 15,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField snapshot_list_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderSnapshotListResult, snapshots), {&snapshot_info}},
    [14] = {MUST(CLIENT_I64, LarderSnapshotListResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderSnapshotListResult, topology_epoch), {NULL}},
};

static const ClientStruct snapshot_list_result = {
    .fields = snapshot_list_result_fields,
    .size = sizeof(LarderSnapshotListResult),
    .id_max = 15,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField change_entry_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderChangeEntry, version), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderChangeEntry, stamp_ms), {NULL}},
    [3] = {MUST(CLIENT_STRUCT_LIST, LarderChangeEntry, mutations), {&mutation}},
};

static const ClientStruct change_entry = {
    .fields = change_entry_fields,
    .size = sizeof(LarderChangeEntry),
    .id_max = 3,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField changes_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderChangesResult, entries), {&change_entry}},
    [2] = {MUST(CLIENT_I64, LarderChangesResult, next_version), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderChangesResult, oldest_version), {NULL}},
    [4] = {MUST(CLIENT_BOOL, LarderChangesResult, gap), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderChangesResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderChangesResult, topology_epoch), {NULL}},
};

static const ClientStruct changes_result = {
    .fields = changes_result_fields,
    .size = sizeof(LarderChangesResult),
    .id_max = 15,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField node_info_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderNodeInfo, name), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderNodeInfo, address), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderNodeInfo, zone), {NULL}},
};

static const ClientStruct node_info = {
    .fields = node_info_fields,
    .size = sizeof(LarderNodeInfo),
    .id_max = 3,
    .flat = true,
    .leads = true,
    .blanks = 0xe,
};

static const ClientField shard_info_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderShardInfo, shard_id), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderShardInfo, start_key), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderShardInfo, stop_key), {NULL}},
    [4] = {MUST(CLIENT_BYTES, LarderShardInfo, owner), {NULL}},
};

static const ClientStruct shard_info = {
    .fields = shard_info_fields,
    .size = sizeof(LarderShardInfo),
    .id_max = 4,
    .flat = true,
    .leads = true,
    .blanks = 0x1c,
};

static const ClientField topology_result_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderTopologyResult, epoch), {NULL}},
    [2] = {MUST(CLIENT_STRUCT_LIST, LarderTopologyResult, nodes), {&node_info}},
    [3] = {MUST(CLIENT_STRUCT_LIST, LarderTopologyResult, shards), {&shard_info}},
    [4] = {MUST(CLIENT_BYTES, LarderTopologyResult, rule), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderTopologyResult, server_us), {NULL}},
};

static const ClientStruct topology_result = {
    .fields = topology_result_fields,
    .size = sizeof(LarderTopologyResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x10,
};

static const ClientField locate_result_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderLocateResult, shard_id), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderLocateResult, owner), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderLocateResult, explanation), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderLocateResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderLocateResult, topology_epoch), {NULL}},
};

static const ClientStruct locate_result = {
    .fields = locate_result_fields,
    .size = sizeof(LarderLocateResult),
    .id_max = 15,
    .flat = true,
    .leads = true,
    .blanks = 0xc,
};

static const ClientField authenticate_result_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderAuthenticateResult, identity), {NULL}},
    [2] = {MUST(CLIENT_BYTES_LIST, LarderAuthenticateResult, rights), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderAuthenticateResult, server_us), {NULL}},
};

static const ClientStruct authenticate_result = {
    .fields = authenticate_result_fields,
    .size = sizeof(LarderAuthenticateResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x2,
};

static const ClientField ping_result_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderPingResult, payload), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderPingResult, now_ms), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderPingResult, server_us), {NULL}},
    [15] = {MUST(CLIENT_I64, LarderPingResult, topology_epoch), {NULL}},
};

static const ClientStruct ping_result = {
    .fields = ping_result_fields,
    .size = sizeof(LarderPingResult),
    .id_max = 15,
    .flat = true,
    .leads = true,
    .blanks = 0x2,
};

static const ClientField admin_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderAdminOptions, deadline_ms), {NULL}},
    [2] = {MAY(CLIENT_BOOL, LarderAdminOptions, dry_run), {NULL}},
    [3] = {MAY(CLIENT_I64, LarderAdminOptions, expected_generation), {NULL}},
    [4] = {MAY(CLIENT_BYTES, LarderAdminOptions, note), {NULL}},
};

static const ClientStruct admin_options = {
    .fields = admin_options_fields,
    .size = sizeof(LarderAdminOptions),
    .id_max = 4,
    .flat = true,
    .leads = false,
    .blanks = 0x10,
};

static const ClientField store_spec_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderStoreSpec, name), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderStoreSpec, engine), {NULL}},
    [3] = {MUST(CLIENT_TEXT_MAP, LarderStoreSpec, settings), {NULL}},
};

static const ClientStruct store_spec = {
    .fields = store_spec_fields,
    .size = sizeof(LarderStoreSpec),
    .id_max = 3,
    .flat = false,
    .leads = true,
    .blanks = 0x6,
};

static const ClientField store_state_fields[] = {
    [1] = {MUST(CLIENT_STRUCT, LarderStoreState, info), {&store_info}},
    [2] = {MUST(CLIENT_STRUCT, LarderStoreState, spec), {&store_spec}},
    [3] = {MUST(CLIENT_BYTES, LarderStoreState, state), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderStoreState, recall_until_ms), {NULL}},
};

static const ClientStruct store_state = {
    .fields = store_state_fields,
    .size = sizeof(LarderStoreState),
    .id_max = 4,
    .flat = false,
    .leads = true,
    .blanks = 0xe,
};

static const ClientField admin_result_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderAdminResult, done), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderAdminResult, generation), {NULL}},
    [3] = {MUST(CLIENT_BYTES_LIST, LarderAdminResult, steps), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderAdminResult, job_id), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderAdminResult, server_us), {NULL}},
};

static const ClientStruct admin_result = {
    .fields = admin_result_fields,
    .size = sizeof(LarderAdminResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField store_list_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderStoreListResult, stores), {&store_state}},
    [14] = {MUST(CLIENT_I64, LarderStoreListResult, server_us), {NULL}},
};

static const ClientStruct store_list_result = {
    .fields = store_list_result_fields,
    .size = sizeof(LarderStoreListResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField config_change_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderConfigChange, option), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderConfigChange, current), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderConfigChange, wanted), {NULL}},
    [4] = {MUST(CLIENT_ENUM, LarderConfigChange, effect), {.values = {0x1e, 1}}},
};

static const ClientStruct config_change = {
    .fields = config_change_fields,
    .size = sizeof(LarderConfigChange),
    .id_max = 4,
    .flat = true,
    .leads = true,
    .blanks = 0xe,
};

static const ClientField config_plan_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderConfigPlan, changes), {&config_change}},
    [2] = {MUST(CLIENT_BYTES, LarderConfigPlan, plan_id), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderConfigPlan, generation), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderConfigPlan, server_us), {NULL}},
};

static const ClientStruct config_plan = {
    .fields = config_plan_fields,
    .size = sizeof(LarderConfigPlan),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x4,
};

static const ClientField config_document_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderConfigDocument, document), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderConfigDocument, generation), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderConfigDocument, server_us), {NULL}},
};

static const ClientStruct config_document = {
    .fields = config_document_fields,
    .size = sizeof(LarderConfigDocument),
    .id_max = 14,
    .flat = true,
    .leads = true,
    .blanks = 0x2,
};

static const ClientField job_info_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderJobInfo, job_id), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderJobInfo, kind), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderJobInfo, store), {NULL}},
    [4] = {MUST(CLIENT_ENUM, LarderJobInfo, state), {.values = {0x3e, 1}}},
    [5] = {MUST(CLIENT_DOUBLE, LarderJobInfo, progress), {NULL}},
    [6] = {MUST(CLIENT_BYTES, LarderJobInfo, message), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderJobInfo, started_at_ms), {NULL}},
    [8] = {MUST(CLIENT_I64, LarderJobInfo, finished_at_ms), {NULL}},
};

static const ClientStruct job_info = {
    .fields = job_info_fields,
    .size = sizeof(LarderJobInfo),
    .id_max = 8,
    .flat = true,
    .leads = true,
    .blanks = 0x4c,
};

static const ClientField job_list_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderJobListResult, jobs), {&job_info}},
    [14] = {MUST(CLIENT_I64, LarderJobListResult, server_us), {NULL}},
};

static const ClientStruct job_list_result = {
    .fields = job_list_result_fields,
    .size = sizeof(LarderJobListResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField backup_info_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderBackupInfo, backup_id), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderBackupInfo, store), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderBackupInfo, destination), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderBackupInfo, version), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderBackupInfo, created_at_ms), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderBackupInfo, keys), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderBackupInfo, bytes), {NULL}},
    [8] = {MUST(CLIENT_I64, LarderBackupInfo, base_id), {NULL}},
    [9] = {MUST(CLIENT_I64, LarderBackupInfo, verified_at_ms), {NULL}},
};

static const ClientStruct backup_info = {
    .fields = backup_info_fields,
    .size = sizeof(LarderBackupInfo),
    .id_max = 9,
    .flat = true,
    .leads = true,
    .blanks = 0xc,
};

static const ClientField backup_list_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderBackupListResult, backups), {&backup_info}},
    [14] = {MUST(CLIENT_I64, LarderBackupListResult, server_us), {NULL}},
};

static const ClientStruct backup_list_result = {
    .fields = backup_list_result_fields,
    .size = sizeof(LarderBackupListResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField drain_result_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderDrainResult, drained), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderDrainResult, in_flight), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderDrainResult, connections), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderDrainResult, server_us), {NULL}},
};

static const ClientStruct drain_result = {
    .fields = drain_result_fields,
    .size = sizeof(LarderDrainResult),
    .id_max = 14,
    .flat = true,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField observe_options_fields[] = {
    [1] = {MAY(CLIENT_I64, LarderObserveOptions, deadline_ms), {NULL}},
    [2] = {MAY(CLIENT_I64, LarderObserveOptions, limit_items), {NULL}},
    [3] = {MAY(CLIENT_I64, LarderObserveOptions, wait_ms), {NULL}},
};

static const ClientStruct observe_options = {
    .fields = observe_options_fields,
    .size = sizeof(LarderObserveOptions),
    .id_max = 3,
    .flat = true,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField health_check_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderHealthCheck, name), {NULL}},
    [2] = {MUST(CLIENT_BOOL, LarderHealthCheck, passed), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderHealthCheck, message), {NULL}},
};

static const ClientStruct health_check = {
    .fields = health_check_fields,
    .size = sizeof(LarderHealthCheck),
    .id_max = 3,
    .flat = true,
    .leads = true,
    .blanks = 0xa,
};

static const ClientField health_result_fields[] = {
    [1] = {MUST(CLIENT_BOOL, LarderHealthResult, live), {NULL}},
    [2] = {MUST(CLIENT_BOOL, LarderHealthResult, ready), {NULL}},
    [3] = {MUST(CLIENT_STRUCT_LIST, LarderHealthResult, checks), {&health_check}},
    [14] = {MUST(CLIENT_I64, LarderHealthResult, server_us), {NULL}},
};

static const ClientStruct health_result = {
    .fields = health_result_fields,
    .size = sizeof(LarderHealthResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField metrics_result_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderMetricsResult, text), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderMetricsResult, server_us), {NULL}},
};

static const ClientStruct metrics_result = {
    .fields = metrics_result_fields,
    .size = sizeof(LarderMetricsResult),
    .id_max = 14,
    .flat = true,
    .leads = true,
    .blanks = 0x2,
};

static const ClientField operation_stats_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderOperationStats, operation), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderOperationStats, count), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderOperationStats, errors), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderOperationStats, p50_us), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderOperationStats, p95_us), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderOperationStats, p99_us), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderOperationStats, p999_us), {NULL}},
    [8] = {MUST(CLIENT_I64, LarderOperationStats, max_us), {NULL}},
};

static const ClientStruct operation_stats = {
    .fields = operation_stats_fields,
    .size = sizeof(LarderOperationStats),
    .id_max = 8,
    .flat = true,
    .leads = true,
    .blanks = 0x2,
};

static const ClientField store_stats_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderStoreStats, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderStoreStats, engine), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderStoreStats, keys), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderStoreStats, data_bytes), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderStoreStats, memory_bytes), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderStoreStats, disk_bytes), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderStoreStats, version), {NULL}},
    [8] = {MUST(CLIENT_I64, LarderStoreStats, open_snapshots), {NULL}},
    [9] = {MUST(CLIENT_STRUCT_LIST, LarderStoreStats, operations), {&operation_stats}},
    [10] = {MUST(CLIENT_FIGURE_MAP, LarderStoreStats, engine_figures), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderStoreStats, server_us), {NULL}},
};

static const ClientStruct store_stats = {
    .fields = store_stats_fields,
    .size = sizeof(LarderStoreStats),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x6,
};

static const ClientField level_info_fields[] = {
    [1] = {MUST(CLIENT_I32, LarderLevelInfo, level), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderLevelInfo, files), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderLevelInfo, bytes), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderLevelInfo, bytes_read), {NULL}},
    [5] = {MUST(CLIENT_I64, LarderLevelInfo, bytes_written), {NULL}},
    [6] = {MUST(CLIENT_DOUBLE, LarderLevelInfo, write_amplification), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderLevelInfo, filter_hits), {NULL}},
    [8] = {MUST(CLIENT_I64, LarderLevelInfo, filter_misses), {NULL}},
    [9] = {MUST(CLIENT_I64, LarderLevelInfo, filter_false_positives), {NULL}},
    [10] = {MUST(CLIENT_I64, LarderLevelInfo, cache_hits), {NULL}},
    [11] = {MUST(CLIENT_I64, LarderLevelInfo, cache_misses), {NULL}},
};

static const ClientStruct level_info = {
    .fields = level_info_fields,
    .size = sizeof(LarderLevelInfo),
    .id_max = 11,
    .flat = true,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField levels_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderLevelsResult, levels), {&level_info}},
    [14] = {MUST(CLIENT_I64, LarderLevelsResult, server_us), {NULL}},
};

static const ClientStruct levels_result = {
    .fields = levels_result_fields,
    .size = sizeof(LarderLevelsResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField file_info_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderFileInfo, number), {NULL}},
    [2] = {MUST(CLIENT_I32, LarderFileInfo, level), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderFileInfo, bytes), {NULL}},
    [4] = {MUST(CLIENT_BYTES, LarderFileInfo, first_key), {NULL}},
    [5] = {MUST(CLIENT_BYTES, LarderFileInfo, last_key), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderFileInfo, entries), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderFileInfo, tombstones), {NULL}},
    [8] = {MUST(CLIENT_I64, LarderFileInfo, created_at_ms), {NULL}},
};

static const ClientStruct file_info = {
    .fields = file_info_fields,
    .size = sizeof(LarderFileInfo),
    .id_max = 8,
    .flat = true,
    .leads = true,
    .blanks = 0x30,
};

static const ClientField files_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderFilesResult, files), {&file_info}},
    [14] = {MUST(CLIENT_I64, LarderFilesResult, server_us), {NULL}},
};

static const ClientStruct files_result = {
    .fields = files_result_fields,
    .size = sizeof(LarderFilesResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField histogram_bucket_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderHistogramBucket, lower), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderHistogramBucket, upper), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderHistogramBucket, count), {NULL}},
};

static const ClientStruct histogram_bucket = {
    .fields = histogram_bucket_fields,
    .size = sizeof(LarderHistogramBucket),
    .id_max = 3,
    .flat = true,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField histogram_info_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderHistogramInfo, name), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderHistogramInfo, unit), {NULL}},
    [3] = {MUST(CLIENT_STRUCT_LIST, LarderHistogramInfo, buckets), {&histogram_bucket}},
};

static const ClientStruct histogram_info = {
    .fields = histogram_info_fields,
    .size = sizeof(LarderHistogramInfo),
    .id_max = 3,
    .flat = false,
    .leads = true,
    .blanks = 0x6,
};

static const ClientField histograms_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderHistogramsResult, histograms), {&histogram_info}},
    [14] = {MUST(CLIENT_I64, LarderHistogramsResult, server_us), {NULL}},
};

static const ClientStruct histograms_result = {
    .fields = histograms_result_fields,
    .size = sizeof(LarderHistogramsResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField hot_item_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderHotItem, key), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderHotItem, count), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderHotItem, error), {NULL}},
};

static const ClientStruct hot_item = {
    .fields = hot_item_fields,
    .size = sizeof(LarderHotItem),
    .id_max = 3,
    .flat = true,
    .leads = true,
    .blanks = 0x2,
};

static const ClientField hot_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderHotResult, items), {&hot_item}},
    [2] = {MUST(CLIENT_I64, LarderHotResult, window_ms), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderHotResult, server_us), {NULL}},
};

static const ClientStruct hot_result = {
    .fields = hot_result_fields,
    .size = sizeof(LarderHotResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField event_info_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderEventInfo, sequence), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderEventInfo, at_ms), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderEventInfo, kind), {NULL}},
    [4] = {MUST(CLIENT_BYTES, LarderEventInfo, store), {NULL}},
    [5] = {MUST(CLIENT_BYTES, LarderEventInfo, message), {NULL}},
    [6] = {MUST(CLIENT_TEXT_MAP, LarderEventInfo, details), {NULL}},
};

static const ClientStruct event_info = {
    .fields = event_info_fields,
    .size = sizeof(LarderEventInfo),
    .id_max = 6,
    .flat = false,
    .leads = true,
    .blanks = 0x38,
};

static const ClientField events_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderEventsResult, events), {&event_info}},
    [2] = {MUST(CLIENT_I64, LarderEventsResult, next_sequence), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderEventsResult, server_us), {NULL}},
};

static const ClientStruct events_result = {
    .fields = events_result_fields,
    .size = sizeof(LarderEventsResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField slow_call_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderSlowCall, at_ms), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderSlowCall, method), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderSlowCall, store), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderSlowCall, duration_us), {NULL}},
    [5] = {MUST(CLIENT_BYTES, LarderSlowCall, peer), {NULL}},
    [6] = {MUST(CLIENT_I64, LarderSlowCall, request_bytes), {NULL}},
    [7] = {MUST(CLIENT_I64, LarderSlowCall, reply_bytes), {NULL}},
};

static const ClientStruct slow_call = {
    .fields = slow_call_fields,
    .size = sizeof(LarderSlowCall),
    .id_max = 7,
    .flat = true,
    .leads = true,
    .blanks = 0x2c,
};

static const ClientField slow_log_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderSlowLogResult, calls), {&slow_call}},
    [14] = {MUST(CLIENT_I64, LarderSlowLogResult, server_us), {NULL}},
};

static const ClientStruct slow_log_result = {
    .fields = slow_log_result_fields,
    .size = sizeof(LarderSlowLogResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField explain_result_fields[] = {
    [1] = {MUST(CLIENT_BYTES_LIST, LarderExplainResult, steps), {NULL}},
    [14] = {MUST(CLIENT_I64, LarderExplainResult, server_us), {NULL}},
};

static const ClientStruct explain_result = {
    .fields = explain_result_fields,
    .size = sizeof(LarderExplainResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField finding_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderFinding, severity), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderFinding, summary), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderFinding, evidence), {NULL}},
    [4] = {MUST(CLIENT_BYTES, LarderFinding, suggestion), {NULL}},
    [5] = {MUST(CLIENT_BYTES, LarderFinding, config_patch), {NULL}},
};

static const ClientStruct finding = {
    .fields = finding_fields,
    .size = sizeof(LarderFinding),
    .id_max = 5,
    .flat = true,
    .leads = true,
    .blanks = 0x3e,
};

static const ClientField doctor_result_fields[] = {
    [1] = {MUST(CLIENT_STRUCT_LIST, LarderDoctorResult, findings), {&finding}},
    [14] = {MUST(CLIENT_I64, LarderDoctorResult, server_us), {NULL}},
};

static const ClientStruct doctor_result = {
    .fields = doctor_result_fields,
    .size = sizeof(LarderDoctorResult),
    .id_max = 14,
    .flat = false,
    .leads = true,
    .blanks = 0x0,
};

static const ClientField server_info_arguments_fields[] = {
    [1] = {MAY_POINT(LarderServerInfoArguments, options), {&server_info_options}},
};

static const ClientStruct server_info_arguments = {
    .fields = server_info_arguments_fields,
    .size = sizeof(LarderServerInfoArguments),
    .id_max = 1,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField get_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderGetArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderGetArguments, key), {NULL}},
    [3] = {MAY_POINT(LarderGetArguments, options), {&get_options}},
};

static const ClientStruct get_arguments = {
    .fields = get_arguments_fields,
    .size = sizeof(LarderGetArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField multi_get_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderMultiGetArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES_LIST, LarderMultiGetArguments, keys), {NULL}},
    [3] = {MAY_POINT(LarderMultiGetArguments, options), {&multi_get_options}},
};

static const ClientStruct multi_get_arguments = {
    .fields = multi_get_arguments_fields,
    .size = sizeof(LarderMultiGetArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField put_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderPutArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderPutArguments, key), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderPutArguments, value), {NULL}},
    [4] = {MAY_POINT(LarderPutArguments, options), {&put_options}},
};

static const ClientStruct put_arguments = {
    .fields = put_arguments_fields,
    .size = sizeof(LarderPutArguments),
    .id_max = 4,
    .flat = false,
    .leads = false,
    .blanks = 0xe,
};

static const ClientField remove_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderRemoveArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderRemoveArguments, key), {NULL}},
    [3] = {MAY_POINT(LarderRemoveArguments, options), {&remove_options}},
};

static const ClientStruct remove_arguments = {
    .fields = remove_arguments_fields,
    .size = sizeof(LarderRemoveArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField touch_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderTouchArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderTouchArguments, key), {NULL}},
    [3] = {MUST(CLIENT_POINTER, LarderTouchArguments, expiry), {&expiry}},
    [4] = {MAY_POINT(LarderTouchArguments, options), {&touch_options}},
};

static const ClientStruct touch_arguments = {
    .fields = touch_arguments_fields,
    .size = sizeof(LarderTouchArguments),
    .id_max = 4,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField increment_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderIncrementArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderIncrementArguments, key), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderIncrementArguments, delta), {NULL}},
    [4] = {MAY_POINT(LarderIncrementArguments, options), {&increment_options}},
};

static const ClientStruct increment_arguments = {
    .fields = increment_arguments_fields,
    .size = sizeof(LarderIncrementArguments),
    .id_max = 4,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField append_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderAppendArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderAppendArguments, key), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderAppendArguments, value), {NULL}},
    [4] = {MAY_POINT(LarderAppendArguments, options), {&append_options}},
};

static const ClientStruct append_arguments = {
    .fields = append_arguments_fields,
    .size = sizeof(LarderAppendArguments),
    .id_max = 4,
    .flat = false,
    .leads = false,
    .blanks = 0xe,
};

static const ClientField batch_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderBatchArguments, store), {NULL}},
    [2] = {MUST(CLIENT_STRUCT_LIST, LarderBatchArguments, mutations), {&mutation}},
    [3] = {MAY_POINT(LarderBatchArguments, options), {&batch_options}},
};

static const ClientStruct batch_arguments = {
    .fields = batch_arguments_fields,
    .size = sizeof(LarderBatchArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField bulk_write_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderBulkWriteArguments, store), {NULL}},
    [2] = {MUST(CLIENT_STRUCT_LIST, LarderBulkWriteArguments, mutations), {&mutation}},
    [3] = {MAY_POINT(LarderBulkWriteArguments, options), {&bulk_write_options}},
};

static const ClientStruct bulk_write_arguments = {
    .fields = bulk_write_arguments_fields,
    .size = sizeof(LarderBulkWriteArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField scan_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderScanArguments, store), {NULL}},
    [2] = {MUST(CLIENT_POINTER, LarderScanArguments, range), {&key_range}},
    [3] = {MAY_POINT(LarderScanArguments, options), {&scan_options}},
};

static const ClientStruct scan_arguments = {
    .fields = scan_arguments_fields,
    .size = sizeof(LarderScanArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField remove_range_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderRemoveRangeArguments, store), {NULL}},
    [2] = {MUST(CLIENT_POINTER, LarderRemoveRangeArguments, range), {&key_range}},
    [3] = {MAY_POINT(LarderRemoveRangeArguments, options), {&remove_range_options}},
};

static const ClientStruct remove_range_arguments = {
    .fields = remove_range_arguments_fields,
    .size = sizeof(LarderRemoveRangeArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField range_info_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderRangeInfoArguments, store), {NULL}},
    [2] = {MUST(CLIENT_STRUCT_LIST, LarderRangeInfoArguments, ranges), {&key_range}},
    [3] = {MAY_POINT(LarderRangeInfoArguments, options), {&range_info_options}},
};

static const ClientStruct range_info_arguments = {
    .fields = range_info_arguments_fields,
    .size = sizeof(LarderRangeInfoArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField checksum_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderChecksumArguments, store), {NULL}},
    [2] = {MUST(CLIENT_POINTER, LarderChecksumArguments, range), {&key_range}},
    [3] = {MAY_POINT(LarderChecksumArguments, options), {&checksum_options}},
};

static const ClientStruct checksum_arguments = {
    .fields = checksum_arguments_fields,
    .size = sizeof(LarderChecksumArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField lease_acquire_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderLeaseAcquireArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderLeaseAcquireArguments, name), {NULL}},
    [3] = {MUST(CLIENT_BYTES, LarderLeaseAcquireArguments, holder), {NULL}},
    [4] = {MUST(CLIENT_I64, LarderLeaseAcquireArguments, ttl_ms), {NULL}},
    [5] = {MAY_POINT(LarderLeaseAcquireArguments, options), {&lease_options}},
};

static const ClientStruct lease_acquire_arguments = {
    .fields = lease_acquire_arguments_fields,
    .size = sizeof(LarderLeaseAcquireArguments),
    .id_max = 5,
    .flat = false,
    .leads = false,
    .blanks = 0xe,
};

static const ClientField lease_renew_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderLeaseRenewArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderLeaseRenewArguments, name), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderLeaseRenewArguments, token), {NULL}},
    [4] = {MAY_POINT(LarderLeaseRenewArguments, options), {&lease_options}},
};

static const ClientStruct lease_renew_arguments = {
    .fields = lease_renew_arguments_fields,
    .size = sizeof(LarderLeaseRenewArguments),
    .id_max = 4,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField lease_release_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderLeaseReleaseArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderLeaseReleaseArguments, name), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderLeaseReleaseArguments, token), {NULL}},
    [4] = {MAY_POINT(LarderLeaseReleaseArguments, options), {&lease_options}},
};

static const ClientStruct lease_release_arguments = {
    .fields = lease_release_arguments_fields,
    .size = sizeof(LarderLeaseReleaseArguments),
    .id_max = 4,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField lease_get_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderLeaseGetArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderLeaseGetArguments, name), {NULL}},
    [3] = {MAY_POINT(LarderLeaseGetArguments, options), {&lease_options}},
};

static const ClientStruct lease_get_arguments = {
    .fields = lease_get_arguments_fields,
    .size = sizeof(LarderLeaseGetArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField lease_list_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderLeaseListArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderLeaseListArguments, prefix), {NULL}},
    [3] = {MAY_POINT(LarderLeaseListArguments, options), {&lease_options}},
};

static const ClientStruct lease_list_arguments = {
    .fields = lease_list_arguments_fields,
    .size = sizeof(LarderLeaseListArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField snapshot_open_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderSnapshotOpenArguments, store), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderSnapshotOpenArguments, ttl_ms), {NULL}},
    [3] = {MAY_POINT(LarderSnapshotOpenArguments, options), {&snapshot_options}},
};

static const ClientStruct snapshot_open_arguments = {
    .fields = snapshot_open_arguments_fields,
    .size = sizeof(LarderSnapshotOpenArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField snapshot_renew_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderSnapshotRenewArguments, store), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderSnapshotRenewArguments, snapshot_id), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderSnapshotRenewArguments, ttl_ms), {NULL}},
    [4] = {MAY_POINT(LarderSnapshotRenewArguments, options), {&snapshot_options}},
};

static const ClientStruct snapshot_renew_arguments = {
    .fields = snapshot_renew_arguments_fields,
    .size = sizeof(LarderSnapshotRenewArguments),
    .id_max = 4,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField snapshot_close_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderSnapshotCloseArguments, store), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderSnapshotCloseArguments, snapshot_id), {NULL}},
    [3] = {MAY_POINT(LarderSnapshotCloseArguments, options), {&snapshot_options}},
};

static const ClientStruct snapshot_close_arguments = {
    .fields = snapshot_close_arguments_fields,
    .size = sizeof(LarderSnapshotCloseArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField snapshot_list_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderSnapshotListArguments, store), {NULL}},
    [2] = {MAY_POINT(LarderSnapshotListArguments, options), {&snapshot_options}},
};

static const ClientStruct snapshot_list_arguments = {
    .fields = snapshot_list_arguments_fields,
    .size = sizeof(LarderSnapshotListArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField changes_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderChangesArguments, store), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderChangesArguments, from_version), {NULL}},
    [3] = {MAY_POINT(LarderChangesArguments, options), {&changes_options}},
};

static const ClientStruct changes_arguments = {
    .fields = changes_arguments_fields,
    .size = sizeof(LarderChangesArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField topology_arguments_fields[] = {
    [1] = {MAY_POINT(LarderTopologyArguments, options), {&topology_options}},
};

static const ClientStruct topology_arguments = {
    .fields = topology_arguments_fields,
    .size = sizeof(LarderTopologyArguments),
    .id_max = 1,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField locate_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderLocateArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderLocateArguments, key), {NULL}},
    [3] = {MAY_POINT(LarderLocateArguments, options), {&topology_options}},
};

static const ClientStruct locate_arguments = {
    .fields = locate_arguments_fields,
    .size = sizeof(LarderLocateArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField authenticate_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderAuthenticateArguments, token_id), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderAuthenticateArguments, secret), {NULL}},
};

static const ClientStruct authenticate_arguments = {
    .fields = authenticate_arguments_fields,
    .size = sizeof(LarderAuthenticateArguments),
    .id_max = 2,
    .flat = true,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField ping_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderPingArguments, payload), {NULL}},
};

static const ClientStruct ping_arguments = {
    .fields = ping_arguments_fields,
    .size = sizeof(LarderPingArguments),
    .id_max = 1,
    .flat = true,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField store_create_arguments_fields[] = {
    [1] = {MUST(CLIENT_POINTER, LarderStoreCreateArguments, spec), {&store_spec}},
    [2] = {MAY_POINT(LarderStoreCreateArguments, options), {&admin_options}},
};

static const ClientStruct store_create_arguments = {
    .fields = store_create_arguments_fields,
    .size = sizeof(LarderStoreCreateArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField store_alter_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderStoreAlterArguments, store), {NULL}},
    [2] = {MUST(CLIENT_TEXT_MAP, LarderStoreAlterArguments, settings), {NULL}},
    [3] = {MAY_POINT(LarderStoreAlterArguments, options), {&admin_options}},
};

static const ClientStruct store_alter_arguments = {
    .fields = store_alter_arguments_fields,
    .size = sizeof(LarderStoreAlterArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField store_list_arguments_fields[] = {
    [1] = {MAY_POINT(LarderStoreListArguments, options), {&admin_options}},
};

static const ClientStruct store_list_arguments = {
    .fields = store_list_arguments_fields,
    .size = sizeof(LarderStoreListArguments),
    .id_max = 1,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField store_drop_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderStoreDropArguments, store), {NULL}},
    [2] = {MUST(CLIENT_I64, LarderStoreDropArguments, retain_ms), {NULL}},
    [3] = {MAY_POINT(LarderStoreDropArguments, options), {&admin_options}},
};

static const ClientStruct store_drop_arguments = {
    .fields = store_drop_arguments_fields,
    .size = sizeof(LarderStoreDropArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField store_recall_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderStoreRecallArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderStoreRecallArguments, new_name), {NULL}},
    [3] = {MAY_POINT(LarderStoreRecallArguments, options), {&admin_options}},
};

static const ClientStruct store_recall_arguments = {
    .fields = store_recall_arguments_fields,
    .size = sizeof(LarderStoreRecallArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField store_rename_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderStoreRenameArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderStoreRenameArguments, new_name), {NULL}},
    [3] = {MAY_POINT(LarderStoreRenameArguments, options), {&admin_options}},
};

static const ClientStruct store_rename_arguments = {
    .fields = store_rename_arguments_fields,
    .size = sizeof(LarderStoreRenameArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField config_plan_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderConfigPlanArguments, document), {NULL}},
    [2] = {MAY_POINT(LarderConfigPlanArguments, options), {&admin_options}},
};

static const ClientStruct config_plan_arguments = {
    .fields = config_plan_arguments_fields,
    .size = sizeof(LarderConfigPlanArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField config_apply_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderConfigApplyArguments, document), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderConfigApplyArguments, plan_id), {NULL}},
    [3] = {MAY_POINT(LarderConfigApplyArguments, options), {&admin_options}},
};

static const ClientStruct config_apply_arguments = {
    .fields = config_apply_arguments_fields,
    .size = sizeof(LarderConfigApplyArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField config_export_arguments_fields[] = {
    [1] = {MAY_POINT(LarderConfigExportArguments, options), {&admin_options}},
};

static const ClientStruct config_export_arguments = {
    .fields = config_export_arguments_fields,
    .size = sizeof(LarderConfigExportArguments),
    .id_max = 1,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField flush_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderFlushArguments, store), {NULL}},
    [2] = {MAY_POINT(LarderFlushArguments, options), {&admin_options}},
};

static const ClientStruct flush_arguments = {
    .fields = flush_arguments_fields,
    .size = sizeof(LarderFlushArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField compact_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderCompactArguments, store), {NULL}},
    [2] = {MUST(CLIENT_POINTER, LarderCompactArguments, range), {&key_range}},
    [3] = {MAY_POINT(LarderCompactArguments, options), {&admin_options}},
};

static const ClientStruct compact_arguments = {
    .fields = compact_arguments_fields,
    .size = sizeof(LarderCompactArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField verify_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderVerifyArguments, store), {NULL}},
    [2] = {MAY_POINT(LarderVerifyArguments, options), {&admin_options}},
};

static const ClientStruct verify_arguments = {
    .fields = verify_arguments_fields,
    .size = sizeof(LarderVerifyArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField backup_create_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderBackupCreateArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderBackupCreateArguments, destination), {NULL}},
    [3] = {MUST(CLIENT_I64, LarderBackupCreateArguments, base_id), {NULL}},
    [4] = {MAY_POINT(LarderBackupCreateArguments, options), {&admin_options}},
};

static const ClientStruct backup_create_arguments = {
    .fields = backup_create_arguments_fields,
    .size = sizeof(LarderBackupCreateArguments),
    .id_max = 4,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField backup_list_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderBackupListArguments, store), {NULL}},
    [2] = {MAY_POINT(LarderBackupListArguments, options), {&admin_options}},
};

static const ClientStruct backup_list_arguments = {
    .fields = backup_list_arguments_fields,
    .size = sizeof(LarderBackupListArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField backup_verify_arguments_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderBackupVerifyArguments, backup_id), {NULL}},
    [2] = {MAY_POINT(LarderBackupVerifyArguments, options), {&admin_options}},
};

static const ClientStruct backup_verify_arguments = {
    .fields = backup_verify_arguments_fields,
    .size = sizeof(LarderBackupVerifyArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField backup_restore_arguments_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderBackupRestoreArguments, backup_id), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderBackupRestoreArguments, new_name), {NULL}},
    [3] = {MAY_POINT(LarderBackupRestoreArguments, options), {&admin_options}},
};

static const ClientStruct backup_restore_arguments = {
    .fields = backup_restore_arguments_fields,
    .size = sizeof(LarderBackupRestoreArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x4,
};

static const ClientField job_get_arguments_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderJobGetArguments, job_id), {NULL}},
    [2] = {MAY_POINT(LarderJobGetArguments, options), {&admin_options}},
};

static const ClientStruct job_get_arguments = {
    .fields = job_get_arguments_fields,
    .size = sizeof(LarderJobGetArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField job_list_arguments_fields[] = {
    [1] = {MAY_POINT(LarderJobListArguments, options), {&admin_options}},
};

static const ClientStruct job_list_arguments = {
    .fields = job_list_arguments_fields,
    .size = sizeof(LarderJobListArguments),
    .id_max = 1,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField job_cancel_arguments_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderJobCancelArguments, job_id), {NULL}},
    [2] = {MAY_POINT(LarderJobCancelArguments, options), {&admin_options}},
};

static const ClientStruct job_cancel_arguments = {
    .fields = job_cancel_arguments_fields,
    .size = sizeof(LarderJobCancelArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField mode_set_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderModeSetArguments, store), {NULL}},
    [2] = {MUST(CLIENT_ENUM, LarderModeSetArguments, mode), {.values = {0xe, 1}}},
    [3] = {MAY_POINT(LarderModeSetArguments, options), {&admin_options}},
};

static const ClientStruct mode_set_arguments = {
    .fields = mode_set_arguments_fields,
    .size = sizeof(LarderModeSetArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField drain_arguments_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderDrainArguments, wait_ms), {NULL}},
    [2] = {MAY_POINT(LarderDrainArguments, options), {&admin_options}},
};

static const ClientStruct drain_arguments = {
    .fields = drain_arguments_fields,
    .size = sizeof(LarderDrainArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField shutdown_arguments_fields[] = {
    [1] = {MAY_POINT(LarderShutdownArguments, options), {&admin_options}},
};

static const ClientStruct shutdown_arguments = {
    .fields = shutdown_arguments_fields,
    .size = sizeof(LarderShutdownArguments),
    .id_max = 1,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField health_arguments_fields[] = {
    [1] = {MAY_POINT(LarderHealthArguments, options), {&observe_options}},
};

static const ClientStruct health_arguments = {
    .fields = health_arguments_fields,
    .size = sizeof(LarderHealthArguments),
    .id_max = 1,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField metrics_arguments_fields[] = {
    [1] = {MAY_POINT(LarderMetricsArguments, options), {&observe_options}},
};

static const ClientStruct metrics_arguments = {
    .fields = metrics_arguments_fields,
    .size = sizeof(LarderMetricsArguments),
    .id_max = 1,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField store_stats_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderStoreStatsArguments, store), {NULL}},
    [2] = {MAY_POINT(LarderStoreStatsArguments, options), {&observe_options}},
};

static const ClientStruct store_stats_arguments = {
    .fields = store_stats_arguments_fields,
    .size = sizeof(LarderStoreStatsArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField levels_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderLevelsArguments, store), {NULL}},
    [2] = {MAY_POINT(LarderLevelsArguments, options), {&observe_options}},
};

static const ClientStruct levels_arguments = {
    .fields = levels_arguments_fields,
    .size = sizeof(LarderLevelsArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField files_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderFilesArguments, store), {NULL}},
    [2] = {MAY_POINT(LarderFilesArguments, options), {&observe_options}},
};

static const ClientStruct files_arguments = {
    .fields = files_arguments_fields,
    .size = sizeof(LarderFilesArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField histograms_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderHistogramsArguments, prefix), {NULL}},
    [2] = {MAY_POINT(LarderHistogramsArguments, options), {&observe_options}},
};

static const ClientStruct histograms_arguments = {
    .fields = histograms_arguments_fields,
    .size = sizeof(LarderHistogramsArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField hot_keys_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderHotKeysArguments, store), {NULL}},
    [2] = {MUST(CLIENT_ENUM, LarderHotKeysArguments, dimension), {.values = {0xe, 1}}},
    [3] = {MAY_POINT(LarderHotKeysArguments, options), {&observe_options}},
};

static const ClientStruct hot_keys_arguments = {
    .fields = hot_keys_arguments_fields,
    .size = sizeof(LarderHotKeysArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField hot_prefixes_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderHotPrefixesArguments, store), {NULL}},
    [2] = {MUST(CLIENT_ENUM, LarderHotPrefixesArguments, dimension), {.values = {0xe, 1}}},
    [3] = {MAY_POINT(LarderHotPrefixesArguments, options), {&observe_options}},
};

static const ClientStruct hot_prefixes_arguments = {
    .fields = hot_prefixes_arguments_fields,
    .size = sizeof(LarderHotPrefixesArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x2,
};

static const ClientField events_arguments_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderEventsArguments, since), {NULL}},
    [2] = {MAY_POINT(LarderEventsArguments, options), {&observe_options}},
};

static const ClientStruct events_arguments = {
    .fields = events_arguments_fields,
    .size = sizeof(LarderEventsArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField slow_log_arguments_fields[] = {
    [1] = {MUST(CLIENT_I64, LarderSlowLogArguments, min_us), {NULL}},
    [2] = {MAY_POINT(LarderSlowLogArguments, options), {&observe_options}},
};

static const ClientStruct slow_log_arguments = {
    .fields = slow_log_arguments_fields,
    .size = sizeof(LarderSlowLogArguments),
    .id_max = 2,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

static const ClientField explain_arguments_fields[] = {
    [1] = {MUST(CLIENT_BYTES, LarderExplainArguments, store), {NULL}},
    [2] = {MUST(CLIENT_BYTES, LarderExplainArguments, key), {NULL}},
    [3] = {MAY_POINT(LarderExplainArguments, options), {&observe_options}},
};

static const ClientStruct explain_arguments = {
    .fields = explain_arguments_fields,
    .size = sizeof(LarderExplainArguments),
    .id_max = 3,
    .flat = false,
    .leads = false,
    .blanks = 0x6,
};

static const ClientField doctor_arguments_fields[] = {
    [1] = {MAY_POINT(LarderDoctorArguments, options), {&observe_options}},
};

static const ClientStruct doctor_arguments = {
    .fields = doctor_arguments_fields,
    .size = sizeof(LarderDoctorArguments),
    .id_max = 1,
    .flat = false,
    .leads = false,
    .blanks = 0x0,
};

const ClientMethod client_schema_methods[LARDER_METHOD_COUNT] = {
    [LARDER_METHOD_SERVER_INFO] = {
        .name = {(const uint8_t *)"server_info", 11},
        .service = "Store",
        .reads = true,
        .arguments = &server_info_arguments,
        .result = &server_info,
        .options = &server_info_arguments_fields[1],
        .deadline_ms = &server_info_options_fields[1],
    },
    [LARDER_METHOD_GET] = {
        .name = {(const uint8_t *)"get", 3},
        .service = "Store",
        .reads = true,
        .arguments = &get_arguments,
        .result = &get_result,
        .store = &get_arguments_fields[1],
        .key = &get_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_KEY,
        .options = &get_arguments_fields[3],
        .deadline_ms = &get_options_fields[1],
    },
    [LARDER_METHOD_MULTI_GET] = {
        .name = {(const uint8_t *)"multi_get", 9},
        .service = "Store",
        .reads = true,
        .arguments = &multi_get_arguments,
        .result = &multi_get_result,
        .store = &multi_get_arguments_fields[1],
        .key = &multi_get_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_KEYS,
        .options = &multi_get_arguments_fields[3],
        .deadline_ms = &multi_get_options_fields[1],
    },
    [LARDER_METHOD_PUT] = {
        .name = {(const uint8_t *)"put", 3},
        .service = "Store",
        .reads = false,
        .arguments = &put_arguments,
        .result = &write_result,
        .store = &put_arguments_fields[1],
        .key = &put_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_KEY,
        .options = &put_arguments_fields[4],
        .deadline_ms = &put_options_fields[1],
        .request_id = &put_options_fields[6],
        .condition = &put_options_fields[2],
    },
    [LARDER_METHOD_REMOVE] = {
        .name = {(const uint8_t *)"remove", 6},
        .service = "Store",
        .reads = false,
        .arguments = &remove_arguments,
        .result = &write_result,
        .store = &remove_arguments_fields[1],
        .key = &remove_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_KEY,
        .options = &remove_arguments_fields[3],
        .deadline_ms = &remove_options_fields[1],
        .request_id = &remove_options_fields[6],
        .condition = &remove_options_fields[2],
    },
    [LARDER_METHOD_TOUCH] = {
        .name = {(const uint8_t *)"touch", 5},
        .service = "Store",
        .reads = false,
        .arguments = &touch_arguments,
        .result = &write_result,
        .store = &touch_arguments_fields[1],
        .key = &touch_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_KEY,
        .options = &touch_arguments_fields[4],
        .deadline_ms = &touch_options_fields[1],
        .request_id = &touch_options_fields[6],
        .condition = &touch_options_fields[2],
    },
    [LARDER_METHOD_INCREMENT] = {
        .name = {(const uint8_t *)"increment", 9},
        .service = "Store",
        .reads = false,
        .arguments = &increment_arguments,
        .result = &increment_result,
        .store = &increment_arguments_fields[1],
        .key = &increment_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_KEY,
        .options = &increment_arguments_fields[4],
        .deadline_ms = &increment_options_fields[1],
        .request_id = &increment_options_fields[6],
        .condition = &increment_options_fields[2],
    },
    [LARDER_METHOD_APPEND] = {
        .name = {(const uint8_t *)"append", 6},
        .service = "Store",
        .reads = false,
        .arguments = &append_arguments,
        .result = &append_result,
        .store = &append_arguments_fields[1],
        .key = &append_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_KEY,
        .options = &append_arguments_fields[4],
        .deadline_ms = &append_options_fields[1],
        .request_id = &append_options_fields[6],
        .condition = &append_options_fields[2],
    },
    [LARDER_METHOD_BATCH] = {
        .name = {(const uint8_t *)"batch", 5},
        .service = "Store",
        .reads = false,
        .arguments = &batch_arguments,
        .result = &batch_result,
        .store = &batch_arguments_fields[1],
        .key = &batch_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_MUTATIONS,
        .options = &batch_arguments_fields[3],
        .deadline_ms = &batch_options_fields[1],
        .request_id = &batch_options_fields[6],
    },
    [LARDER_METHOD_BULK_WRITE] = {
        .name = {(const uint8_t *)"bulk_write", 10},
        .service = "Store",
        .reads = false,
        .arguments = &bulk_write_arguments,
        .result = &bulk_write_result,
        .store = &bulk_write_arguments_fields[1],
        .key = &bulk_write_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_MUTATIONS,
        .options = &bulk_write_arguments_fields[3],
        .deadline_ms = &bulk_write_options_fields[1],
        .request_id = &bulk_write_options_fields[6],
    },
    [LARDER_METHOD_SCAN] = {
        .name = {(const uint8_t *)"scan", 4},
        .service = "Store",
        .reads = true,
        .arguments = &scan_arguments,
        .result = &scan_result,
        .store = &scan_arguments_fields[1],
        .key = &scan_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_RANGE,
        .options = &scan_arguments_fields[3],
        .deadline_ms = &scan_options_fields[1],
    },
    [LARDER_METHOD_REMOVE_RANGE] = {
        .name = {(const uint8_t *)"remove_range", 12},
        .service = "Store",
        .reads = false,
        .arguments = &remove_range_arguments,
        .result = &remove_range_result,
        .store = &remove_range_arguments_fields[1],
        .key = &remove_range_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_RANGE,
        .options = &remove_range_arguments_fields[3],
        .deadline_ms = &remove_range_options_fields[1],
        .request_id = &remove_range_options_fields[6],
    },
    [LARDER_METHOD_RANGE_INFO] = {
        .name = {(const uint8_t *)"range_info", 10},
        .service = "Store",
        .reads = true,
        .arguments = &range_info_arguments,
        .result = &range_info_result,
        .store = &range_info_arguments_fields[1],
        .key = &range_info_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_RANGES,
        .options = &range_info_arguments_fields[3],
        .deadline_ms = &range_info_options_fields[1],
    },
    [LARDER_METHOD_CHECKSUM] = {
        .name = {(const uint8_t *)"checksum", 8},
        .service = "Store",
        .reads = true,
        .arguments = &checksum_arguments,
        .result = &checksum_result,
        .store = &checksum_arguments_fields[1],
        .key = &checksum_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_RANGE,
        .options = &checksum_arguments_fields[3],
        .deadline_ms = &checksum_options_fields[1],
    },
    [LARDER_METHOD_LEASE_ACQUIRE] = {
        .name = {(const uint8_t *)"lease_acquire", 13},
        .service = "Store",
        .reads = false,
        .arguments = &lease_acquire_arguments,
        .result = &lease_result,
        .store = &lease_acquire_arguments_fields[1],
        .options = &lease_acquire_arguments_fields[5],
        .deadline_ms = &lease_options_fields[1],
        .request_id = &lease_options_fields[6],
    },
    [LARDER_METHOD_LEASE_RENEW] = {
        .name = {(const uint8_t *)"lease_renew", 11},
        .service = "Store",
        .reads = false,
        .arguments = &lease_renew_arguments,
        .result = &lease_result,
        .store = &lease_renew_arguments_fields[1],
        .options = &lease_renew_arguments_fields[4],
        .deadline_ms = &lease_options_fields[1],
        .request_id = &lease_options_fields[6],
    },
    [LARDER_METHOD_LEASE_RELEASE] = {
        .name = {(const uint8_t *)"lease_release", 13},
        .service = "Store",
        .reads = false,
        .arguments = &lease_release_arguments,
        .result = &lease_result,
        .store = &lease_release_arguments_fields[1],
        .options = &lease_release_arguments_fields[4],
        .deadline_ms = &lease_options_fields[1],
        .request_id = &lease_options_fields[6],
    },
    [LARDER_METHOD_LEASE_GET] = {
        .name = {(const uint8_t *)"lease_get", 9},
        .service = "Store",
        .reads = true,
        .arguments = &lease_get_arguments,
        .result = &lease_get_result,
        .store = &lease_get_arguments_fields[1],
        .options = &lease_get_arguments_fields[3],
        .deadline_ms = &lease_options_fields[1],
        .request_id = &lease_options_fields[6],
    },
    [LARDER_METHOD_LEASE_LIST] = {
        .name = {(const uint8_t *)"lease_list", 10},
        .service = "Store",
        .reads = true,
        .arguments = &lease_list_arguments,
        .result = &lease_list_result,
        .store = &lease_list_arguments_fields[1],
        .options = &lease_list_arguments_fields[3],
        .deadline_ms = &lease_options_fields[1],
        .request_id = &lease_options_fields[6],
    },
    [LARDER_METHOD_SNAPSHOT_OPEN] = {
        .name = {(const uint8_t *)"snapshot_open", 13},
        .service = "Store",
        .reads = false,
        .arguments = &snapshot_open_arguments,
        .result = &snapshot_result,
        .store = &snapshot_open_arguments_fields[1],
        .options = &snapshot_open_arguments_fields[3],
        .deadline_ms = &snapshot_options_fields[1],
    },
    [LARDER_METHOD_SNAPSHOT_RENEW] = {
        .name = {(const uint8_t *)"snapshot_renew", 14},
        .service = "Store",
        .reads = false,
        .arguments = &snapshot_renew_arguments,
        .result = &snapshot_result,
        .store = &snapshot_renew_arguments_fields[1],
        .options = &snapshot_renew_arguments_fields[4],
        .deadline_ms = &snapshot_options_fields[1],
    },
    [LARDER_METHOD_SNAPSHOT_CLOSE] = {
        .name = {(const uint8_t *)"snapshot_close", 14},
        .service = "Store",
        .reads = false,
        .arguments = &snapshot_close_arguments,
        .result = &snapshot_result,
        .store = &snapshot_close_arguments_fields[1],
        .options = &snapshot_close_arguments_fields[3],
        .deadline_ms = &snapshot_options_fields[1],
    },
    [LARDER_METHOD_SNAPSHOT_LIST] = {
        .name = {(const uint8_t *)"snapshot_list", 13},
        .service = "Store",
        .reads = true,
        .arguments = &snapshot_list_arguments,
        .result = &snapshot_list_result,
        .store = &snapshot_list_arguments_fields[1],
        .options = &snapshot_list_arguments_fields[2],
        .deadline_ms = &snapshot_options_fields[1],
    },
    [LARDER_METHOD_CHANGES] = {
        .name = {(const uint8_t *)"changes", 7},
        .service = "Store",
        .reads = true,
        .arguments = &changes_arguments,
        .result = &changes_result,
        .store = &changes_arguments_fields[1],
        .options = &changes_arguments_fields[3],
        .deadline_ms = &changes_options_fields[1],
    },
    [LARDER_METHOD_TOPOLOGY] = {
        .name = {(const uint8_t *)"topology", 8},
        .service = "Store",
        .reads = true,
        .arguments = &topology_arguments,
        .result = &topology_result,
        .options = &topology_arguments_fields[1],
        .deadline_ms = &topology_options_fields[1],
    },
    [LARDER_METHOD_LOCATE] = {
        .name = {(const uint8_t *)"locate", 6},
        .service = "Store",
        .reads = true,
        .arguments = &locate_arguments,
        .result = &locate_result,
        .store = &locate_arguments_fields[1],
        .key = &locate_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_KEY,
        .options = &locate_arguments_fields[3],
        .deadline_ms = &topology_options_fields[1],
    },
    [LARDER_METHOD_AUTHENTICATE] = {
        .name = {(const uint8_t *)"authenticate", 12},
        .service = "Store",
        .reads = false,
        .arguments = &authenticate_arguments,
        .result = &authenticate_result,
    },
    [LARDER_METHOD_PING] = {
        .name = {(const uint8_t *)"ping", 4},
        .service = "Store",
        .reads = true,
        .arguments = &ping_arguments,
        .result = &ping_result,
    },
    [LARDER_METHOD_STORE_CREATE] = {
        .name = {(const uint8_t *)"store_create", 12},
        .service = "Admin",
        .reads = false,
        .arguments = &store_create_arguments,
        .result = &admin_result,
        .options = &store_create_arguments_fields[2],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_STORE_ALTER] = {
        .name = {(const uint8_t *)"store_alter", 11},
        .service = "Admin",
        .reads = false,
        .arguments = &store_alter_arguments,
        .result = &admin_result,
        .store = &store_alter_arguments_fields[1],
        .options = &store_alter_arguments_fields[3],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_STORE_LIST] = {
        .name = {(const uint8_t *)"store_list", 10},
        .service = "Admin",
        .reads = true,
        .arguments = &store_list_arguments,
        .result = &store_list_result,
        .options = &store_list_arguments_fields[1],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_STORE_DROP] = {
        .name = {(const uint8_t *)"store_drop", 10},
        .service = "Admin",
        .reads = false,
        .arguments = &store_drop_arguments,
        .result = &admin_result,
        .store = &store_drop_arguments_fields[1],
        .options = &store_drop_arguments_fields[3],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_STORE_RECALL] = {
        .name = {(const uint8_t *)"store_recall", 12},
        .service = "Admin",
        .reads = false,
        .arguments = &store_recall_arguments,
        .result = &admin_result,
        .store = &store_recall_arguments_fields[1],
        .options = &store_recall_arguments_fields[3],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_STORE_RENAME] = {
        .name = {(const uint8_t *)"store_rename", 12},
        .service = "Admin",
        .reads = false,
        .arguments = &store_rename_arguments,
        .result = &admin_result,
        .store = &store_rename_arguments_fields[1],
        .options = &store_rename_arguments_fields[3],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_CONFIG_PLAN] = {
        .name = {(const uint8_t *)"config_plan", 11},
        .service = "Admin",
        .reads = true,
        .arguments = &config_plan_arguments,
        .result = &config_plan,
        .options = &config_plan_arguments_fields[2],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_CONFIG_APPLY] = {
        .name = {(const uint8_t *)"config_apply", 12},
        .service = "Admin",
        .reads = false,
        .arguments = &config_apply_arguments,
        .result = &admin_result,
        .options = &config_apply_arguments_fields[3],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_CONFIG_EXPORT] = {
        .name = {(const uint8_t *)"config_export", 13},
        .service = "Admin",
        .reads = true,
        .arguments = &config_export_arguments,
        .result = &config_document,
        .options = &config_export_arguments_fields[1],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_FLUSH] = {
        .name = {(const uint8_t *)"flush", 5},
        .service = "Admin",
        .reads = false,
        .arguments = &flush_arguments,
        .result = &admin_result,
        .store = &flush_arguments_fields[1],
        .options = &flush_arguments_fields[2],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_COMPACT] = {
        .name = {(const uint8_t *)"compact", 7},
        .service = "Admin",
        .reads = false,
        .arguments = &compact_arguments,
        .result = &admin_result,
        .store = &compact_arguments_fields[1],
        .key = &compact_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_RANGE,
        .options = &compact_arguments_fields[3],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_VERIFY] = {
        .name = {(const uint8_t *)"verify", 6},
        .service = "Admin",
        .reads = false,
        .arguments = &verify_arguments,
        .result = &admin_result,
        .store = &verify_arguments_fields[1],
        .options = &verify_arguments_fields[2],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_BACKUP_CREATE] = {
        .name = {(const uint8_t *)"backup_create", 13},
        .service = "Admin",
        .reads = false,
        .arguments = &backup_create_arguments,
        .result = &admin_result,
        .store = &backup_create_arguments_fields[1],
        .options = &backup_create_arguments_fields[4],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_BACKUP_LIST] = {
        .name = {(const uint8_t *)"backup_list", 11},
        .service = "Admin",
        .reads = true,
        .arguments = &backup_list_arguments,
        .result = &backup_list_result,
        .store = &backup_list_arguments_fields[1],
        .options = &backup_list_arguments_fields[2],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_BACKUP_VERIFY] = {
        .name = {(const uint8_t *)"backup_verify", 13},
        .service = "Admin",
        .reads = false,
        .arguments = &backup_verify_arguments,
        .result = &admin_result,
        .options = &backup_verify_arguments_fields[2],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_BACKUP_RESTORE] = {
        .name = {(const uint8_t *)"backup_restore", 14},
        .service = "Admin",
        .reads = false,
        .arguments = &backup_restore_arguments,
        .result = &admin_result,
        .options = &backup_restore_arguments_fields[3],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_JOB_GET] = {
        .name = {(const uint8_t *)"job_get", 7},
        .service = "Admin",
        .reads = true,
        .arguments = &job_get_arguments,
        .result = &job_list_result,
        .options = &job_get_arguments_fields[2],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_JOB_LIST] = {
        .name = {(const uint8_t *)"job_list", 8},
        .service = "Admin",
        .reads = true,
        .arguments = &job_list_arguments,
        .result = &job_list_result,
        .options = &job_list_arguments_fields[1],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_JOB_CANCEL] = {
        .name = {(const uint8_t *)"job_cancel", 10},
        .service = "Admin",
        .reads = false,
        .arguments = &job_cancel_arguments,
        .result = &admin_result,
        .options = &job_cancel_arguments_fields[2],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_MODE_SET] = {
        .name = {(const uint8_t *)"mode_set", 8},
        .service = "Admin",
        .reads = false,
        .arguments = &mode_set_arguments,
        .result = &admin_result,
        .store = &mode_set_arguments_fields[1],
        .options = &mode_set_arguments_fields[3],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_DRAIN] = {
        .name = {(const uint8_t *)"drain", 5},
        .service = "Admin",
        .reads = false,
        .arguments = &drain_arguments,
        .result = &drain_result,
        .options = &drain_arguments_fields[2],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_SHUTDOWN] = {
        .name = {(const uint8_t *)"shutdown", 8},
        .service = "Admin",
        .reads = false,
        .arguments = &shutdown_arguments,
        .result = &admin_result,
        .options = &shutdown_arguments_fields[1],
        .deadline_ms = &admin_options_fields[1],
    },
    [LARDER_METHOD_HEALTH] = {
        .name = {(const uint8_t *)"health", 6},
        .service = "Observe",
        .reads = true,
        .arguments = &health_arguments,
        .result = &health_result,
        .options = &health_arguments_fields[1],
        .deadline_ms = &observe_options_fields[1],
    },
    [LARDER_METHOD_METRICS] = {
        .name = {(const uint8_t *)"metrics", 7},
        .service = "Observe",
        .reads = true,
        .arguments = &metrics_arguments,
        .result = &metrics_result,
        .options = &metrics_arguments_fields[1],
        .deadline_ms = &observe_options_fields[1],
    },
    [LARDER_METHOD_STORE_STATS] = {
        .name = {(const uint8_t *)"store_stats", 11},
        .service = "Observe",
        .reads = true,
        .arguments = &store_stats_arguments,
        .result = &store_stats,
        .store = &store_stats_arguments_fields[1],
        .options = &store_stats_arguments_fields[2],
        .deadline_ms = &observe_options_fields[1],
    },
    [LARDER_METHOD_LEVELS] = {
        .name = {(const uint8_t *)"levels", 6},
        .service = "Observe",
        .reads = true,
        .arguments = &levels_arguments,
        .result = &levels_result,
        .store = &levels_arguments_fields[1],
        .options = &levels_arguments_fields[2],
        .deadline_ms = &observe_options_fields[1],
    },
    [LARDER_METHOD_FILES] = {
        .name = {(const uint8_t *)"files", 5},
        .service = "Observe",
        .reads = true,
        .arguments = &files_arguments,
        .result = &files_result,
        .store = &files_arguments_fields[1],
        .options = &files_arguments_fields[2],
        .deadline_ms = &observe_options_fields[1],
    },
    [LARDER_METHOD_HISTOGRAMS] = {
        .name = {(const uint8_t *)"histograms", 10},
        .service = "Observe",
        .reads = true,
        .arguments = &histograms_arguments,
        .result = &histograms_result,
        .options = &histograms_arguments_fields[2],
        .deadline_ms = &observe_options_fields[1],
    },
    [LARDER_METHOD_HOT_KEYS] = {
        .name = {(const uint8_t *)"hot_keys", 8},
        .service = "Observe",
        .reads = true,
        .arguments = &hot_keys_arguments,
        .result = &hot_result,
        .store = &hot_keys_arguments_fields[1],
        .options = &hot_keys_arguments_fields[3],
        .deadline_ms = &observe_options_fields[1],
    },
    [LARDER_METHOD_HOT_PREFIXES] = {
        .name = {(const uint8_t *)"hot_prefixes", 12},
        .service = "Observe",
        .reads = true,
        .arguments = &hot_prefixes_arguments,
        .result = &hot_result,
        .store = &hot_prefixes_arguments_fields[1],
        .options = &hot_prefixes_arguments_fields[3],
        .deadline_ms = &observe_options_fields[1],
    },
    [LARDER_METHOD_EVENTS] = {
        .name = {(const uint8_t *)"events", 6},
        .service = "Observe",
        .reads = true,
        .arguments = &events_arguments,
        .result = &events_result,
        .options = &events_arguments_fields[2],
        .deadline_ms = &observe_options_fields[1],
    },
    [LARDER_METHOD_SLOW_LOG] = {
        .name = {(const uint8_t *)"slow_log", 8},
        .service = "Observe",
        .reads = true,
        .arguments = &slow_log_arguments,
        .result = &slow_log_result,
        .options = &slow_log_arguments_fields[2],
        .deadline_ms = &observe_options_fields[1],
    },
    [LARDER_METHOD_EXPLAIN] = {
        .name = {(const uint8_t *)"explain", 7},
        .service = "Observe",
        .reads = true,
        .arguments = &explain_arguments,
        .result = &explain_result,
        .store = &explain_arguments_fields[1],
        .key = &explain_arguments_fields[2],
        .key_holder = CLIENT_HOLDS_KEY,
        .options = &explain_arguments_fields[3],
        .deadline_ms = &observe_options_fields[1],
    },
    [LARDER_METHOD_DOCTOR] = {
        .name = {(const uint8_t *)"doctor", 6},
        .service = "Observe",
        .reads = true,
        .arguments = &doctor_arguments,
        .result = &doctor_result,
        .options = &doctor_arguments_fields[1],
        .deadline_ms = &observe_options_fields[1],
    },
};

const ClientStruct *const client_schema_exceptions[CLIENT_EXCEPTION_COUNT + 1] = {
    [1] = &invalid_request,
    [2] = &not_here,
    [3] = &refused,
    [4] = &indeterminate,
    [5] = &failed,
};
