/*
 * socket.c: finds the server and asks what it is. See socket.h.
 */
#include "loadgen/socket.h"

#include "loadgen/clock.h"
#include "loadgen/socket_target.h"
#include "service/client/connection.h"
#include "service/client/reply.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ENDPOINTS_MAX = 8,
    INFO_BYTES_MAX = 4 * 1024 * 1024,
    API_VERSION = 1,
};

static void
copy_text(char *out, size_t size, BaseSlice text)
{
    (void)snprintf(out, size, "%.*s", (int)text.len, (const char *)text.data);
}

/* Takes from server_info what reports show, and refuses what cannot work. */
static BaseStatus
read_info(LoadSocketTarget *self, const LoadOptions *options, BaseSlice message, int32_t seqid)
{
    WireTape tape = WIRE_TAPE_INIT;
    ClientReply reply;
    ClientServerInfo info;
    ClientStoreInfo store;
    ClientExpected expected = {CLIENT_METHOD_SERVER_INFO, seqid};
    BaseStatus status = base_ok();
    int64_t value_max = INT64_MAX;
    if (client_reply_parse(message, &WIRE_LIMITS_DEFAULT, &expected, &tape, &reply) !=
            CLIENT_SUCCESS ||
        !client_reply_server_info(&reply, &info)) {
        status = base_error(BASE_INVALID, "it does not answer server_info: is it a larderd?");
    } else if (!client_reply_find_store(&reply, &info, self->store, &store)) {
        status = base_error(BASE_NOT_FOUND, "it has no store of that name");
    } else {
        char version[32];
        (void)client_reply_find_limit(&reply, &info, BASE_SLICE_LITERAL("value_bytes"), &value_max);
        copy_text(version, sizeof version, info.server_version);
        (void)snprintf(self->target.info.server, sizeof self->target.info.server, "larderd %s",
                       version);
        copy_text(self->target.info.engine, sizeof self->target.info.engine, store.engine);
        copy_text(self->target.info.durability, sizeof self->target.info.durability,
                  store.durability);
    }
    if (base_is_ok(status) && options->value_size > value_max) {
        status = base_error(BASE_INVALID, "--value-size is over the server's limit value_bytes");
    }
    wire_tape_clear(&tape);
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
    BaseStatus status = client_connection_connect(connection, &self->endpoint);
    if (!base_is_ok(status)) {
        return status;
    }
    ClientHead head = {self->format, client_connection_seqid(connection)};
    if (!client_request_server_info(client_connection_output(connection), head,
                                    BASE_SLICE_LITERAL("larder-load " LARDER_VERSION),
                                    API_VERSION)) {
        return base_error(BASE_NO_MEMORY, "no memory for a request");
    }
    int64_t deadline_us = load_clock_ns() / 1000 + (int64_t)(options->timeout_seconds * 1e6);
    client_connection_sent(connection, 0, deadline_us);
    ClientEvent event;
    status = wait_for_reply(connection, deadline_us, &event);
    return base_is_ok(status) ? read_info(self, options, event.message, event.seqid) : status;
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
    free(target);
}

static const LoadTargetOps target_ops = {load_socket_session_new, free_target};

BaseStatus
load_socket_open(const LoadOptions *options, LoadTarget **ret_target)
{
    ClientEndpoint endpoints[ENDPOINTS_MAX];
    size_t count = 0;
    BaseStatus status = client_address_resolve(&options->address, endpoints, ENDPOINTS_MAX, &count);
    if (!base_is_ok(status)) {
        return status;
    }
    LoadSocketTarget *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for the target");
    }
    self->target.ops = &target_ops;
    self->format = (WireFormat){options->protocol, true};
    self->store = base_slice_text(options->store);
    (void)snprintf(self->target.info.protocol, sizeof self->target.info.protocol, "%s, framed",
                   options->protocol == WIRE_BINARY ? "binary" : "compact");
    for (size_t i = 0; i < count; i++) {
        self->endpoint = endpoints[i];
        status = try_endpoint(self, options);
        if (base_is_ok(status)) {
            *ret_target = &self->target;
            return status;
        }
    }
    free(self);
    return status;
}
