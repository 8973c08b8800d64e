/*
 * limits.c: what a server takes in one call. See limits.h.
 */
#include "service/client/limits.h"

enum {
    FIELD = 3,           /* the head of a field, at most */
    NUMBER = FIELD + 10, /* compact writes an i64 in up to ten bytes */
    TEXT = FIELD + 5,    /* and a length in up to five */
    SWITCH = FIELD + 1,
    STRUCT = FIELD + 1, /* head and end */
    AROUND = 512,       /* message, lists, options */
};

enum { AROUND_VALUES = 32 }; /* the same in values */

ClientLimits
client_limits_default(void)
{
    return (ClientLimits){.asked = false,
#define PRESET(name, preset) .name = (preset),
                          CLIENT_LIMITS_TABLE(PRESET)
#undef PRESET
    };
}

void
client_limits_learn(ClientLimits *limits, const LarderServerInfo *info)
{
    const struct {
        const char *name;
        int64_t *value;
    } rows[] = {
#define ROW(name, preset) {#name, &limits->name},
        CLIENT_LIMITS_TABLE(ROW)
#undef ROW
    };
    for (size_t i = 0; i < info->limits.count; i++) {
        const LarderLimitInfo *limit = &info->limits.items[i];
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++) {
            if (limit->value > 0 && larder_bytes_equal(limit->name, larder_text(rows[j].name))) {
                *rows[j].value = limit->value;
            }
        }
    }
}

void
client_limits_ask(ClientLimits *limits, LarderClient *client)
{
    if (limits->asked) {
        return;
    }
    limits->asked = true;
    LarderReply *reply = larder_server_info(client, NULL);
    if (reply->outcome == LARDER_OK) {
        client_limits_learn(limits, reply->as.server_info);
    }
    larder_reply_free(reply);
}

static size_t
weigh_condition(const LarderCondition *condition)
{
    size_t value = condition->has_value_equal ? TEXT + condition->value_equal.size : 0;
    return STRUCT + 2 * SWITCH + 2 * NUMBER + value;
}

/* The struct and its fields. */
static size_t
count_condition(const LarderCondition *condition)
{
    return (size_t)1 + condition->has_absent + condition->has_present +
           condition->has_version_equal + condition->has_version_at_most +
           condition->has_value_equal;
}

static size_t
count_values(const LarderMutation *mutation)
{
    const LarderExpiry *expiry = mutation->expiry;
    size_t values = (size_t)3 + mutation->has_value + mutation->has_stop_key + mutation->has_delta;
    values +=
        expiry == NULL ? 0 : (size_t)1 + expiry->has_ttl_ms + expiry->has_at_ms + expiry->has_keep;
    return values + (mutation->condition == NULL ? 0 : count_condition(mutation->condition));
}

ClientLoad
client_limits_weigh(const LarderMutation *mutation)
{
    size_t bytes = STRUCT + NUMBER + TEXT + mutation->key.size;
    bytes += mutation->has_value ? TEXT + mutation->value.size : 0;
    bytes += mutation->has_stop_key ? TEXT + mutation->stop_key.size : 0;
    bytes += mutation->has_delta ? NUMBER : 0;
    bytes += mutation->expiry != NULL ? STRUCT + 2 * NUMBER + SWITCH : 0;
    bytes += mutation->condition != NULL ? weigh_condition(mutation->condition) : 0;
    bool removes_range = mutation->kind == LARDER_MUTATION_KIND_REMOVE_RANGE;
    return (ClientLoad){.items = 1,
                        .range_removes = removes_range,
                        .values = count_values(mutation),
                        .bytes = bytes};
}

ClientLoad
client_limits_weigh_guard(LarderBytes key, const LarderCondition *condition)
{
    return (ClientLoad){.guards = 1,
                        .values = 2 + count_condition(condition),
                        .bytes = STRUCT + TEXT + key.size + weigh_condition(condition)};
}

void
client_limits_add(ClientLoad *load, const ClientLoad *more)
{
    load->items += more->items;
    load->guards += more->guards;
    load->range_removes += more->range_removes;
    load->values += more->values;
    load->bytes += more->bytes;
}

static bool
bad(ClientFlaw *ret_flaw, const char *field, const char *what)
{
    *ret_flaw = (ClientFlaw){LARDER_INVALID_CODE_BAD_ARGUMENT, field, what, 0, 0};
    return false;
}

static bool
at_most(ClientFlaw *ret_flaw, const char *field, const char *limit_name, size_t actual,
        int64_t limit)
{
    if (actual <= (uint64_t)limit) {
        return true;
    }
    *ret_flaw =
        (ClientFlaw){LARDER_INVALID_CODE_OVER_LIMIT, field, limit_name, limit, (int64_t)actual};
    return false;
}

bool
client_limits_fit(const ClientLimits *limits, LarderMethod method, size_t around,
                  const ClientLoad *load, const ClientLoad *more, ClientFlaw *ret_flaw)
{
    bool batch = method == LARDER_METHOD_BATCH;
    const char *items_name = batch ? "batch_items" : "bulk_write_items";
    int64_t items_max = batch ? limits->batch_items : limits->bulk_write_items;
    ClientLoad all = *load;
    client_limits_add(&all, more);
    return at_most(ret_flaw, "mutations", items_name, all.items, items_max) &&
           at_most(ret_flaw, "options.guards", items_name, all.guards, items_max) &&
           at_most(ret_flaw, "mutations", "range_removes", all.range_removes,
                   limits->range_removes) &&
           at_most(ret_flaw, "mutations", "request_values", AROUND_VALUES + all.values,
                   limits->request_values) &&
           at_most(ret_flaw, "mutations", "request_bytes", around + all.bytes,
                   limits->request_bytes);
}

/* The sizes of its parts. Bounds of ranges may be a byte longer than keys. */
static bool
check_parts(const ClientLimits *limits, const LarderMutation *mutation, ClientFlaw *ret_flaw)
{
    if (mutation->kind == LARDER_MUTATION_KIND_REMOVE_RANGE) {
        int64_t bound_max = limits->key_bytes + 1;
        return at_most(ret_flaw, "mutation.key", "key_bytes", mutation->key.size, bound_max) &&
               at_most(ret_flaw, "mutation.stop_key", "key_bytes",
                       mutation->has_stop_key ? mutation->stop_key.size : 0, bound_max);
    }
    if (mutation->key.size == 0) {
        return bad(ret_flaw, "mutation.key", "is empty");
    }
    return at_most(ret_flaw, "mutation.key", "key_bytes", mutation->key.size, limits->key_bytes) &&
           at_most(ret_flaw, "mutation.value", "value_bytes",
                   mutation->has_value ? mutation->value.size : 0, limits->value_bytes);
}

bool
client_limits_check(const ClientLimits *limits, size_t around, const LarderMutation *mutation,
                    ClientFlaw *ret_flaw)
{
    switch (mutation->kind) {
    case LARDER_MUTATION_KIND_PUT:
        if (!mutation->has_value) {
            return bad(ret_flaw, "mutation.value", "is absent, but PUT needs it");
        }
        break;
    case LARDER_MUTATION_KIND_INCREMENT:
        if (!mutation->has_delta) {
            return bad(ret_flaw, "mutation.delta", "is absent, but INCREMENT needs it");
        }
        break;
    case LARDER_MUTATION_KIND_REMOVE:
    case LARDER_MUTATION_KIND_REMOVE_RANGE:
        break;
    default:
        return bad(ret_flaw, "mutation.kind", "is none of the contract");
    }
    size_t bytes = around + client_limits_weigh(mutation).bytes;
    return check_parts(limits, mutation, ret_flaw) &&
           at_most(ret_flaw, "mutation", "request_bytes", bytes, limits->request_bytes);
}

size_t
client_limits_around(LarderBytes store, const LarderFence *fence, LarderBytes request_id)
{
    return AROUND + store.size + (fence == NULL ? 0 : fence->lease.size) + request_id.size;
}
