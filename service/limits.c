/*
 * limits.c: the table of limits as options, as a list, and as the parts of each layer.
 *
 * Limits are configured one by one, so they can be legal each and wrong together: a value that
 * fits its own limit has to fit into a request and into a reply as well. limits_check() knows
 * these relations as a list of sums that must not exceed another limit, so the effect of a bad
 * combination is a refused configuration and never a request that can only fail.
 */
#include "service/limits.h"

#include <stdarg.h>
#include <stdio.h>

/* Room for what surrounds keys and values in a message: header, field headers, options. */
#define LIMITS_ENVELOPE (2 * LIMITS_KIB)
/* The same around one item of a list, at its longest. */
#define LIMITS_ITEM_ENVELOPE INT64_C(64)

#define LIMITS_TYPE_BYTES            ENGINE_OPTION_BYTES
#define LIMITS_TYPE_MS               ENGINE_OPTION_DURATION
#define LIMITS_TYPE_ITEMS            ENGINE_OPTION_INTEGER
#define LIMITS_TYPE_VALUES           ENGINE_OPTION_INTEGER
#define LIMITS_TYPE_LEVELS           ENGINE_OPTION_INTEGER
#define LIMITS_TYPE_REQUESTS         ENGINE_OPTION_INTEGER
#define LIMITS_TYPE_CONNECTIONS      ENGINE_OPTION_INTEGER
#define LIMITS_TYPE_BYTES_PER_SECOND ENGINE_OPTION_BYTES

#define LIMITS_UNIT_BYTES            "bytes"
#define LIMITS_UNIT_MS               "ms"
#define LIMITS_UNIT_ITEMS            "items"
#define LIMITS_UNIT_VALUES           "values"
#define LIMITS_UNIT_LEVELS           "levels"
#define LIMITS_UNIT_REQUESTS         "requests"
#define LIMITS_UNIT_CONNECTIONS      "connections"
#define LIMITS_UNIT_BYTES_PER_SECOND "bytes/s"

#define LIMITS_LIVE  true
#define LIMITS_START false

#define LIMITS_OPTION(name, preset, lowest, highest, unit, live, reason) \
    {#name, LIMITS_TYPE_##unit, preset, lowest, highest, NULL, LIMITS_##live, reason},
static const EngineOption limits_options[LIMITS_COUNT] = {LIMITS_TABLE(LIMITS_OPTION)};

#define LIMITS_UNIT(name, preset, lowest, highest, unit, live, reason) LIMITS_UNIT_##unit,
static const char *const limits_units[LIMITS_COUNT] = {LIMITS_TABLE(LIMITS_UNIT)};

#define LIMITS_OFFSET(name, preset, lowest, highest, unit, live, reason) offsetof(Limits, name),
static const size_t limits_offsets[LIMITS_COUNT] = {LIMITS_TABLE(LIMITS_OFFSET)};

const EngineOption *
limits_option(size_t i)
{
    return &limits_options[i];
}

const char *
limits_unit(size_t i)
{
    return limits_units[i];
}

bool
limits_is_fixed(size_t i)
{
    return limits_options[i].lowest == limits_options[i].highest;
}

int64_t *
limits_at(Limits *limits, size_t i)
{
    return (int64_t *)(void *)((char *)limits + limits_offsets[i]);
}

int64_t
limits_get(const Limits *limits, size_t i)
{
    return *(const int64_t *)(const void *)((const char *)limits + limits_offsets[i]);
}

Limits
limits_default(void)
{
    Limits limits;
    for (size_t i = 0; i < LIMITS_COUNT; i++) {
        *limits_at(&limits, i) = limits_options[i].preset;
    }
    return limits;
}

typedef struct LimitsCheck {
    LimitsClash *clashes;
    size_t count;
} LimitsCheck;

/* Demands needed <= has. */
__attribute__((format(printf, 5, 6))) static void
demand(LimitsCheck *check, const char *name, int64_t needed, int64_t has, const char *format, ...)
{
    if (needed <= has || check->count == LIMITS_CLASHES_MAX) {
        return;
    }
    LimitsClash *clash = &check->clashes[check->count++];
    clash->name = name;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(clash->message, sizeof clash->message, format, arguments);
    va_end(arguments);
}

/* A list of `items` has to be within what a request may hold. */
static void
demand_items(LimitsCheck *check, const Limits *limits, const char *name, int64_t items)
{
    demand(check, name, items, limits->container_items,
           "must be at most container_items, which is %lld", (long long)limits->container_items);
}

/* A page has to fit into a reply, also when its last item is the longest. */
static void
demand_page(LimitsCheck *check, const Limits *limits, const char *name, int64_t bytes,
            int64_t items)
{
    int64_t last = limits->key_bytes + limits->value_bytes;
    int64_t needed = bytes + last + items * LIMITS_ITEM_ENVELOPE + LIMITS_ENVELOPE;
    demand(check, name, needed, limits->reply_bytes,
           "such a reply, with one longest item more and %lld items around it, needs reply_bytes "
           "of at least %lld; it is %lld",
           (long long)items, (long long)needed, (long long)limits->reply_bytes);
}

size_t
limits_check(const Limits *limits, LimitsClash ret_clashes[LIMITS_CLASHES_MAX])
{
    LimitsCheck check = {ret_clashes, 0};
    int64_t put = limits->key_bytes + limits->value_bytes + LIMITS_ENVELOPE;
    demand(&check, "value_bytes", put, limits->request_bytes,
           "a put of such a value with the longest key needs request_bytes of at least %lld; it is "
           "%lld",
           (long long)put, (long long)limits->request_bytes);
    demand(&check, "value_bytes", put, limits->reply_bytes,
           "a get of such a value needs reply_bytes of at least %lld; it is %lld", (long long)put,
           (long long)limits->reply_bytes);
    demand_page(&check, limits, "scan_bytes", limits->scan_bytes, limits->scan_items);
    demand_page(&check, limits, "multi_get_bytes", limits->multi_get_bytes,
                limits->multi_get_items);
    demand_items(&check, limits, "batch_items", limits->batch_items);
    demand_items(&check, limits, "bulk_write_items", limits->bulk_write_items);
    demand_items(&check, limits, "multi_get_items", limits->multi_get_items);
    demand_items(&check, limits, "range_info_items", limits->range_info_items);
    demand(&check, "container_items", limits->container_items, limits->request_values,
           "must be at most request_values, which is %lld", (long long)limits->request_values);
    demand(&check, "connections_per_ip", limits->connections_per_ip, limits->connections,
           "must be at most connections, which is %lld", (long long)limits->connections);
    int64_t one = limits->request_bytes + limits->reply_bytes;
    demand(&check, "in_flight_bytes", one, limits->in_flight_bytes,
           "must be at least %lld: one longest request (request_bytes) and its reply (reply_bytes)",
           (long long)one);
    return check.count;
}

NetLimits
limits_for_net(const Limits *limits)
{
    return (NetLimits){
        .request_bytes_max = (size_t)limits->request_bytes,
        .connections_max = (unsigned)limits->connections,
        .connections_per_ip_max = (unsigned)limits->connections_per_ip,
        .pipeline_max = (unsigned)limits->pipeline,
        .output_bytes_max = (size_t)limits->output_bytes,
        .in_flight_bytes_max = (size_t)limits->in_flight_bytes,
        .idle_ms = (unsigned)limits->idle_ms,
        .request_ms = (unsigned)limits->request_ms,
        .request_rate_min = (unsigned)limits->request_rate,
        .write_stall_ms = (unsigned)limits->write_stall_ms,
    };
}

WireLimits
limits_for_wire(const Limits *limits)
{
    return (WireLimits){
        .request_bytes_max = (size_t)limits->request_bytes,
        .container_items_max = (uint32_t)limits->container_items,
        .map_items_max = (uint32_t)limits->map_items,
        .values_max = (uint32_t)limits->request_values,
    };
}

StoreLimits
limits_for_store(const Limits *limits)
{
    return (StoreLimits){
        .key_bytes_max = limits->key_bytes,
        .value_bytes_max = limits->value_bytes,
        .batch_items_max = limits->batch_items,
        .bulk_items_max = limits->bulk_write_items,
        .range_removes_max = limits->range_removes,
        .multi_get_items_max = limits->multi_get_items,
        .scan_items_max = limits->scan_items,
        .scan_bytes_max = limits->scan_bytes,
        .scan_examined_max = limits->scan_examined,
        .scan_ms_max = limits->scan_ms,
        .ranges_max = limits->range_info_items,
        .split_keys_max = limits->split_keys,
        .reply_bytes_max = limits->multi_get_bytes,
        .ping_bytes_max = limits->ping_bytes,
        .deadline_ms_default = limits->deadline_ms,
        .deadline_ms_max = LIMITS_DEADLINE_MS_MAX,
    };
}

void
limits_for_rpc(const Limits *limits, RpcLimit ret_list[LIMITS_COUNT])
{
    for (size_t i = 0; i < LIMITS_COUNT; i++) {
        ret_list[i] = (RpcLimit){limits_options[i].name, limits_get(limits, i), limits_units[i],
                                 limits_options[i].help};
    }
}
