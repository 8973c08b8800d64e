/*
 * server_watch.c: what management sees of the server: health, load, metrics of the endpoints.
 *
 * Threading: called by workers of the admin endpoint, which ends before anything that is used here.
 */
#include "service/obs/text.h"
#include "service/server_state.h"

#include <stdio.h>

enum { SERVER_ENDPOINTS_MAX = 2 };

/* Figures of an endpoint under its name. */
typedef struct ServerWatch {
    ObsLabel listener;
    EndpointStats stats;
} ServerWatch;

void
server_watch_health(void *user, AdminHealth *health)
{
    Server *server = user;
    EndpointStats stats;
    endpoint_stats(server->data_endpoint, &stats);
    bool draining = atomic_load_explicit(&server->draining, memory_order_relaxed);
    char message[128];
    (void)snprintf(message, sizeof message, "%llu data connections, %llu requests under way",
                   (unsigned long long)stats.net.connections,
                   (unsigned long long)stats.net.requests_in_flight);
    admin_health_check(health, "listeners", !draining,
                       draining ? "closed: the server is draining" : message);
}

void
server_watch_drain(void *user)
{
    server_drain_begin(user);
}

/* When the server stops there is nothing left to wait for. */
void
server_watch_load(void *user, AdminLoad *ret_load)
{
    Server *server = user;
    EndpointStats stats = {0};
    if (!atomic_load_explicit(&server->stopping, memory_order_relaxed)) {
        endpoint_stats(server->data_endpoint, &stats);
    }
    ret_load->in_flight = (int64_t)stats.net.requests_in_flight;
    ret_load->connections = (int64_t)stats.net.connections;
}

/* A metric that has one sample per endpoint. */
static void
collect_plain(ObsText *text, ObsMetric metric, const ServerWatch *watches, size_t count,
              size_t offset)
{
    for (size_t i = 0; i < count; i++) {
        const char *stats = (const char *)&watches[i].stats;
        uint64_t value = *(const uint64_t *)(const void *)(stats + offset);
        obs_text_integer(text, metric, &watches[i].listener, 1, (int64_t)value);
    }
}

/* A reason and where its counter is in EndpointStats. */
typedef struct ServerReason {
    const char *name;
    size_t offset;
} ServerReason;

/* A metric that has one sample per endpoint and reason. */
static void
collect_reasons(ObsText *text, ObsMetric metric, const ServerWatch *watches, size_t count,
                const ServerReason *reasons, size_t reason_count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t r = 0; r < reason_count; r++) {
            const ObsLabel labels[] = {watches[i].listener, {"reason", reasons[r].name}};
            const char *stats = (const char *)&watches[i].stats;
            uint64_t value = *(const uint64_t *)(const void *)(stats + reasons[r].offset);
            obs_text_integer(text, metric, labels, G_N_ELEMENTS(labels), (int64_t)value);
        }
    }
}

static void
collect_connections(ObsText *text, const ServerWatch *watches, size_t count)
{
    static const ServerReason rejected[] = {
        {"limit", offsetof(EndpointStats, net.refused_limit)},
        {"address", offsetof(EndpointStats, net.refused_ip)},
        {"accept_error", offsetof(EndpointStats, net.accept_errors)},
    };
    static const ServerReason closed[] = {
        {"idle", offsetof(EndpointStats, net.closed_idle)},
        {"slow_request", offsetof(EndpointStats, net.closed_slow_request)},
        {"write_stall", offsetof(EndpointStats, net.closed_write_stall)},
        {"malformed", offsetof(EndpointStats, net.closed_bad)},
        {"budget", offsetof(EndpointStats, net.closed_budget)},
        {"reset", offsetof(EndpointStats, net.closed_reset)},
    };
    collect_plain(text, OBS_CONNECTIONS, watches, count, offsetof(EndpointStats, net.connections));
    collect_plain(text, OBS_ACCEPTED, watches, count, offsetof(EndpointStats, net.accepted));
    collect_reasons(text, OBS_REJECTED, watches, count, rejected, G_N_ELEMENTS(rejected));
    collect_reasons(text, OBS_CLOSED, watches, count, closed, G_N_ELEMENTS(closed));
}

static void
collect_requests(ObsText *text, const ServerWatch *watches, size_t count)
{
    static const ServerReason refused[] = {
        {"queue", offsetof(EndpointStats, refused_queue)},
        {"budget", offsetof(EndpointStats, refused_budget)},
        {"stopping", offsetof(EndpointStats, refused_stopping)},
    };
    static const struct ServerPlain {
        ObsMetric metric;
        size_t offset;
    } plain[] = {
        {OBS_NET_REQUESTS, offsetof(EndpointStats, net.requests)},
        {OBS_NET_IN_FLIGHT, offsetof(EndpointStats, net.requests_in_flight)},
        {OBS_NET_IN_FLIGHT_BYTES, offsetof(EndpointStats, net.in_flight_bytes)},
        {OBS_NET_READ, offsetof(EndpointStats, net.bytes_read)},
        {OBS_NET_WRITTEN, offsetof(EndpointStats, net.bytes_written)},
        {OBS_NET_TURNS, offsetof(EndpointStats, net.turns)},
        {OBS_NET_WRITES, offsetof(EndpointStats, net.writev_calls)},
        {OBS_QUEUE_DEPTH, offsetof(EndpointStats, queued)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
        collect_plain(text, plain[i].metric, watches, count, plain[i].offset);
    }
    collect_reasons(text, OBS_OVERLOADS, watches, count, refused, G_N_ELEMENTS(refused));
}

void
server_watch_collect(void *user, ObsText *text)
{
    Server *server = user;
    ServerWatch watches[SERVER_ENDPOINTS_MAX] = {
        {.listener = {"listener", "data"}},
        {.listener = {"listener", "admin"}},
    };
    size_t count = server->admin_endpoint == NULL ? 1 : 2;
    endpoint_stats(server->data_endpoint, &watches[0].stats);
    if (count == 2) {
        endpoint_stats(server->admin_endpoint, &watches[1].stats);
    }
    collect_connections(text, watches, count);
    collect_requests(text, watches, count);
}
