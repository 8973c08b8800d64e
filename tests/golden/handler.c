/*
 * handler.c: a Store handler without a store. See handler.h.
 */
#include "tests/golden/handler.h"

#include <thrift/c_glib/thrift_application_exception.h>

typedef struct GoldenHandler {
    LarderRpcStoreHandler parent;
} GoldenHandler;

typedef struct GoldenHandlerClass {
    LarderRpcStoreHandlerClass parent;
} GoldenHandlerClass;

G_DEFINE_TYPE(GoldenHandler, golden_handler, LARDER_RPC_TYPE_STORE_HANDLER)

/* Where a handler puts an exception of the contract, and an error that is none; in this order. */
#define OUTCOMES                                                                                 \
    LarderRpcInvalidRequest **invalid, LarderRpcNotHere **elsewhere, LarderRpcRefused **refused, \
        LarderRpcIndeterminate **indeterminate, LarderRpcFailed **failed, GError **error

#define UNUSED_OUTCOMES \
    (void)invalid, (void)elsewhere, (void)refused, (void)indeterminate, (void)failed, (void)error

static GByteArray *
copy_of(const GByteArray *bytes)
{
    return g_byte_array_append(g_byte_array_new(), bytes->data, bytes->len);
}

static gboolean
get(LarderRpcStoreIf *self, LarderRpcGetResult **ret_result, const gchar *store,
    const GByteArray *key, const LarderRpcGetOptions *options, OUTCOMES)
{
    (void)self, (void)store, (void)options;
    UNUSED_OUTCOMES;
    GByteArray *value = copy_of(key);
    g_object_set(*ret_result, "found", TRUE, "value", value, "version", (gint64)7, NULL);
    g_byte_array_unref(value);
    return TRUE;
}

static gboolean
multi_get(LarderRpcStoreIf *self, LarderRpcMultiGetResult **ret_result, const gchar *store,
          const GPtrArray *keys, const LarderRpcMultiGetOptions *options, OUTCOMES)
{
    (void)self, (void)store, (void)options;
    UNUSED_OUTCOMES;
    for (guint i = 0; i < keys->len; i++) {
        LarderRpcGetItem *item = g_object_new(LARDER_RPC_TYPE_GET_ITEM, NULL);
        item->found = TRUE;
        item->value = copy_of(g_ptr_array_index(keys, i));
        item->__isset_value = TRUE;
        g_ptr_array_add((*ret_result)->items, item);
    }
    return TRUE;
}

static gboolean
put(LarderRpcStoreIf *self, LarderRpcWriteResult **ret_result, const gchar *store,
    const GByteArray *key, const GByteArray *value, const LarderRpcPutOptions *options, OUTCOMES)
{
    (void)self, (void)ret_result, (void)store, (void)key, (void)value, (void)options;
    UNUSED_OUTCOMES;
    *invalid = g_object_new(LARDER_RPC_TYPE_INVALID_REQUEST, "code",
                            LARDER_RPC_INVALID_CODE_OVER_LIMIT, "message", "too long", NULL);
    g_hash_table_insert((*invalid)->details, g_strdup("limit"), g_strdup("1024"));
    return FALSE;
}

static gboolean
remove_key(LarderRpcStoreIf *self, LarderRpcWriteResult **ret_result, const gchar *store,
           const GByteArray *key, const LarderRpcRemoveOptions *options, OUTCOMES)
{
    (void)self, (void)ret_result, (void)store, (void)key, (void)options;
    UNUSED_OUTCOMES;
    *refused = g_object_new(LARDER_RPC_TYPE_REFUSED, "code", LARDER_RPC_REFUSED_CODE_OVERLOAD,
                            "message", "later", "scope", "server", NULL);
    return FALSE;
}

static gboolean
batch(LarderRpcStoreIf *self, LarderRpcBatchResult **ret_result, const gchar *store,
      const GPtrArray *mutations, const LarderRpcBatchOptions *options, OUTCOMES)
{
    (void)self, (void)store, (void)options;
    UNUSED_OUTCOMES;
    for (gint64 i = 0; i < mutations->len; i++) {
        g_array_append_val((*ret_result)->numbers, i);
    }
    return TRUE;
}

static gboolean
bulk_write(LarderRpcStoreIf *self, LarderRpcBulkWriteResult **ret_result, const gchar *store,
           const GPtrArray *mutations, const LarderRpcBulkWriteOptions *options, OUTCOMES)
{
    (void)self, (void)ret_result, (void)store, (void)mutations, (void)options;
    UNUSED_OUTCOMES;
    g_set_error(error, THRIFT_APPLICATION_EXCEPTION_ERROR,
                THRIFT_APPLICATION_EXCEPTION_ERROR_INTERNAL_ERROR, "broken");
    return FALSE;
}

static gboolean
range_info(LarderRpcStoreIf *self, LarderRpcRangeInfoResult **ret_result, const gchar *store,
           const GPtrArray *ranges, const LarderRpcRangeInfoOptions *options, OUTCOMES)
{
    (void)self, (void)store, (void)options;
    UNUSED_OUTCOMES;
    for (guint i = 0; i < ranges->len; i++) {
        LarderRpcRangeInfo *info = g_object_new(LARDER_RPC_TYPE_RANGE_INFO, NULL);
        info->dead_ratio = 0.25;
        g_ptr_array_add(info->split_keys,
                        g_byte_array_append(g_byte_array_new(), (const guint8 *)"a", 1));
        g_ptr_array_add(info->split_keys, g_byte_array_new());
        g_ptr_array_add((*ret_result)->infos, info);
    }
    return TRUE;
}

static void
golden_handler_init(GoldenHandler *handler)
{
    (void)handler;
}

static void
golden_handler_class_init(GoldenHandlerClass *class)
{
    class->parent.get = get;
    class->parent.multi_get = multi_get;
    class->parent.put = put;
    class->parent.remove = remove_key;
    class->parent.batch = batch;
    class->parent.bulk_write = bulk_write;
    class->parent.range_info = range_info;
}

ThriftProcessor *
golden_processor_new(void)
{
    GObject *handler = g_object_new(golden_handler_get_type(), NULL);
    ThriftProcessor *processor =
        g_object_new(LARDER_RPC_TYPE_STORE_PROCESSOR, "handler", handler, NULL);
    g_object_unref(handler);
    return processor;
}
