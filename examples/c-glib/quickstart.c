/*
 * quickstart.c: Larder by stock c_glib stubs: put, get, put under a condition, scan, and what can
 * go wrong. The SDK, <larder/client.h>, is less work; this is for programs that have GLib and
 * Thrift anyway.
 */
#include "larder_rpc_store.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/transport/thrift_framed_transport.h>
#include <thrift/c_glib/transport/thrift_socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static LarderRpcStoreIf *store;

/* Where a call leaves its exception, if it throws one. */
static LarderRpcInvalidRequest *invalid;
static LarderRpcNotHere *elsewhere;
static LarderRpcRefused *refused;
static LarderRpcIndeterminate *indeterminate;
static LarderRpcFailed *failed;
static GError *error;

#define THROWN &invalid, &elsewhere, &refused, &indeterminate, &failed, &error

/* Goes on when the call went well; otherwise ends, or goes on after an invalid request. */
static void
check(gboolean fine)
{
    if (fine) {
        return;
    }
    if (invalid != NULL) { /* correct the call */
        printf("invalid request: %s\n", invalid->message);
        g_clear_object(&invalid);
        g_clear_error(&error);
        return;
    }
    if (refused != NULL) { /* certainly not executed: try again later */
        fprintf(stderr, "refused: %s; try again in %lld ms\n", refused->message,
                (long long)refused->retry_after_ms);
    } else {
        fprintf(stderr, "%s\n", error != NULL ? error->message : "another exception");
    }
    exit(1);
}

static GByteArray *
bytes(const char *text)
{
    return g_byte_array_append(g_byte_array_new(), (const guint8 *)text, (guint)strlen(text));
}

/* Puts under a condition, which may be NULL and is taken over. */
static gboolean
put(const char *key, const char *value, LarderRpcCondition *condition)
{
    GByteArray *key_bytes = bytes(key);
    GByteArray *value_bytes = bytes(value);
    LarderRpcPutOptions *options = g_object_new(LARDER_RPC_TYPE_PUT_OPTIONS, NULL);
    LarderRpcWriteResult *result = g_object_new(LARDER_RPC_TYPE_WRITE_RESULT, NULL);
    if (condition != NULL) {
        g_object_set(options, "condition", condition, NULL);
        g_object_unref(condition);
    }
    check(larder_rpc_store_if_put(store, &result, "default", key_bytes, value_bytes, options,
                                  THROWN));
    gboolean applied = result->applied;
    g_byte_array_unref(key_bytes);
    g_byte_array_unref(value_bytes);
    g_object_unref(options);
    g_object_unref(result);
    return applied;
}

/* Returns a result, which the caller unrefs. */
static LarderRpcGetResult *
get(const char *store_name, const char *key)
{
    GByteArray *key_bytes = bytes(key);
    LarderRpcGetOptions *options = g_object_new(LARDER_RPC_TYPE_GET_OPTIONS, NULL);
    LarderRpcGetResult *result = g_object_new(LARDER_RPC_TYPE_GET_RESULT, NULL);
    check(larder_rpc_store_if_get(store, &result, store_name, key_bytes, options, THROWN));
    g_byte_array_unref(key_bytes);
    g_object_unref(options);
    return result;
}

static void
print_cities(void)
{
    GByteArray *prefix = bytes("city:");
    LarderRpcKeyRange *cities = g_object_new(LARDER_RPC_TYPE_KEY_RANGE, "prefix", prefix, NULL);
    LarderRpcScanOptions *options = g_object_new(LARDER_RPC_TYPE_SCAN_OPTIONS, NULL);
    LarderRpcScanResult *page = g_object_new(LARDER_RPC_TYPE_SCAN_RESULT, NULL);
    check(larder_rpc_store_if_scan(store, &page, "default", cities, options, THROWN));
    for (guint i = 0; i < page->items->len; i++) {
        LarderRpcScanItem *item = g_ptr_array_index(page->items, i);
        printf("%.*s has %.*s million people\n", (int)item->key->len, item->key->data,
               (int)item->value->len, item->value->data);
    }
    g_byte_array_unref(prefix);
    g_object_unref(cities);
    g_object_unref(options);
    g_object_unref(page);
}

static void
quickstart(void)
{
    put("greeting", "hello", NULL);
    LarderRpcGetResult *found = get("default", "greeting");
    printf("greeting is %.*s\n", (int)found->value->len, found->value->data);

    /* A condition that does not hold is a result, not an error. */
    if (!put("greeting", "welcome",
             g_object_new(LARDER_RPC_TYPE_CONDITION, "absent", TRUE, NULL))) {
        printf("not created: greeting is there already\n");
    }
    if (put("greeting", "welcome",
            g_object_new(LARDER_RPC_TYPE_CONDITION, "version_equal", found->version, NULL))) {
        printf("replaced: nobody had changed greeting\n");
    }
    g_object_unref(found);

    put("city:Cairo", "10", NULL);
    put("city:Lima", "11", NULL);
    put("city:Oslo", "1", NULL);
    print_cities();

    g_object_unref(get("nowhere", "greeting"));
}

int
main(void)
{
    const char *port = getenv("LARDER_PORT");
    ThriftSocket *socket = g_object_new(THRIFT_TYPE_SOCKET, "hostname", "127.0.0.1", "port",
                                        port != NULL ? (guint)strtoul(port, NULL, 10) : 7400, NULL);
    ThriftTransport *transport =
        g_object_new(THRIFT_TYPE_FRAMED_TRANSPORT, "transport", socket, NULL);
    ThriftProtocol *protocol =
        g_object_new(THRIFT_TYPE_BINARY_PROTOCOL, "transport", transport, NULL);
    check(thrift_transport_open(transport, &error));
    store = g_object_new(LARDER_RPC_TYPE_STORE_CLIENT, "input_protocol", protocol,
                         "output_protocol", protocol, NULL);
    quickstart();
    thrift_transport_close(transport, NULL);
    g_object_unref(store);
    g_object_unref(protocol);
    g_object_unref(transport);
    g_object_unref(socket);
    return 0;
}
