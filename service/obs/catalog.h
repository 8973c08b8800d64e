/*
 * catalog.h: every metric of Larder, declared once.
 *
 * A metric is a row of the table: identifier, type, name, help. Names follow the Prometheus
 * conventions: the prefix larder_, base units (seconds, bytes), counters end in _total; the
 * process_ metrics have the names that every exporter gives them. Labels never hold keys or
 * anything else that peers choose: their values come from fixed sets (methods, outcomes, configured
 * stores).
 *
 * Whoever has a value writes it with text.h under its identifier; a metric that nobody writes does
 * not appear. To add one: add a row here and a line where its value is known.
 *
 * Threading: constants.
 */
#ifndef LARDER_SERVICE_OBS_CATALOG_H
#define LARDER_SERVICE_OBS_CATALOG_H

/* X(ID, TYPE, name, help); in help no backslash and no line break. */
#define OBS_CATALOG(X)                                                                             \
    X(BUILD_INFO, GAUGE, "larder_build_info", "Always 1; the labels say what is running.")         \
    X(REQUESTS, COUNTER, "larder_rpc_requests_total", "Requests answered, by method and outcome.") \
    X(DURATION, HISTOGRAM, "larder_rpc_request_duration_seconds",                                  \
      "From the arrival of a request to its reply being ready.")                                   \
    X(IN_FLIGHT, GAUGE, "larder_rpc_in_flight", "Requests being executed.")                        \
    X(REQUEST_BYTES, COUNTER, "larder_rpc_request_bytes_total", "Bytes of requests executed.")     \
    X(REPLY_BYTES, COUNTER, "larder_rpc_reply_bytes_total", "Bytes of their replies.")             \
    X(STORE_OPERATIONS, COUNTER, "larder_store_operations_total",                                  \
      "Operations on a store, by outcome.")                                                        \
    X(STORE_KEYS, GAUGE, "larder_store_keys", "Live records, about.")                              \
    X(STORE_DATA_BYTES, GAUGE, "larder_store_data_bytes", "Bytes of keys and values, about.")      \
    X(STORE_MEMORY_BYTES, GAUGE, "larder_store_memory_bytes", "Memory that the engine uses.")      \
    X(STORE_DISK_BYTES, GAUGE, "larder_store_disk_bytes", "Bytes on disk.")                        \
    X(STORE_VERSION, GAUGE, "larder_store_version", "Version of the latest commit.")               \
    X(STORE_SNAPSHOTS, GAUGE, "larder_store_open_snapshots", "Open snapshots.")                    \
    X(ENGINE_FIGURE, GAUGE, "larder_engine_figure", "Further figures of an engine, by name.")      \
    X(CONNECTIONS, GAUGE, "larder_connections", "Open connections.")                               \
    X(ACCEPTED, COUNTER, "larder_connections_accepted_total", "Connections accepted.")             \
    X(REJECTED, COUNTER, "larder_connections_rejected_total", "Connections turned away.")          \
    X(CLOSED, COUNTER, "larder_connections_closed_total",                                          \
      "Connections closed by the server or lost, by reason.")                                      \
    X(NET_REQUESTS, COUNTER, "larder_net_requests_total", "Requests read from connections.")       \
    X(NET_IN_FLIGHT, GAUGE, "larder_net_in_flight", "Requests read and not answered.")             \
    X(NET_IN_FLIGHT_BYTES, GAUGE, "larder_net_in_flight_bytes",                                    \
      "Bytes of input and output held for connections.")                                           \
    X(NET_READ, COUNTER, "larder_net_read_bytes_total", "Bytes read from connections.")            \
    X(NET_WRITTEN, COUNTER, "larder_net_written_bytes_total", "Bytes written to connections.")     \
    X(NET_TURNS, COUNTER, "larder_net_reactor_turns_total", "Turns of all reactors.")              \
    X(NET_WRITES, COUNTER, "larder_net_write_calls_total", "System calls that wrote replies.")     \
    X(QUEUE_DEPTH, GAUGE, "larder_queue_depth", "Requests waiting for a worker.")                  \
    X(OVERLOADS, COUNTER, "larder_overload_rejections_total",                                      \
      "Requests refused before execution, by reason.")                                             \
    X(CPU, COUNTER, "process_cpu_seconds_total", "Processor time, user and system.")               \
    X(RESIDENT, GAUGE, "process_resident_memory_bytes", "Resident memory.")                        \
    X(VIRTUAL, GAUGE, "process_virtual_memory_bytes", "Virtual memory.")                           \
    X(OPEN_FDS, GAUGE, "process_open_fds", "Open file descriptors.")                               \
    X(MAX_FDS, GAUGE, "process_max_fds", "Most file descriptors that may be open.")                \
    X(THREADS, GAUGE, "process_threads", "Threads of the process.")                                \
    X(START_TIME, GAUGE, "process_start_time_seconds", "Start of the process, since 1970 UTC.")

typedef enum ObsMetric {
#define OBS_CATALOG_ID(id, type, name, help) OBS_##id,
    OBS_CATALOG(OBS_CATALOG_ID)
#undef OBS_CATALOG_ID
        OBS_METRIC_COUNT
} ObsMetric;

#endif
