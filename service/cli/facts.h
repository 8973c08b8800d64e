/*
 * facts.h: what import, export and bulk have to know of the server: its limits, and the store.
 *
 * Threading: plain values.
 */
#ifndef LARDER_SERVICE_CLI_FACTS_H
#define LARDER_SERVICE_CLI_FACTS_H

#include "service/cli/call.h"

/* What goes around the bytes of one item of a request, and around the items, at most. */
enum { CLI_FACTS_ITEM_BYTES = 64, CLI_FACTS_ENVELOPE_BYTES = 2048 };

typedef struct CliFacts {
    int64_t request_bytes;
    int64_t bulk_write_items;
    int64_t range_removes;
    int64_t multi_get_items;
    int64_t scan_items;
    int64_t scan_bytes;
    /* When the server was started, if a restart empties the store; else 0. */
    int64_t started_ms;
} CliFacts;

/*
 * How many bytes the items of one request can have together, CLI_FACTS_ITEM_BYTES for each of them
 * included. One item that the limits allow always goes.
 */
size_t cli_facts_room(const CliFacts *facts);

/* Asks the server. False: it failed, or there is no such store. */
bool cli_facts_ask(CliCall *call, CliFacts *ret_facts);

/* Whether the server that had these facts was restarted before it had those, and the store lost. */
bool cli_facts_lost(const CliFacts *before, const CliFacts *after);

#endif
