/*
 * limits.h: what a server takes in one call, as its server_info says.
 *
 * Builders of batches and bulk writes ask once and then judge each mutation here, with the words
 * that the server would use, so that what can never be sent is found where it was added. What a
 * server does not say, or cannot be asked, is taken to be the contract's default; the server has
 * the last word in any case.
 *
 * Sizes and values (the fields and elements that a server's parser counts) are upper bounds of what
 * encoding takes in either protocol. A server sees to it that its limit of the elements of any list
 * is not below those of items, so that one is not looked at here.
 *
 * Threading: plain values.
 */
#ifndef LARDER_SERVICE_CLIENT_LIMITS_H
#define LARDER_SERVICE_CLIENT_LIMITS_H

#include "service/client/outcome.h"

/* X(name, the contract's default): the limits that matter to builders. */
#define CLIENT_LIMITS_TABLE(X) \
    X(request_bytes, 4194304)  \
    X(key_bytes, 1024)         \
    X(value_bytes, 1048576)    \
    X(batch_items, 32768)      \
    X(bulk_write_items, 32768) \
    X(range_removes, 16)       \
    X(request_values, 1048576)

typedef struct ClientLimits {
    bool asked;
#define CLIENT_LIMITS_FIELD(name, preset) int64_t name;
    CLIENT_LIMITS_TABLE(CLIENT_LIMITS_FIELD)
#undef CLIENT_LIMITS_FIELD
} ClientLimits;

/* The contract's defaults, not asked for. */
ClientLimits client_limits_default(void);

/* Takes over what a server has said. */
void client_limits_learn(ClientLimits *limits, const LarderServerInfo *info);

/* Asks the server, unless it was asked before. */
void client_limits_ask(ClientLimits *limits, LarderClient *client);

/* What one call has gathered. */
typedef struct ClientLoad {
    size_t items;
    size_t guards;
    size_t range_removes;
    size_t values;
    size_t bytes;
} ClientLoad;

/* What a mutation, and a guard, adds to a call. */
ClientLoad client_limits_weigh(const LarderMutation *mutation);
ClientLoad client_limits_weigh_guard(LarderBytes key, const LarderCondition *condition);

/* Adds it. */
void client_limits_add(ClientLoad *load, const ClientLoad *more);

/*
 * Whether a call of `method` (batch or bulk_write) can take `more`, with `around` bytes beside its
 * items; else *ret_flaw names the limit that is in the way.
 */
bool client_limits_fit(const ClientLimits *limits, LarderMethod method, size_t around,
                       const ClientLoad *load, const ClientLoad *more, ClientFlaw *ret_flaw);

/* Whether a mutation can be sent at all; else *ret_flaw says what is wrong. */
bool client_limits_check(const ClientLimits *limits, size_t around, const LarderMutation *mutation,
                         ClientFlaw *ret_flaw);

/* Bytes of a call beside its items: heads, store, options. */
size_t client_limits_around(LarderBytes store, const LarderFence *fence, LarderBytes request_id);

#endif
