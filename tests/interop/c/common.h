/*
 * common.h: what the three C programs share: connections, short calls, and TAP.
 *
 * A check is a function that returns NULL when all holds, and otherwise what does not. Objects that
 * it makes belong to a pool, which is emptied after each check, so that no check frees anything.
 *
 * The generated client cannot leave a struct out of a call: absent options are empty ones here.
 *
 * Threading: one thread.
 */
#ifndef LARDER_TESTS_INTEROP_C_COMMON_H
#define LARDER_TESTS_INTEROP_C_COMMON_H

#include <larder_rpc_store.h>
#include <stdbool.h>

#define S "default"

/* What the latest call ended with instead of a result. */
typedef struct Thrown {
    LarderRpcInvalidRequest *invalid;
    LarderRpcNotHere *elsewhere;
    LarderRpcRefused *refused;
    LarderRpcIndeterminate *indeterminate;
    LarderRpcFailed *failed;
    GError *error; /* of Thrift itself; set for the exceptions of the contract too */
} Thrown;

extern Thrown thrown;

/* Frees what the latest call has thrown. */
void thrown_clear(void);

/* Whether the latest call was answered by this TApplicationException. */
bool thrown_is_application(int code);

/* Where a generated call puts its exceptions. */
#define THROWN                                                                                  \
    &thrown.invalid, &thrown.elsewhere, &thrown.refused, &thrown.indeterminate, &thrown.failed, \
        &thrown.error

/* CALL(store, ping, client, result, payload): a call of the generated client. */
#define CALL(service, method, client, result, ...) \
    (thrown_clear(), larder_rpc_##service##_client_##method(client, &(result), __VA_ARGS__, THROWN))

/* Leaves a check when the condition does not hold. */
#define EXPECT(condition)                         \
    do {                                          \
        if (!(condition)) {                       \
            return problem(#condition, __LINE__); \
        }                                         \
    } while (0)

/* What does not hold, with what the latest call has thrown. */
const char *problem(const char *condition, int line);

/* The pool takes over an object, a list or bytes, and returns it. */
gpointer pool_object(gpointer object);
GByteArray *pool_bytes(const void *data, size_t len);

/* NEW(PUT_OPTIONS, "name", value, ..., NULL): a generated object of the pool. */
#define NEW(TYPE, ...) pool_object(g_object_new(LARDER_RPC_TYPE_##TYPE, __VA_ARGS__))

/* A list of the pool; the last argument is NULL. */
GPtrArray *list(gpointer first, ...) G_GNUC_NULL_TERMINATED;
GPtrArray *list_new(void);

/* Bytes of the pool. */
GByteArray *text(const char *text);
GByteArray *numbered(const char *prefix, int number, int digits);
GByteArray *pattern(size_t len); /* byte i is i modulo 251 */
GByteArray *big_endian(gint64 number);
#define BYTES(literal) pool_bytes(literal, sizeof(literal) - 1)

/* Whether bytes are these; none are not. */
bool is(const GByteArray *found, const GByteArray *wanted);
bool is_text(const GByteArray *found, const char *wanted);
/* The same of a string; c_glib reads an empty one as NULL. */
bool is_string(const char *found, const char *wanted);

/* Parts of requests. */
LarderRpcMutation *put_of(GByteArray *key, GByteArray *value, LarderRpcCondition *condition);
LarderRpcMutation *increment_of(GByteArray *key, gint64 delta);
LarderRpcKeyRange *everything(void);
LarderRpcKeyRange *prefix_range(const char *prefix);
LarderRpcPutOptions *put_under(LarderRpcCondition *condition, bool return_current);

/* Calls; NULL: something was thrown. Options may be NULL. */
LarderRpcPingResult *ping(LarderRpcStoreIf *store, GByteArray *payload);
LarderRpcGetResult *get(LarderRpcStoreIf *store, GByteArray *key, LarderRpcGetOptions *options);
LarderRpcWriteResult *put(LarderRpcStoreIf *store, GByteArray *key, GByteArray *value,
                          LarderRpcPutOptions *options);
LarderRpcIncrementResult *increment(LarderRpcStoreIf *store, GByteArray *key, gint64 delta,
                                    LarderRpcIncrementOptions *options);
LarderRpcScanResult *scan(LarderRpcStoreIf *store, LarderRpcKeyRange *range,
                          LarderRpcScanOptions *options);
LarderRpcBulkWriteResult *bulk_write(LarderRpcStoreIf *store, GPtrArray *mutations);
LarderRpcRemoveRangeResult *remove_range(LarderRpcStoreIf *store, LarderRpcKeyRange *range,
                                         LarderRpcRemoveRangeOptions *options);

/* The connection to a server of the environment ("DATA", ...). It is kept until the end. */
ThriftProtocol *protocol_open(const char *server);
LarderRpcStoreIf *store_open(const char *server);

typedef struct Check {
    int number;
    const char *name;
    const char *(*run)(LarderRpcStoreIf *store);
} Check;

/* Runs checks of a server, each of which begins without keys; the last has no name. Returns how
 * many failed. */
int run(LarderRpcStoreIf *store, const Check *checks);

/* The lists of checks of the program for today's contract. */
extern const Check data_checks[];
extern const Check many_checks[];
extern const Check refused_checks[];
extern const Check message_checks[];
extern const Check management_checks[];
extern const Check outcome_checks[];
extern const Check older_server_checks[];
extern const Check newer_server_checks[];

#endif
