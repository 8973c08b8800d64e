/*
 * reply.h: replies of the Store service, decoded without generated code.
 *
 * Two steps. client_reply_parse() checks the bytes with wire's strict parser, compares method and
 * sequence id with what was asked, and tells success from the five exceptions of the contract and
 * from a TApplicationException. Then the function of the method reads the result struct. Everything
 * that comes out borrows from the message and the tape.
 *
 * A reply is malformed when the parser rejects it, when method or sequence id are not the expected
 * ones, when it holds no result or several, or when a result lacks what it always has (its `found`,
 * `applied`, `items`, ...). After a malformed reply the connection is of no use any more. Unknown
 * fields are skipped, and numbers that are absent are 0, so that newer and older servers can be
 * read.
 *
 * Time and memory are linear in the bytes received; nothing is allocated by a declared length.
 *
 * Threading: plain values, as many as there are tapes.
 */
#ifndef LARDER_SERVICE_CLIENT_REPLY_H
#define LARDER_SERVICE_CLIENT_REPLY_H

#include "service/wire/parse.h"

typedef enum ClientOutcome {
    CLIENT_SUCCESS = 0,
    CLIENT_INVALID_REQUEST = 1, /* these five: the field ids of the exceptions */
    CLIENT_NOT_HERE = 2,
    CLIENT_REFUSED = 3,
    CLIENT_INDETERMINATE = 4,
    CLIENT_FAILED = 5,
    CLIENT_APPLICATION_ERROR = 6, /* TApplicationException: the message was at fault */
    CLIENT_MALFORMED = 7,         /* not a reply to this call */
    CLIENT_OUTCOME_COUNT
} ClientOutcome;

/* What a reply must answer. */
typedef struct ClientExpected {
    BaseSlice method;
    int32_t seqid;
} ClientExpected;

typedef struct ClientReply {
    ClientOutcome outcome;
    const WireTape *tape;
    const WireValue *success; /* SUCCESS: the struct of the result */
    int32_t code;             /* of the exception */
    BaseSlice message;        /* exception or MALFORMED: for people */
    BaseSlice subject; /* INVALID: field; NOT_HERE: owner; REFUSED: scope; INDETERMINATE: id */
    int64_t first;     /* INVALID: limit; NOT_HERE: epoch; REFUSED: retry_after_ms */
    int64_t second;    /* INVALID: actual; NOT_HERE: shard_id */
} ClientReply;

/* "refused", for instance. Never NULL. */
const char *client_outcome_name(ClientOutcome outcome);

/* Parses one message, frame header included, onto `tape`. Returns ret_reply->outcome. */
ClientOutcome client_reply_parse(BaseSlice message, const WireLimits *limits,
                                 const ClientExpected *expected, WireTape *tape,
                                 ClientReply *ret_reply);

/* A record, or that there is none: the result of get, and each item of multi_get. */
typedef struct ClientGetResult {
    bool found;
    bool has_value;
    BaseSlice value;
    int64_t version;
    int64_t expires_at_ms;
    int64_t full_length;
    bool unchanged;    /* get only */
    int64_t server_us; /* get only */
} ClientGetResult;

typedef struct ClientMultiGetResult {
    uint32_t count; /* items */
    int64_t read_version;
    int64_t server_us;
    const WireValue *next; /* for client_reply_next_item() */
    const WireValue *end;
} ClientMultiGetResult;

/* Result of put. */
typedef struct ClientWriteResult {
    bool applied;
    int64_t version;
    int32_t reason; /* a NotApplied of the contract */
    int64_t current_version;
    bool has_current_value;
    BaseSlice current_value;
    bool existed;
    int64_t expires_at_ms;
    bool replayed;
    int64_t server_us;
} ClientWriteResult;

typedef struct ClientPingResult {
    BaseSlice payload;
    int64_t now_ms;
    int64_t server_us;
} ClientPingResult;

typedef struct ClientServerInfo {
    int32_t api_version;
    BaseSlice server_version;
    int64_t uptime_ms;
    int64_t now_ms;
    const WireValue *stores; /* lists of structs, NULL when absent; see the functions below */
    const WireValue *limits;
} ClientServerInfo;

typedef struct ClientStoreInfo {
    BaseSlice name;
    BaseSlice engine;
    BaseSlice durability;
} ClientStoreInfo;

/* Each requires that `reply` is the success of its method. False: malformed. */
bool client_reply_get(const ClientReply *reply, ClientGetResult *ret_result);
bool client_reply_multi_get(const ClientReply *reply, ClientMultiGetResult *ret_result);
bool client_reply_put(const ClientReply *reply, ClientWriteResult *ret_result);
bool client_reply_ping(const ClientReply *reply, ClientPingResult *ret_result);
bool client_reply_server_info(const ClientReply *reply, ClientServerInfo *ret_info);

/* The next item of a multi_get. False: none is left, or (then next != end) it is malformed. */
bool client_reply_next_item(const ClientReply *reply, ClientMultiGetResult *result,
                            ClientGetResult *ret_item);

/* The store of that name; false: the server has none. */
bool client_reply_find_store(const ClientReply *reply, const ClientServerInfo *info, BaseSlice name,
                             ClientStoreInfo *ret_store);

/* The value of the limit of that name; false: the server does not say. */
bool client_reply_find_limit(const ClientReply *reply, const ClientServerInfo *info, BaseSlice name,
                             int64_t *ret_value);

#endif
