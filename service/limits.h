/*
 * limits.h: every limit of a server, declared once.
 *
 * The table is the one place that names a limit, its default, the range in which it may be
 * configured, its unit, whether it can change while the server runs, and why it exists. Made from
 * it: the struct below, the section [limits] of the configuration, the list that server_info
 * reports, and the limits that net, wire, rpc and store enforce.
 *
 * To add a limit: add a row, and hand its value on in limits.c.
 *
 * Threading: plain values.
 */
#ifndef LARDER_SERVICE_LIMITS_H
#define LARDER_SERVICE_LIMITS_H

#include "engine/engine.h"
#include "service/net/net.h"
#include "service/rpc/context.h"
#include "service/store/limits.h"
#include "service/wire/format.h"

#define LIMITS_KIB INT64_C(1024)
#define LIMITS_MIB INT64_C(1048576)

/* Longest deadline that a request may name; the IDL promises it. */
#define LIMITS_DEADLINE_MS_MAX INT64_C(3600000)

/*
 * X(name, default, lowest, highest, UNIT, LIVE, reason). A limit whose lowest is its highest is a
 * constant of this build: reported, not configurable. LIVE limits follow a reload, START ones
 * need a restart.
 */
#define LIMITS_TABLE(X)                                                                         \
    X(request_bytes, 4 * LIMITS_MIB, 64 * LIMITS_KIB, WIRE_FRAME_BYTES_CAP, BYTES, LIVE,        \
      "memory that one request can hold, its frame header included")                            \
    X(reply_bytes, 32 * LIMITS_MIB, 1 * LIMITS_MIB, WIRE_FRAME_BYTES_CAP, BYTES, LIVE,          \
      "memory that one reply can hold, its frame header included")                              \
    X(connections, 1024, 1, 16384, CONNECTIONS, LIVE,                                           \
      "file descriptors and memory per connection")                                             \
    X(connections_per_ip, 128, 1, 16384, CONNECTIONS, LIVE,                                     \
      "one address must not take every connection; unix sockets are exempt")                    \
    X(pipeline, 128, 1, 1024, REQUESTS, LIVE,                                                   \
      "unanswered requests of one connection before it is no longer read")                      \
    X(output_bytes, 4 * LIMITS_MIB, 64 * LIMITS_KIB, 256 * LIMITS_MIB, BYTES, LIVE,             \
      "unsent reply bytes of one connection before it is no longer read")                       \
    X(in_flight_bytes, 256 * LIMITS_MIB, 8 * LIMITS_MIB, 64 * 1024 * LIMITS_MIB, BYTES, LIVE,   \
      "input and output held for all connections together")                                     \
    X(queue_requests, 65536, 16, 1048576, REQUESTS, LIVE,                                       \
      "requests that wait for a worker; more are refused as OVERLOAD")                          \
    X(idle_ms, 300000, 1000, 86400000, MS, LIVE, "a connection without requests is closed")     \
    X(request_ms, 10000, 100, 600000, MS, LIVE,                                                 \
      "time for a request to arrive, plus its bytes at request_rate")                           \
    X(request_rate, 1024, 1, 1048576, BYTES_PER_SECOND, LIVE,                                   \
      "slowest peer that may finish a long request")                                            \
    X(write_stall_ms, 30000, 100, 600000, MS, LIVE,                                             \
      "a peer that takes no reply bytes for so long is disconnected")                           \
    X(container_items, 65536, 1024, 1048576, ITEMS, LIVE, "elements of one list of a request")  \
    X(map_items, 1024, 16, 65536, ITEMS, LIVE,                                                  \
      "pairs of one map of a request, which are hashed and can collide")                        \
    X(request_values, 1048576, 65536, 8388608, VALUES, LIVE,                                    \
      "fields and elements of one request; each costs 16 bytes while it is worked on")          \
    X(key_bytes, 1 * LIMITS_KIB, 16, 64 * LIMITS_KIB, BYTES, START, "longest key")              \
    X(value_bytes, 1 * LIMITS_MIB, 64, 32 * LIMITS_MIB, BYTES, START, "longest value")          \
    X(batch_items, 32768, 1, 65536, ITEMS, START,                                               \
      "mutations of a batch, which is worked on as one")                                        \
    X(range_removes, 16, 1, 1024, ITEMS, START,                                                 \
      "range removes of one batch or bulk_write; each may look at every key")                   \
    X(bulk_write_items, 32768, 1, 65536, ITEMS, START, "mutations of one bulk_write")           \
    X(multi_get_items, 32768, 1, 65536, ITEMS, START, "keys of one multi_get")                  \
    X(multi_get_bytes, 16 * LIMITS_MIB, 64 * LIMITS_KIB, 48 * LIMITS_MIB, BYTES, START,         \
      "keys and values of one multi_get; what is left out is for another call")                 \
    X(scan_items, 10000, 1000, 65536, ITEMS, START, "items of one page of a scan")              \
    X(scan_bytes, 16 * LIMITS_MIB, 1 * LIMITS_MIB, 48 * LIMITS_MIB, BYTES, START,               \
      "keys and values of one page of a scan")                                                  \
    X(scan_examined, 10000000, 1000000, 1000000000, ITEMS, START,                               \
      "entries that one page of a scan looks at, dead ones included")                           \
    X(scan_ms, 60000, 5000, 600000, MS, START, "time that one page of a scan takes")            \
    X(range_info_items, 1024, 1, 65536, ITEMS, START, "ranges of one range_info")               \
    X(split_keys, 10000, 1, 65536, ITEMS, START, "split keys of one range_info")                \
    X(deadline_ms, 30000, 1, LIMITS_DEADLINE_MS_MAX, MS, START,                                 \
      "for requests that name no deadline")                                                     \
    X(ping_bytes, 1024, 1024, 1024, BYTES, START, "payload of a ping")                          \
    X(client_bytes, 64, 64, 64, BYTES, START, "what a client says of itself in server_info")    \
    X(store_name_bytes, STORE_NAME_MAX, STORE_NAME_MAX, STORE_NAME_MAX, BYTES, START,           \
      "name of a store: [a-z0-9_-]")                                                            \
    X(method_bytes, WIRE_METHOD_BYTES_MAX, WIRE_METHOD_BYTES_MAX, WIRE_METHOD_BYTES_MAX, BYTES, \
      START, "name of a method")                                                                \
    X(depth, WIRE_DEPTH_MAX, WIRE_DEPTH_MAX, WIRE_DEPTH_MAX, LEVELS, START,                     \
      "structs and lists within each other in a request")

typedef struct Limits {
#define LIMITS_FIELD(name, preset, lowest, highest, unit, live, reason) int64_t name;
    LIMITS_TABLE(LIMITS_FIELD)
#undef LIMITS_FIELD
} Limits;

enum {
#define LIMITS_ONE(name, preset, lowest, highest, unit, live, reason) +1
    LIMITS_COUNT = 0 LIMITS_TABLE(LIMITS_ONE)
#undef LIMITS_ONE
};

/* All defaults. */
Limits limits_default(void);

/* Row `i` as an option of the configuration: name, type, range, reason. */
const EngineOption *limits_option(size_t i);

/* "bytes", "items", "ms", ... */
const char *limits_unit(size_t i);

/* Whether row `i` is a constant of this build. */
bool limits_is_fixed(size_t i);

/* The value of row `i`. */
int64_t *limits_at(Limits *limits, size_t i);
int64_t limits_get(const Limits *limits, size_t i);

/* Two limits that contradict each other: `name` has to change, and `message` says how. */
typedef struct LimitsClash {
    const char *name;
    char message[256];
} LimitsClash;

enum { LIMITS_CLASHES_MAX = 16 };

/* Finds all contradictions between limits that are each in range; returns their number. */
size_t limits_check(const Limits *limits, LimitsClash ret_clashes[LIMITS_CLASHES_MAX]);

/* The part that each layer enforces. */
NetLimits limits_for_net(const Limits *limits);
WireLimits limits_for_wire(const Limits *limits);
StoreLimits limits_for_store(const Limits *limits);

/* The list for server_info, LIMITS_COUNT long. */
void limits_for_rpc(const Limits *limits, RpcLimit ret_list[LIMITS_COUNT]);

#endif
