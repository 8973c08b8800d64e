/*
 * arguments.c: what the arguments of a call say. See arguments.h.
 *
 * Where a thing is in the arguments is in the schema; what the thing is, by its kind: a key can be
 * BYTES, the first of a list, or the begin of a range.
 */
#include "service/client/arguments.h"

static const LarderBytes nothing = {"", 0};

/* The options of a call; NULL when it has none. */
static const char *
options_of(const ClientMethod *method, const void *arguments)
{
    if (method->options == NULL) {
        return NULL;
    }
    const char *options;
    memcpy(&options, (const char *)arguments + method->options->offset, sizeof options);
    return options;
}

/* An optional member of the options; NULL when it is absent. */
static const void *
option_of(const ClientMethod *method, const void *arguments, const ClientField *field)
{
    const char *options = field == NULL ? NULL : options_of(method, arguments);
    if (options == NULL || !*(const bool *)(options + field->has_offset)) {
        return NULL;
    }
    return options + field->offset;
}

LarderBytes
client_arguments_store(const ClientMethod *method, const void *arguments)
{
    if (method->store == NULL) {
        return nothing;
    }
    return *(const LarderBytes *)(const void *)((const char *)arguments + method->store->offset);
}

static LarderBytes
first_of_range(const LarderKeyRange *range)
{
    if (range == NULL) {
        return nothing;
    }
    if (range->has_prefix) {
        return range->prefix;
    }
    return range->has_start_key ? range->start_key : nothing;
}

LarderBytes
client_arguments_key(const ClientMethod *method, const void *arguments)
{
    if (method->key == NULL) {
        return nothing;
    }
    const void *member = (const char *)arguments + method->key->offset;
    switch (method->key_holder) {
    case CLIENT_HOLDS_KEY:
        return *(const LarderBytes *)member;
    case CLIENT_HOLDS_KEYS: {
        const LarderBytesList *keys = member;
        return keys->count == 0 ? nothing : keys->items[0];
    }
    case CLIENT_HOLDS_RANGE:
        return first_of_range(*(const LarderKeyRange *const *)member);
    case CLIENT_HOLDS_RANGES: {
        const LarderKeyRangeList *ranges = member;
        return ranges->count == 0 ? nothing : first_of_range(ranges->items);
    }
    case CLIENT_HOLDS_MUTATIONS: {
        const LarderMutationList *mutations = member;
        return mutations->count == 0 ? nothing : mutations->items[0].key;
    }
    }
    return nothing;
}

int64_t
client_arguments_deadline_ms(const ClientMethod *method, const void *arguments)
{
    const int64_t *deadline_ms = option_of(method, arguments, method->deadline_ms);
    return deadline_ms == NULL ? 0 : *deadline_ms;
}

LarderBytes
client_arguments_request_id(const ClientMethod *method, const void *arguments)
{
    const LarderBytes *id = option_of(method, arguments, method->request_id);
    return id == NULL ? nothing : *id;
}
