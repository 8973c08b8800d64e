/*
 * plain.h: puts without options, several at a time.
 *
 * Most puts ask for nothing but the put. An engine may have a shorter way for those
 * (engine_put_now()); then nothing of what a StoreWrite is for, and costs, is needed. Whatever
 * stands against a put, or against executing it just now, makes it one for write.h, which says so.
 *
 * Threading: one owner of the puts at a time.
 */
#ifndef LARDER_SERVICE_STORE_PLAIN_H
#define LARDER_SERVICE_STORE_PLAIN_H

#include "service/store/write.h"

/* The most puts of one call. */
enum { STORE_PLAIN_MAX = ENGINE_PUT_NOW_MAX };

/* Whether the store has a shorter way for puts without options. */
bool store_plain_is_served(const Store *store);

/*
 * Whether nothing stands against a put whose options are all unset but for the times of its
 * deadline: its lengths, the mode of the store, the deadline that is preset. Then it is filled in.
 */
bool store_plain_check(const Store *store, const StorePutArgs *args, EnginePut *ret_put);

/*
 * Executes 1 to STORE_PLAIN_MAX puts that were checked, in their order, and sets their versions.
 * False: nothing has happened (engine_put_now()).
 */
bool store_plain_put(Store *store, EnginePut *puts, size_t count);

/* The result of such a put. */
StoreWriteResult store_plain_result(const EnginePut *put);

#endif
