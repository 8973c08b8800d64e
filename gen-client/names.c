/*
 * names.c: names of methods and enum values. See types.h.
 *
 * Generated from thrift/larder.thrift by gen-client/generate.sh. Do not edit.
 */
#include "service/client/schema.h"

const char *
larder_method_name(LarderMethod method)
{
    const ClientMethod *known = client_schema_method(method);
    return known == NULL ? "unknown" : (const char *)known->name.data;
}

const char *
larder_method_service(LarderMethod method)
{
    const ClientMethod *known = client_schema_method(method);
    return known == NULL ? "unknown" : known->service;
}

static const char *
name_of(const char *const *names, size_t count, int32_t value)
{
    return value >= 0 && (size_t)value < count && names[value] != NULL ? names[value] : "unknown";
}

const char *
larder_invalid_code_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "BAD_ARGUMENT",
        [2] = "OVER_LIMIT",
        [3] = "UNKNOWN_STORE",
        [4] = "UNSUPPORTED",
        [5] = "BAD_TOKEN",
        [6] = "SNAPSHOT_GONE",
        [7] = "REQUEST_ID_EXPIRED",
        [8] = "NOT_PERMITTED",
        [9] = "ALREADY_EXISTS",
        [10] = "NOT_FOUND",
        [11] = "GENERATION_CHANGED",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_not_here_code_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "WRONG_OWNER",
        [2] = "CROSS_SHARD",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_refused_code_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "OVERLOAD",
        [2] = "QUOTA",
        [3] = "DISK_FULL",
        [4] = "MEMORY_FULL",
        [5] = "DRAINING",
        [6] = "DEADLINE",
        [7] = "READ_ONLY",
        [8] = "STARTING",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_indeterminate_code_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "DURABILITY_UNKNOWN",
        [2] = "DEADLINE",
        [3] = "ENGINE_UNKNOWN",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_failed_code_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "INTERNAL",
        [2] = "CORRUPTION",
        [3] = "POISONED",
        [4] = "IO_ERROR",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_durability_name(int32_t value)
{
    static const char *const names[] = {
        [0] = "STORE_DEFAULT",
        [1] = "SYNC",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_mutation_kind_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "PUT",
        [2] = "REMOVE",
        [3] = "INCREMENT",
        [4] = "REMOVE_RANGE",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_checksum_kind_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "XXH3_RECORDS",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_not_applied_name(int32_t value)
{
    static const char *const names[] = {
        [0] = "WAS_APPLIED",
        [1] = "CONDITION_FAILED",
        [2] = "STALE_FENCE",
        [3] = "KEY_ABSENT",
        [4] = "NOT_A_COUNTER",
        [5] = "OUT_OF_RANGE",
        [6] = "TOO_LONG",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_stop_reason_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "RANGE_END",
        [2] = "LIMIT_ITEMS",
        [3] = "LIMIT_BYTES",
        [4] = "LIMIT_EXAMINED",
        [5] = "LIMIT_TIME",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_change_class_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "LIVE",
        [2] = "REOPEN",
        [3] = "RESTART",
        [4] = "IMMUTABLE",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_job_state_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "QUEUED",
        [2] = "RUNNING",
        [3] = "DONE",
        [4] = "FAILED",
        [5] = "CANCELLED",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_store_mode_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "NORMAL",
        [2] = "BULK",
        [3] = "READ_ONLY",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}

const char *
larder_hot_dimension_name(int32_t value)
{
    static const char *const names[] = {
        [1] = "OPERATIONS",
        [2] = "BYTES",
        [3] = "MISSES",
    };
    return name_of(names, sizeof names / sizeof names[0], value);
}
