/*
 * hot.c: fields off the tape. See hot.h.
 *
 * A struct is read by one walk over its fields with a switch over their ids; the parser has made
 * sure that no id is there twice. The ids are those of thrift/larder.thrift.
 */
#include "service/rpc/hot.h"

/* By its largest member. */
const RpcHotArgs rpc_hot_unset = {.put = {.options = {.durability = 0}}};

/* A member of a struct, if it has the type that the contract gives it. */
static bool
is(const WireValue *value, WireType type)
{
    return value->type == (uint8_t)type;
}

static bool
read_bytes(const RpcHotCall *call, const WireValue *value, BaseSlice *ret_bytes)
{
    *ret_bytes = wire_tape_bytes(call->tape, value);
    return is(value, WIRE_BYTES);
}

static bool
read_i64(const WireValue *value, bool *ret_has, int64_t *ret_number)
{
    *ret_has = true;
    *ret_number = value->number;
    return is(value, WIRE_I64);
}

static bool
read_flag(const WireValue *value, bool *ret_flag)
{
    *ret_flag = value->number != 0;
    return is(value, WIRE_BOOL);
}

static bool
read_deadline(const RpcHotCall *call, const WireValue *value, StoreDeadline *deadline)
{
    deadline->arrival_us = call->arrival_us;
    return read_i64(value, &deadline->is_set, &deadline->ms);
}

/* ---------------------------------------------------------------------- shared by all writes -- */

static bool
read_condition(const RpcHotCall *call, const WireValue *structure, StoreCondition *condition)
{
    if (!is(structure, WIRE_STRUCT)) {
        return false;
    }
    bool known = true;
    for (const WireValue *v = wire_tape_first(structure); known && v != wire_tape_end(structure);
         v = wire_tape_next(v)) {
        switch (v->id) {
        case 1:
            known = read_flag(v, &condition->absent);
            break;
        case 2:
            known = read_flag(v, &condition->present);
            break;
        case 3:
            known = read_i64(v, &condition->has_version_equal, &condition->version_equal);
            break;
        case 4:
            known = read_i64(v, &condition->has_version_at_most, &condition->version_at_most);
            break;
        case 5:
            condition->has_value_equal = true;
            known = read_bytes(call, v, &condition->value_equal);
            break;
        default:
            return false;
        }
    }
    return known;
}

static bool
read_expiry(const WireValue *structure, StoreExpiry *expiry)
{
    if (!is(structure, WIRE_STRUCT)) {
        return false;
    }
    bool known = true;
    for (const WireValue *v = wire_tape_first(structure); known && v != wire_tape_end(structure);
         v = wire_tape_next(v)) {
        switch (v->id) {
        case 1:
            known = read_i64(v, &expiry->has_ttl_ms, &expiry->ttl_ms);
            break;
        case 2:
            known = read_i64(v, &expiry->has_at_ms, &expiry->at_ms);
            break;
        case 3:
            known = read_flag(v, &expiry->keep);
            break;
        default:
            return false;
        }
    }
    return known;
}

static bool
read_durability(const WireValue *value, StoreWriteOptions *options)
{
    options->durability = (int)value->number;
    return is(value, WIRE_I32);
}

/* Which of the optional members a method's options have. */
typedef enum HotOption {
    HOT_CONDITION = 1 << 0,
    HOT_EXPIRY = 1 << 1,
    HOT_RETURN_CURRENT = 1 << 2,
    HOT_WANT_EXISTED = 1 << 3,
} HotOption;

/* Options of a write; `structure` may be NULL. */
static bool
read_write_options(const RpcHotCall *call, const WireValue *structure, unsigned has,
                   StoreWriteOptions *options)
{
    options->deadline.arrival_us = call->arrival_us;
    if (structure == NULL) {
        return true;
    }
    bool known = true;
    for (const WireValue *v = wire_tape_first(structure); known && v != wire_tape_end(structure);
         v = wire_tape_next(v)) {
        if (v->id == 1) {
            known = read_deadline(call, v, &options->deadline);
        } else if (v->id == 2 && (has & HOT_CONDITION) != 0) {
            known = read_condition(call, v, &options->condition);
        } else if (v->id == 3 && (has & HOT_EXPIRY) != 0) {
            options->has_expiry = true;
            known = read_expiry(v, &options->expiry);
        } else if (v->id == 4) {
            known = read_durability(v, options);
        } else if (v->id == 7 && (has & HOT_RETURN_CURRENT) != 0) {
            known = read_flag(v, &options->return_current);
        } else if (v->id == 8 && (has & HOT_WANT_EXISTED) != 0) {
            options->has_want_existed = true;
            known = read_flag(v, &options->want_existed);
        } else {
            return false;
        }
    }
    return known;
}

/* --------------------------------------------------------------------------------- arguments -- */

enum { ARGUMENTS_MAX = 4 };

/*
 * Finds the arguments with ids 1 to `count`, the last of which is the optional struct of options,
 * by their types. Others must not be there.
 */
static bool
find_arguments(const RpcHotCall *call, const WireType *types, unsigned count,
               const WireValue *ret_values[ARGUMENTS_MAX])
{
    const WireValue *arguments = call->arguments;
    for (unsigned i = 0; i < count; i++) {
        ret_values[i] = NULL;
    }
    for (const WireValue *v = wire_tape_first(arguments); v != wire_tape_end(arguments);
         v = wire_tape_next(v)) {
        unsigned place = (unsigned)v->id - 1;
        if (place >= count || !is(v, types[place])) {
            return false;
        }
        ret_values[place] = v;
    }
    for (unsigned i = 0; i + 1 < count; i++) {
        if (ret_values[i] == NULL) {
            return false;
        }
    }
    return true;
}

static bool
read_get_options(const RpcHotCall *call, const WireValue *structure, StoreGetArgs *args)
{
    bool known = true;
    bool has = false;
    bool want_value = true;
    for (const WireValue *v = wire_tape_first(structure); known && v != wire_tape_end(structure);
         v = wire_tape_next(v)) {
        switch (v->id) {
        case 1:
            known = read_deadline(call, v, &args->deadline);
            break;
        case 2:
            known = read_i64(v, &args->has_snapshot_id, &args->snapshot_id);
            break;
        case 3:
            known = read_i64(v, &args->has_if_version_not, &args->if_version_not);
            break;
        case 4:
            known = read_flag(v, &want_value);
            break;
        case 5:
            known = read_i64(v, &has, &args->offset);
            break;
        case 6:
            known = read_i64(v, &args->has_length, &args->length);
            break;
        default:
            return false;
        }
    }
    args->without_value = !want_value;
    return known;
}

bool
rpc_hot_get(const RpcHotCall *call, BaseSlice *ret_store, StoreGetArgs *ret_args)
{
    static const WireType types[] = {WIRE_BYTES, WIRE_BYTES, WIRE_STRUCT};
    const WireValue *values[ARGUMENTS_MAX];
    if (!find_arguments(call, types, 3, values)) {
        return false;
    }
    *ret_store = wire_tape_bytes(call->tape, values[0]);
    *ret_args = (StoreGetArgs){.key = wire_tape_bytes(call->tape, values[1]),
                               .deadline.arrival_us = call->arrival_us};
    return values[2] == NULL || read_get_options(call, values[2], ret_args);
}

bool
rpc_hot_put(const RpcHotCall *call, BaseSlice *ret_store, StorePutArgs *ret_args)
{
    static const WireType types[] = {WIRE_BYTES, WIRE_BYTES, WIRE_BYTES, WIRE_STRUCT};
    const WireValue *values[ARGUMENTS_MAX];
    if (!find_arguments(call, types, 4, values)) {
        return false;
    }
    *ret_store = wire_tape_bytes(call->tape, values[0]);
    *ret_args = (StorePutArgs){.key = wire_tape_bytes(call->tape, values[1]),
                               .value = wire_tape_bytes(call->tape, values[2])};
    return read_write_options(call, values[3],
                              HOT_CONDITION | HOT_EXPIRY | HOT_RETURN_CURRENT | HOT_WANT_EXISTED,
                              &ret_args->options);
}

bool
rpc_hot_remove(const RpcHotCall *call, BaseSlice *ret_store, StoreRemoveArgs *ret_args)
{
    static const WireType types[] = {WIRE_BYTES, WIRE_BYTES, WIRE_STRUCT};
    const WireValue *values[ARGUMENTS_MAX];
    if (!find_arguments(call, types, 3, values)) {
        return false;
    }
    *ret_store = wire_tape_bytes(call->tape, values[0]);
    *ret_args = (StoreRemoveArgs){.key = wire_tape_bytes(call->tape, values[1])};
    return read_write_options(
        call, values[2], HOT_CONDITION | HOT_RETURN_CURRENT | HOT_WANT_EXISTED, &ret_args->options);
}

/* --------------------------------------------------------------------------------- multi_get -- */

static bool
read_multi_get_options(const RpcHotCall *call, const WireValue *structure, StoreMultiGetArgs *args)
{
    bool known = true;
    bool want_values = true;
    for (const WireValue *v = wire_tape_first(structure); known && v != wire_tape_end(structure);
         v = wire_tape_next(v)) {
        switch (v->id) {
        case 1:
            known = read_deadline(call, v, &args->deadline);
            break;
        case 2:
            known = read_i64(v, &args->has_snapshot_id, &args->snapshot_id);
            break;
        case 3:
            known = read_i64(v, &args->has_limit_bytes, &args->limit_bytes);
            break;
        case 4:
            known = read_flag(v, &want_values);
            break;
        default:
            return false;
        }
    }
    args->without_values = !want_values;
    return known;
}

/* Whether a list has elements of that type, or none. */
static bool
holds(const WireValue *list, WireType type)
{
    return list->count == 0 || wire_tape_element_type(list) == type;
}

bool
rpc_hot_multi_get(const RpcHotCall *call, BaseBuf *scratch, BaseSlice *ret_store,
                  StoreMultiGetArgs *ret_args)
{
    static const WireType types[] = {WIRE_BYTES, WIRE_LIST, WIRE_STRUCT};
    const WireValue *values[ARGUMENTS_MAX];
    if (!find_arguments(call, types, 3, values) || !holds(values[1], WIRE_BYTES)) {
        return false;
    }
    size_t count = values[1]->count;
    base_buf_reset(scratch);
    BaseSlice *keys =
        (BaseSlice *)(void *)base_buf_extend(scratch, (count + 1) * sizeof(BaseSlice));
    if (keys == NULL) {
        return false;
    }
    *ret_store = wire_tape_bytes(call->tape, values[0]);
    *ret_args =
        (StoreMultiGetArgs){.keys = keys, .count = count, .deadline.arrival_us = call->arrival_us};
    const WireValue *key = wire_tape_first(values[1]);
    for (size_t i = 0; i < count; i++, key = wire_tape_next(key)) {
        keys[i] = wire_tape_bytes(call->tape, key);
    }
    return values[2] == NULL || read_multi_get_options(call, values[2], ret_args);
}

/* -------------------------------------------------------------------------------------- scan -- */

static bool
read_range(const RpcHotCall *call, const WireValue *structure, StoreKeyRange *range)
{
    bool known = true;
    for (const WireValue *v = wire_tape_first(structure); known && v != wire_tape_end(structure);
         v = wire_tape_next(v)) {
        switch (v->id) {
        case 1:
            range->has_start_key = true;
            known = read_bytes(call, v, &range->start_key);
            break;
        case 2:
            range->has_stop_key = true;
            known = read_bytes(call, v, &range->stop_key);
            break;
        case 3:
            range->has_prefix = true;
            known = read_bytes(call, v, &range->prefix);
            break;
        default:
            return false;
        }
    }
    return known;
}

static bool
read_scan_option(const RpcHotCall *call, const WireValue *v, StoreScanArgs *args)
{
    bool has = false;
    switch (v->id) {
    case 1:
        return read_deadline(call, v, &args->deadline);
    case 2:
        return read_i64(v, &args->has_snapshot_id, &args->snapshot_id);
    case 3:
        return read_flag(v, &args->reverse);
    case 4:
        return read_flag(v, &args->keys_only);
    case 5:
        return read_flag(v, &args->count_only);
    case 6:
        return read_i64(v, &has, &args->limit_items);
    case 7:
        return read_i64(v, &has, &args->limit_bytes);
    case 8:
        return read_i64(v, &has, &args->limit_examined);
    case 9:
        return read_i64(v, &has, &args->limit_ms);
    case 10:
        args->has_page_token = true;
        return read_bytes(call, v, &args->page_token);
    default:
        return false;
    }
}

bool
rpc_hot_scan(const RpcHotCall *call, BaseSlice *ret_store, StoreScanArgs *ret_args)
{
    static const WireType types[] = {WIRE_BYTES, WIRE_STRUCT, WIRE_STRUCT};
    const WireValue *values[ARGUMENTS_MAX];
    if (!find_arguments(call, types, 3, values)) {
        return false;
    }
    *ret_store = wire_tape_bytes(call->tape, values[0]);
    *ret_args = STORE_SCAN_ARGS_INIT;
    ret_args->deadline.arrival_us = call->arrival_us;
    bool known = read_range(call, values[1], &ret_args->range);
    const WireValue *options = values[2];
    if (!known || options == NULL) {
        return known;
    }
    for (const WireValue *v = wire_tape_first(options); known && v != wire_tape_end(options);
         v = wire_tape_next(v)) {
        known = read_scan_option(call, v, ret_args);
    }
    return known;
}

/* ----------------------------------------------------------------------------------- batches -- */

static bool
read_mutation(const RpcHotCall *call, const WireValue *structure, StoreMutation *mutation)
{
    bool known = true;
    for (const WireValue *v = wire_tape_first(structure); known && v != wire_tape_end(structure);
         v = wire_tape_next(v)) {
        switch (v->id) {
        case 1:
            mutation->kind = (int)v->number;
            known = is(v, WIRE_I32);
            break;
        case 2:
            known = read_bytes(call, v, &mutation->key);
            break;
        case 3:
            mutation->has_value = true;
            known = read_bytes(call, v, &mutation->value);
            break;
        case 4:
            mutation->has_stop_key = true;
            known = read_bytes(call, v, &mutation->stop_key);
            break;
        case 5:
            known = read_i64(v, &mutation->has_delta, &mutation->delta);
            break;
        case 6:
            mutation->has_expiry = true;
            known = read_expiry(v, &mutation->expiry);
            break;
        case 7:
            mutation->has_condition = true;
            known = read_condition(call, v, &mutation->condition);
            break;
        default:
            return false;
        }
    }
    return known;
}

static bool
read_guard(const RpcHotCall *call, const WireValue *structure, StoreGuard *guard)
{
    bool known = true;
    for (const WireValue *v = wire_tape_first(structure); known && v != wire_tape_end(structure);
         v = wire_tape_next(v)) {
        if (v->id == 1) {
            known = read_bytes(call, v, &guard->key);
        } else if (v->id == 2) {
            known = read_condition(call, v, &guard->condition);
        } else {
            return false;
        }
    }
    return known;
}

static void
mutation_at(void *user, size_t index, StoreMutation *ret_mutation)
{
    RpcHotBatch *source = user;
    (void)index; /* they are asked for in their order */
    RpcHotCall call = {.tape = source->tape};
    (void)read_mutation(&call, source->mutation, ret_mutation);
    source->mutation = wire_tape_next(source->mutation);
}

static void
guard_at(void *user, size_t index, StoreGuard *ret_guard)
{
    RpcHotBatch *source = user;
    (void)index;
    RpcHotCall call = {.tape = source->tape};
    (void)read_guard(&call, source->guard, ret_guard);
    source->guard = wire_tape_next(source->guard);
}

/* Whether everything in a list of mutations is known. */
static bool
know_mutations(const RpcHotCall *call, const WireValue *list)
{
    bool known = holds(list, WIRE_STRUCT);
    for (const WireValue *v = wire_tape_first(list); known && v != wire_tape_end(list);
         v = wire_tape_next(v)) {
        StoreMutation mutation = {0};
        known = read_mutation(call, v, &mutation);
    }
    return known;
}

static bool
know_guards(const RpcHotCall *call, const WireValue *list)
{
    bool known = is(list, WIRE_LIST) && holds(list, WIRE_STRUCT);
    for (const WireValue *v = wire_tape_first(list); known && v != wire_tape_end(list);
         v = wire_tape_next(v)) {
        StoreGuard guard = {0};
        known = read_guard(call, v, &guard);
    }
    return known;
}

/* What batch and bulk_write have in common; the options are left in *ret_options. */
static bool
read_batch(const RpcHotCall *call, BaseSlice *ret_store, RpcHotBatch *source, StoreBatchArgs *args,
           const WireValue **ret_options)
{
    static const WireType types[] = {WIRE_BYTES, WIRE_LIST, WIRE_STRUCT};
    const WireValue *values[ARGUMENTS_MAX];
    if (!find_arguments(call, types, 3, values) || !know_mutations(call, values[1])) {
        return false;
    }
    *ret_store = wire_tape_bytes(call->tape, values[0]);
    *source = (RpcHotBatch){.tape = call->tape, .mutation = wire_tape_first(values[1])};
    *args = (StoreBatchArgs){.mutation_count = values[1]->count,
                             .mutation_at = mutation_at,
                             .guard_at = guard_at,
                             .user = source};
    *ret_options = values[2];
    return true;
}

/* The options of a batch: those of all writes, and guards. */
static bool
read_batch_options(const RpcHotCall *call, const WireValue *structure, RpcHotBatch *source,
                   StoreBatchArgs *args)
{
    bool known = true;
    for (const WireValue *v = wire_tape_first(structure); known && v != wire_tape_end(structure);
         v = wire_tape_next(v)) {
        if (v->id == 1) {
            known = read_deadline(call, v, &args->options.deadline);
        } else if (v->id == 2) {
            args->guard_count = v->count;
            source->guard = wire_tape_first(v);
            known = know_guards(call, v);
        } else if (v->id == 4) {
            known = read_durability(v, &args->options);
        } else if (v->id == 7) {
            known = read_flag(v, &args->options.return_current);
        } else {
            return false;
        }
    }
    return known;
}

bool
rpc_hot_batch(const RpcHotCall *call, BaseSlice *ret_store, RpcHotBatch *ret_source,
              StoreBatchArgs *ret_args)
{
    const WireValue *options = NULL;
    if (!read_batch(call, ret_store, ret_source, ret_args, &options)) {
        return false;
    }
    ret_args->options.deadline.arrival_us = call->arrival_us;
    return options == NULL || read_batch_options(call, options, ret_source, ret_args);
}

bool
rpc_hot_bulk_write(const RpcHotCall *call, BaseSlice *ret_store, RpcHotBatch *ret_source,
                   StoreBatchArgs *ret_args)
{
    const WireValue *options = NULL;
    return read_batch(call, ret_store, ret_source, ret_args, &options) &&
           read_write_options(call, options, 0, &ret_args->options);
}
