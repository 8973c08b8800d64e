/*
 * handler.h: a Store handler without a store, for tests of what lies around it.
 *
 * Each method that it has shows another outcome:
 *
 *   get         found, with the key as the value
 *   multi_get   one item per key, which it echoes
 *   put         InvalidRequest with details
 *   remove      Refused
 *   batch       a number for each mutation
 *   bulk_write  fails with an error that is no exception of the contract
 *   range_info  one info per range, with two split keys
 *
 * The others must not be called.
 */
#ifndef LARDER_TESTS_GOLDEN_HANDLER_H
#define LARDER_TESTS_GOLDEN_HANDLER_H

#include "larder_rpc_store.h"

GType golden_handler_get_type(void);

/* A new processor with such a handler; free it with g_object_unref(). */
ThriftProcessor *golden_processor_new(void);

#endif
