/*
 * common.c: connections, short calls, and TAP. See common.h.
 */
#include "tests/interop/c/common.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/thrift_application_exception.h>
#include <thrift/c_glib/thrift_configuration.h>
#include <thrift/c_glib/transport/thrift_buffered_transport.h>
#include <thrift/c_glib/transport/thrift_framed_transport.h>
#include <thrift/c_glib/transport/thrift_socket.h>

Thrown thrown;

/* -------------------------------------------------------------------------------------- pool -- */

typedef struct Pooled {
    gpointer thing;
    GDestroyNotify free;
} Pooled;

static GArray *pool;

static gpointer
keep(gpointer thing, GDestroyNotify free_thing)
{
    Pooled pooled = {thing, free_thing};
    if (pool == NULL) {
        pool = g_array_new(FALSE, FALSE, sizeof pooled);
    }
    g_array_append_val(pool, pooled);
    return thing;
}

static void
pool_empty(void)
{
    for (guint i = 0; pool != NULL && i < pool->len; i++) {
        Pooled *pooled = &g_array_index(pool, Pooled, i);
        pooled->free(pooled->thing);
    }
    if (pool != NULL) {
        g_array_set_size(pool, 0);
    }
}

gpointer
pool_object(gpointer object)
{
    return keep(object, g_object_unref);
}

GByteArray *
pool_bytes(const void *data, size_t len)
{
    GByteArray *bytes = keep(g_byte_array_new(), (GDestroyNotify)g_byte_array_unref);
    return g_byte_array_append(bytes, data, (guint)len);
}

GPtrArray *
list_new(void)
{
    return keep(g_ptr_array_new(), (GDestroyNotify)g_ptr_array_unref);
}

GPtrArray *
list(gpointer first, ...)
{
    GPtrArray *items = list_new();
    va_list rest;
    va_start(rest, first);
    for (gpointer item = first; item != NULL; item = va_arg(rest, gpointer)) {
        g_ptr_array_add(items, item);
    }
    va_end(rest);
    return items;
}

/* ------------------------------------------------------------------------------------- bytes -- */

GByteArray *
text(const char *text)
{
    return pool_bytes(text, strlen(text));
}

GByteArray *
numbered(const char *prefix, int number, int digits)
{
    char buffer[32];
    (void)snprintf(buffer, sizeof buffer, "%s%0*d", prefix, digits, number);
    return text(buffer);
}

GByteArray *
pattern(size_t len)
{
    GByteArray *bytes = pool_bytes("", 0);
    g_byte_array_set_size(bytes, (guint)len);
    for (size_t i = 0; i < len; i++) {
        bytes->data[i] = (guint8)(i % 251);
    }
    return bytes;
}

GByteArray *
big_endian(gint64 number)
{
    gint64 turned = GINT64_TO_BE(number);
    return pool_bytes(&turned, sizeof turned);
}

bool
is(const GByteArray *found, const GByteArray *wanted)
{
    return found != NULL && found->len == wanted->len &&
           (wanted->len == 0 || memcmp(found->data, wanted->data, wanted->len) == 0);
}

bool
is_text(const GByteArray *found, const char *wanted)
{
    return is(found, text(wanted));
}

bool
is_string(const char *found, const char *wanted)
{
    return strcmp(found != NULL ? found : "", wanted) == 0;
}

/* ------------------------------------------------------------------------------------ thrown -- */

void
thrown_clear(void)
{
    g_clear_object(&thrown.invalid);
    g_clear_object(&thrown.elsewhere);
    g_clear_object(&thrown.refused);
    g_clear_object(&thrown.indeterminate);
    g_clear_object(&thrown.failed);
    g_clear_error(&thrown.error);
}

bool
thrown_is_application(int code)
{
    return g_error_matches(thrown.error, THRIFT_APPLICATION_EXCEPTION_ERROR, code);
}

const char *
problem(const char *condition, int line)
{
    static char buffer[512];
    const char *error = thrown.error != NULL ? thrown.error->message : "nothing";
    const char *message = thrown.invalid != NULL ? thrown.invalid->message : "";
    (void)snprintf(buffer, sizeof buffer, "line %d: %.200s (thrown: %.100s %.100s)", line,
                   condition, error, message);
    return buffer;
}

/* ------------------------------------------------------------------------------------- parts -- */

LarderRpcMutation *
put_of(GByteArray *key, GByteArray *value, LarderRpcCondition *condition)
{
    LarderRpcMutation *mutation =
        NEW(MUTATION, "kind", LARDER_RPC_MUTATION_KIND_PUT, "key", key, "value", value, NULL);
    if (condition != NULL) {
        g_object_set(mutation, "condition", condition, NULL);
    }
    return mutation;
}

LarderRpcMutation *
increment_of(GByteArray *key, gint64 delta)
{
    return NEW(MUTATION, "kind", LARDER_RPC_MUTATION_KIND_INCREMENT, "key", key, "delta", delta,
               NULL);
}

LarderRpcKeyRange *
everything(void)
{
    return NEW(KEY_RANGE, NULL);
}

LarderRpcKeyRange *
prefix_range(const char *prefix)
{
    return NEW(KEY_RANGE, "prefix", text(prefix), NULL);
}

LarderRpcPutOptions *
put_under(LarderRpcCondition *condition, bool return_current)
{
    return NEW(PUT_OPTIONS, "condition", condition, "return_current", (gboolean)return_current,
               NULL);
}

/* ------------------------------------------------------------------------------------- calls -- */

LarderRpcPingResult *
ping(LarderRpcStoreIf *store, GByteArray *payload)
{
    LarderRpcPingResult *result = NEW(PING_RESULT, NULL);
    return CALL(store, ping, store, result, payload) ? result : NULL;
}

LarderRpcGetResult *
get(LarderRpcStoreIf *store, GByteArray *key, LarderRpcGetOptions *options)
{
    LarderRpcGetOptions *given = options != NULL ? options : NEW(GET_OPTIONS, NULL);
    LarderRpcGetResult *result = NEW(GET_RESULT, NULL);
    return CALL(store, get, store, result, S, key, given) ? result : NULL;
}

LarderRpcWriteResult *
put(LarderRpcStoreIf *store, GByteArray *key, GByteArray *value, LarderRpcPutOptions *options)
{
    LarderRpcPutOptions *given = options != NULL ? options : NEW(PUT_OPTIONS, NULL);
    LarderRpcWriteResult *result = NEW(WRITE_RESULT, NULL);
    return CALL(store, put, store, result, S, key, value, given) ? result : NULL;
}

LarderRpcIncrementResult *
increment(LarderRpcStoreIf *store, GByteArray *key, gint64 delta,
          LarderRpcIncrementOptions *options)
{
    LarderRpcIncrementOptions *given = options != NULL ? options : NEW(INCREMENT_OPTIONS, NULL);
    LarderRpcIncrementResult *result = NEW(INCREMENT_RESULT, NULL);
    return CALL(store, increment, store, result, S, key, delta, given) ? result : NULL;
}

LarderRpcScanResult *
scan(LarderRpcStoreIf *store, LarderRpcKeyRange *range, LarderRpcScanOptions *options)
{
    LarderRpcScanOptions *given = options != NULL ? options : NEW(SCAN_OPTIONS, NULL);
    LarderRpcScanResult *result = NEW(SCAN_RESULT, NULL);
    return CALL(store, scan, store, result, S, range, given) ? result : NULL;
}

LarderRpcBulkWriteResult *
bulk_write(LarderRpcStoreIf *store, GPtrArray *mutations)
{
    LarderRpcBulkWriteOptions *options = NEW(BULK_WRITE_OPTIONS, NULL);
    LarderRpcBulkWriteResult *result = NEW(BULK_WRITE_RESULT, NULL);
    return CALL(store, bulk_write, store, result, S, mutations, options) ? result : NULL;
}

LarderRpcRemoveRangeResult *
remove_range(LarderRpcStoreIf *store, LarderRpcKeyRange *range,
             LarderRpcRemoveRangeOptions *options)
{
    LarderRpcRemoveRangeOptions *given =
        options != NULL ? options : NEW(REMOVE_RANGE_OPTIONS, NULL);
    LarderRpcRemoveRangeResult *result = NEW(REMOVE_RANGE_RESULT, NULL);
    return CALL(store, remove_range, store, result, S, range, given) ? result : NULL;
}

/* ------------------------------------------------------------------------------- connections -- */

static const char *
setting(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL) {
        (void)fprintf(stderr, "%s is not set\n", name);
        exit(2);
    }
    return value;
}

/*
 * The library takes frames of up to 16,384,000 bytes, unless told otherwise. A page of a scan that
 * asks for the contract's most is longer; reply_bytes in server_info is the longest frame of all.
 */
enum { LONGEST_FRAME = 33554432 };

ThriftProtocol *
protocol_open(const char *server)
{
    g_autofree char *name = g_strdup_printf("INTEROP_%s_PORT", server);
    guint port = (guint)g_ascii_strtoull(setting(name), NULL, 10);
    ThriftSocket *socket =
        g_object_new(THRIFT_TYPE_SOCKET, "hostname", "127.0.0.1", "port", port, NULL);
    bool framed = is_string(setting("INTEROP_FRAMING"), "framed");
    GType transport_type = framed ? THRIFT_TYPE_FRAMED_TRANSPORT : THRIFT_TYPE_BUFFERED_TRANSPORT;
    ThriftConfiguration *limits =
        g_object_new(THRIFT_TYPE_CONFIGURATION, "max_frame_size", LONGEST_FRAME, NULL);
    ThriftTransport *transport =
        g_object_new(transport_type, "transport", socket, "configuration", limits, NULL);
    GError *error = NULL;
    if (!thrift_transport_open(transport, &error)) {
        (void)fprintf(stderr, "%s: %s\n", server, error->message);
        exit(2);
    }
    bool compact = is_string(setting("INTEROP_PROTOCOL"), "compact");
    GType protocol_type = compact ? THRIFT_TYPE_COMPACT_PROTOCOL : THRIFT_TYPE_BINARY_PROTOCOL;
    return g_object_new(protocol_type, "transport", transport, NULL);
}

LarderRpcStoreIf *
store_open(const char *server)
{
    ThriftProtocol *protocol = protocol_open(server);
    return g_object_new(LARDER_RPC_TYPE_STORE_CLIENT, "input_protocol", protocol, "output_protocol",
                        protocol, NULL);
}

/* -------------------------------------------------------------------------------------- runs -- */

int
run(LarderRpcStoreIf *store, const Check *checks)
{
    int failed = 0;
    for (const Check *check = checks; check->name != NULL; check++) {
        const char *wrong = remove_range(store, everything(), NULL) != NULL
                                ? check->run(store)
                                : problem("remove_range", __LINE__);
        if (wrong == NULL) {
            printf("ok %d - %s\n", check->number, check->name);
        } else {
            printf("not ok %d - %s: %s\n", check->number, check->name, wrong);
            failed++;
        }
        (void)fflush(stdout);
        thrown_clear();
        pool_empty();
    }
    return failed;
}
