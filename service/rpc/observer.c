/*
 * observer.c: what observers see of a call, and asking them.
 *
 * Store and key are found on the tape by the names and types that the contract gives its arguments,
 * so a method that is added to it with the usual arguments is seen in full without a line here.
 */
#include "service/rpc/observer.h"

#include <string.h>

/* Field ids of the IDL. */
enum { MUTATION_KEY = 2, RANGE_START_KEY = 1, RANGE_PREFIX = 3 };

static bool
is_called(const RpcArgument *argument, const char *name)
{
    return strcmp(argument->name, name) == 0;
}

/* The bytes of a field of a struct; empty when it is absent. */
static BaseSlice
bytes_of(const WireTape *tape, const WireValue *structure, int16_t id)
{
    const WireValue *value = wire_tape_field(structure, id, WIRE_BYTES);
    return value == NULL ? BASE_SLICE_EMPTY : wire_tape_bytes(tape, value);
}

/* Where a range begins. */
static BaseSlice
key_of_range(const WireTape *tape, const WireValue *range)
{
    BaseSlice start = bytes_of(tape, range, RANGE_START_KEY);
    return start.len != 0 ? start : bytes_of(tape, range, RANGE_PREFIX);
}

/* The key in the first element of a list that is not empty. */
static BaseSlice
key_of_list(const WireTape *tape, const RpcArgument *argument, const WireValue *list)
{
    const WireValue *element = wire_tape_first(list);
    if (element->type == WIRE_BYTES) {
        return wire_tape_bytes(tape, element);
    }
    if (element->type != WIRE_STRUCT) {
        return BASE_SLICE_EMPTY;
    }
    return is_called(argument, "mutations") ? bytes_of(tape, element, MUTATION_KEY)
                                            : key_of_range(tape, element);
}

/* The first key within an argument; empty when it has none. */
static BaseSlice
key_of(const WireTape *tape, const RpcArgument *argument, const WireValue *value)
{
    if (argument->type == WIRE_BYTES && is_called(argument, "key")) {
        return wire_tape_bytes(tape, value);
    }
    if (argument->type == WIRE_STRUCT && is_called(argument, "range")) {
        return key_of_range(tape, value);
    }
    bool list = argument->type == WIRE_LIST && value->count != 0;
    return list ? key_of_list(tape, argument, value) : BASE_SLICE_EMPTY;
}

void
rpc_observer_look(const RpcMethod *method, const WireMessage *message, const WireTape *tape,
                  RpcObserved *ret_call)
{
    ret_call->service = method->service;
    ret_call->method = method->name;
    ret_call->store = BASE_SLICE_EMPTY;
    ret_call->key = BASE_SLICE_EMPTY;
    for (const RpcArgument *argument = method->arguments; argument->id != 0; argument++) {
        const WireValue *value =
            wire_tape_field(message->arguments, argument->id, (WireType)argument->type);
        if (value == NULL) {
            continue;
        }
        if (argument->type == WIRE_BYTES && is_called(argument, "store")) {
            ret_call->store = wire_tape_bytes(tape, value);
        } else if (ret_call->key.len == 0) {
            ret_call->key = key_of(tape, argument, value);
        }
    }
}

RpcDemand
rpc_observer_before(const RpcObserver *first, const RpcObserved *call)
{
    RpcDemand demand = {.skip = false};
    for (const RpcObserver *observer = first; observer != NULL; observer = observer->next) {
        if (observer->before == NULL) {
            continue;
        }
        observer->before(observer->user, call, &demand);
        if (demand.skip || demand.throws || demand.close || demand.fate != RPC_REPLY_SENT) {
            break;
        }
    }
    return demand;
}

void
rpc_observer_after(const RpcObserver *first, const RpcObserved *call, const RpcObservedEnd *end)
{
    for (const RpcObserver *observer = first; observer != NULL; observer = observer->next) {
        if (observer->after != NULL) {
            observer->after(observer->user, call, end);
        }
    }
}
