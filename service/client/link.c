/*
 * link.c: opening a connection. See link.h.
 */
#include "service/client/link.h"

#include "service/client/encode.h"

BaseStatus
client_link_init(ClientLink *link, const ClientSettings *settings, size_t pending_max)
{
    *link = (ClientLink){.settings = settings, .problem = base_ok()};
    /* One place more, for the introduction. */
    return client_connection_new(pending_max + 1, settings->reply_bytes_max, &link->connection);
}

void
client_link_clear(ClientLink *link)
{
    client_connection_free(link->connection);
    link->connection = NULL;
}

/* Closes the connection for a reason. */
static void
give_up(ClientLink *link, BaseStatus why)
{
    client_connection_close(link->connection);
    link->problem = why;
}

/* Tries endpoints, from the present one on, until one of them does not fail at once. */
static void
try_endpoints(ClientLink *link, int64_t now_us)
{
    while (link->endpoint < link->endpoint_count) {
        int64_t left_us = link->end_us > now_us ? link->end_us - now_us : 0;
        link->give_up_us = now_us + left_us / (int64_t)(link->endpoint_count - link->endpoint);
        BaseStatus status =
            client_connection_connect(link->connection, &link->endpoints[link->endpoint]);
        if (base_is_ok(status)) {
            return;
        }
        give_up(link, status);
        link->endpoint++;
    }
}

void
client_link_begin(ClientLink *link, int64_t now_us)
{
    link->endpoint = 0;
    link->end_us = now_us + link->settings->connect_timeout_us;
    try_endpoints(link, now_us);
}

void
client_link_open(ClientLink *link, int64_t now_us)
{
    link->endpoint_count = 0;
    BaseStatus status = client_address_resolve(&link->settings->address, link->endpoints,
                                               CLIENT_LINK_ENDPOINTS, &link->endpoint_count);
    if (!base_is_ok(status)) {
        give_up(link, status);
        return;
    }
    client_link_begin(link, now_us);
}

/* Says the program's name to the server; its log is the poorer without it, nothing else. */
static void
introduce(ClientLink *link)
{
    const LarderServerInfoOptions options = {
        .has_client = true,
        .client = larder_text(link->settings->name),
        .has_api_version = true,
        .api_version = LARDER_API_VERSION,
    };
    const LarderServerInfoArguments arguments = {.options = &options};
    WireCode code = client_encode_call(
        client_connection_output(link->connection), link->settings->format,
        client_connection_seqid(link->connection), LARDER_METHOD_SERVER_INFO, &arguments);
    if (code == WIRE_OK) {
        client_connection_sent(link->connection, CLIENT_LINK_NOBODY, 0);
    }
}

static ClientState
opened(ClientLink *link)
{
    link->opened_count++;
    link->problem = base_ok();
    if (link->settings->name != NULL) {
        introduce(link);
    }
    return CLIENT_OPEN;
}

ClientState
client_link_advance(ClientLink *link, int64_t now_us)
{
    for (;;) {
        ClientState before = client_connection_state(link->connection);
        if (before == CLIENT_CLOSED) {
            return CLIENT_CLOSED;
        }
        BaseStatus status = client_connection_write(link->connection);
        ClientState state = client_connection_state(link->connection);
        if (state == CLIENT_OPEN) {
            return opened(link);
        }
        if (state == CLIENT_CONNECTING && now_us < link->give_up_us) {
            return CLIENT_CONNECTING;
        }
        give_up(link, state == CLIENT_BROKEN
                          ? status
                          : base_error(BASE_IO, "no connection within connect_timeout_ms"));
        link->endpoint++;
        try_endpoints(link, now_us);
    }
}

bool
client_link_is_alive(ClientLink *link)
{
    ClientEvent event;
    (void)client_connection_read(link->connection, NULL);
    while (client_connection_next(link->connection, 0, &event)) {
        /* The end of the introduction. */
    }
    if (client_connection_state(link->connection) == CLIENT_OPEN) {
        return true;
    }
    client_connection_close(link->connection);
    return false;
}
