/*
 * request.h: calls of the Store service as bytes, without generated code.
 *
 * Every function appends one CALL message to `out`, or leaves `out` as it was and returns false: no
 * memory, or longer than the frames that any server can accept. Names, keys and values are sent as
 * they are; judging them is up to the server. An options struct may be NULL, which means all
 * defaults, as does a member that is zero; members at their default are not sent.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_CLIENT_REQUEST_H
#define LARDER_SERVICE_CLIENT_REQUEST_H

#include "engine/base/buf.h"
#include "service/wire/format.h"

/* How a message goes out, and the number that its reply will bear. */
typedef struct ClientHead {
    WireFormat format;
    int32_t seqid;
} ClientHead;

/* Names of methods, to compare with those of replies. */
#define CLIENT_METHOD_GET         BASE_SLICE_LITERAL("get")
#define CLIENT_METHOD_MULTI_GET   BASE_SLICE_LITERAL("multi_get")
#define CLIENT_METHOD_PUT         BASE_SLICE_LITERAL("put")
#define CLIENT_METHOD_PING        BASE_SLICE_LITERAL("ping")
#define CLIENT_METHOD_SERVER_INFO BASE_SLICE_LITERAL("server_info")

typedef struct ClientGetOptions {
    int64_t deadline_ms;
    int64_t snapshot_id;
    int64_t if_version_not;
    bool no_value; /* only existence, version, expiry and length */
    int64_t offset;
    int64_t length;
} ClientGetOptions;

typedef struct ClientMultiGetOptions {
    int64_t deadline_ms;
    int64_t snapshot_id;
    int64_t limit_bytes;
    bool no_values;
} ClientMultiGetOptions;

/* Parts of a condition, combined by or. */
typedef enum ClientCheck {
    CLIENT_CHECK_ABSENT = 1 << 0,
    CLIENT_CHECK_PRESENT = 1 << 1,
    CLIENT_CHECK_VERSION_EQUAL = 1 << 2,
    CLIENT_CHECK_VERSION_AT_MOST = 1 << 3,
    CLIENT_CHECK_VALUE_EQUAL = 1 << 4,
} ClientCheck;

typedef struct ClientCondition {
    unsigned checks; /* ClientCheck bits; 0: no condition */
    int64_t version_equal;
    int64_t version_at_most;
    BaseSlice value_equal;
} ClientCondition;

typedef enum ClientExpiryKind {
    CLIENT_EXPIRES_NEVER = 0,
    CLIENT_EXPIRES_AFTER = 1, /* ms after the commit */
    CLIENT_EXPIRES_AT = 2,    /* ms since 1970 */
    CLIENT_EXPIRES_KEEP = 3,  /* as it is now */
} ClientExpiryKind;

typedef struct ClientPutOptions {
    int64_t deadline_ms;
    ClientCondition condition;
    ClientExpiryKind expiry;
    int64_t expiry_ms; /* AFTER, AT */
    bool sync;
    BaseSlice fence_lease; /* empty: no fence */
    int64_t fence_token;
    BaseSlice request_id; /* empty: none */
    bool return_current;
} ClientPutOptions;

bool client_request_get(BaseBuf *out, ClientHead head, BaseSlice store, BaseSlice key,
                        const ClientGetOptions *options);

bool client_request_multi_get(BaseBuf *out, ClientHead head, BaseSlice store, const BaseSlice *keys,
                              uint32_t count, const ClientMultiGetOptions *options);

bool client_request_put(BaseBuf *out, ClientHead head, BaseSlice store, BaseSlice key,
                        BaseSlice value, const ClientPutOptions *options);

bool client_request_ping(BaseBuf *out, ClientHead head, BaseSlice payload);

/* `client`: name and version of the program, for the server's logs. */
bool client_request_server_info(BaseBuf *out, ClientHead head, BaseSlice client,
                                int32_t api_version);

#endif
