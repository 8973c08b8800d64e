/*
 * link.h: a connection to a server that is opened when it is needed.
 *
 * To open is to resolve the address, to try its endpoints one after the other until one takes the
 * connection, and to say the program's name, if it has one, in a first call of server_info whose
 * reply nobody waits for. All endpoints together have connect_timeout_ms: each an equal share of
 * what is left, so that one that never answers does not keep the next from being tried. A link is
 * never opened behind its owner's back: one that broke stays closed until the next
 * client_link_open().
 *
 *   client_link_open(link, now_us);
 *   while ((state = client_link_advance(link, now_us)) == CLIENT_CONNECTING) { wait ... }
 *
 * Resolving a host name blocks while the system's resolver works, which no deadline bounds.
 *
 * What is sent and received on an open link goes by its connection (connection.h), with tags other
 * than CLIENT_LINK_NOBODY.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLIENT_LINK_H
#define LARDER_SERVICE_CLIENT_LINK_H

#include "service/client/connection.h"
#include "service/client/settings.h"

enum {
    CLIENT_LINK_ENDPOINTS = 8,
    /* The tag of the introduction: its event is for nobody. */
    CLIENT_LINK_NOBODY = 0,
};

typedef struct ClientLink {
    const ClientSettings *settings;
    ClientConnection *connection;
    ClientEndpoint endpoints[CLIENT_LINK_ENDPOINTS];
    size_t endpoint_count;
    size_t endpoint;       /* that is being tried */
    int64_t give_up_us;    /* CONNECTING: when this endpoint had its share of time */
    int64_t end_us;        /* the end of the time of all */
    BaseStatus problem;    /* why it could not be opened */
    uint64_t opened_count; /* how often it became open */
} ClientLink;

/* A closed link for so many calls without a reply. BASE_NO_MEMORY. The settings are borrowed. */
BaseStatus client_link_init(ClientLink *link, const ClientSettings *settings, size_t pending_max);

/* Closes it and frees what it holds. */
void client_link_clear(ClientLink *link);

/* Begins to open a CLOSED link. */
void client_link_open(ClientLink *link, int64_t now_us);

/* The part of it behind the resolver: begins to try link->endpoints. */
void client_link_begin(ClientLink *link, int64_t now_us);

/*
 * Goes on opening; does not wait. CONNECTING: call again when the socket is ready or at give_up_us.
 * OPEN: done. CLOSED: it failed, link->problem says why.
 */
ClientState client_link_advance(ClientLink *link, int64_t now_us);

/*
 * Looks whether an idle OPEN link still is, and closes it if not. False: it is closed now.
 * REQUIRES: no call is pending on it but the introduction.
 */
bool client_link_is_alive(ClientLink *link);

#endif
