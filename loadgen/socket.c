/*
 * socket.c: finds the server and asks what it is. See socket.h.
 */
#include "loadgen/socket.h"

#include "loadgen/clock.h"
#include "loadgen/socket_target.h"
#include "service/client/connection.h"
#include "service/client/decode.h"
#include "service/client/encode.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ENDPOINTS_MAX = 8,
    INFO_BYTES_MAX = 4 * 1024 * 1024,
};

/* The store of that name; NULL: the server has none. */
static const LarderStoreInfo *
find_store(const LarderServerInfo *info, LarderBytes name)
{
    for (size_t i = 0; i < info->stores.count; i++) {
        if (larder_bytes_equal(info->stores.items[i].name, name)) {
            return &info->stores.items[i];
        }
    }
    return NULL;
}

/* The most bytes that a value may have, as far as the server says. */
static int64_t
find_value_max(const LarderServerInfo *info)
{
    for (size_t i = 0; i < info->limits.count; i++) {
        if (larder_bytes_equal(info->limits.items[i].name, larder_text("value_bytes"))) {
            return info->limits.items[i].value;
        }
    }
    return INT64_MAX;
}

/* Takes from server_info what reports show, and refuses what cannot work. */
static BaseStatus
read_info(LoadSocketTarget *self, const LoadOptions *options, const LarderServerInfo *info)
{
    LoadTargetInfo *shown = &self->target.info;
    const LarderStoreInfo *store = find_store(info, self->store);
    if (store == NULL) {
        return base_error(BASE_NOT_FOUND, "it has no store of that name");
    }
    if (options->value_size > find_value_max(info)) {
        return base_error(BASE_INVALID, "--value-size is over the server's limit value_bytes");
    }
    (void)snprintf(shown->server, sizeof shown->server, "larderd %.31s", info->server_version.data);
    (void)snprintf(shown->engine, sizeof shown->engine, "%s", store->engine.data);
    (void)snprintf(shown->durability, sizeof shown->durability, "%s", store->durability.data);
    return base_ok();
}

/* Takes the reply of server_info apart. */
static BaseStatus
read_reply(LoadSocketTarget *self, const LoadOptions *options, const ClientEvent *event)
{
    WireTape tape = WIRE_TAPE_INIT;
    bool intact = false;
    LarderReply *reply =
        client_decode_reply(event->message, &WIRE_LIMITS_DEFAULT, LARDER_METHOD_SERVER_INFO,
                            event->seqid, &tape, &intact);
    BaseStatus status =
        base_error(BASE_INVALID, "it does not answer server_info: is it a larderd?");
    if (reply != NULL && reply->outcome == LARDER_OK) {
        status = read_info(self, options, reply->as.server_info);
    }
    wire_tape_clear(&tape);
    free(reply);
    return status;
}

/* Waits for the one reply that is on its way. */
static BaseStatus
wait_for_reply(ClientConnection *connection, int64_t deadline_us, ClientEvent *ret_event)
{
    for (;;) {
        int64_t now_us = load_clock_ns() / 1000;
        if (client_connection_next(connection, now_us, ret_event)) {
            break;
        }
        BaseStatus status = client_connection_wait(connection, deadline_us - now_us + 1000);
        if (!base_is_ok(status)) {
            return status;
        }
    }
    if (ret_event->kind == CLIENT_EVENT_REPLY) {
        return base_ok();
    }
    return ret_event->kind == CLIENT_EVENT_TIMEOUT
               ? base_error(BASE_IO, "no answer in time (--timeout-seconds)")
               : client_connection_problem(connection);
}

static BaseStatus
ask_info(LoadSocketTarget *self, const LoadOptions *options, ClientConnection *connection)
{
    BaseStatus status = client_connection_connect(connection, &self->endpoints[self->count]);
    if (!base_is_ok(status)) {
        return status;
    }
    LarderServerInfoOptions client = {.has_client = true,
                                      .client = larder_text("larder-load " LARDER_VERSION),
                                      .has_api_version = true,
                                      .api_version = LARDER_API_VERSION};
    const LarderServerInfoArguments arguments = {&client};
    if (client_encode_call(client_connection_output(connection), self->format,
                           client_connection_seqid(connection), LARDER_METHOD_SERVER_INFO,
                           &arguments) != WIRE_OK) {
        return base_error(BASE_NO_MEMORY, "no memory for a request");
    }
    int64_t deadline_us = load_clock_ns() / 1000 + (int64_t)(options->timeout_seconds * 1e6);
    client_connection_sent(connection, 0, deadline_us);
    ClientEvent event;
    status = wait_for_reply(connection, deadline_us, &event);
    return base_is_ok(status) ? read_reply(self, options, &event) : status;
}

static BaseStatus
try_endpoint(LoadSocketTarget *self, const LoadOptions *options)
{
    ClientConnection *connection = NULL;
    BaseStatus status = client_connection_new(1, INFO_BYTES_MAX, &connection);
    if (base_is_ok(status)) {
        status = ask_info(self, options, connection);
    }
    client_connection_free(connection);
    return status;
}

static void
free_target(LoadTarget *target)
{
    free(((LoadSocketTarget *)target)->endpoints);
    free(target);
}

static const LoadTargetOps target_ops = {load_socket_session_new, free_target};

/* Finds an endpoint of an address that answers, and adds it. */
static BaseStatus
add_server(LoadSocketTarget *self, const LoadOptions *options, const ClientAddress *address)
{
    ClientEndpoint endpoints[ENDPOINTS_MAX];
    size_t count = 0;
    BaseStatus status = client_address_resolve(address, endpoints, ENDPOINTS_MAX, &count);
    for (size_t i = 0; base_is_ok(status) && i < count; i++) {
        self->endpoints[self->count] = endpoints[i];
        BaseStatus tried = try_endpoint(self, options);
        if (base_is_ok(tried)) {
            self->count++;
            return tried;
        }
        status = i + 1 == count ? tried : status;
    }
    return status;
}

BaseStatus
load_socket_open(const LoadOptions *options, LoadTarget **ret_target)
{
    LoadSocketTarget *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the target");
    }
    self->target.ops = &target_ops;
    self->endpoints = calloc(options->address_count, sizeof *self->endpoints);
    self->format = (WireFormat){options->protocol, true};
    self->store = larder_text(options->store);
    (void)snprintf(self->target.info.protocol, sizeof self->target.info.protocol, "%s, framed",
                   options->protocol == WIRE_BINARY ? "binary" : "compact");
    BaseStatus status = self->endpoints == NULL
                            ? base_error(BASE_NO_MEMORY, "no memory for the target")
                            : base_ok();
    for (unsigned i = 0; base_is_ok(status) && i < options->address_count; i++) {
        status = add_server(self, options, &options->addresses[i]);
    }
    if (!base_is_ok(status)) {
        free_target(&self->target);
        return status;
    }
    *ret_target = &self->target;
    return status;
}
