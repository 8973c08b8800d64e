/*
 * plain.c: puts without options. See plain.h.
 */
#include "service/store/plain.h"

#include "service/store/check.h"

bool
store_plain_is_served(const Store *store)
{
    return engine_puts_now(store_engine(store));
}

bool
store_plain_check(const Store *store, const StorePutArgs *args, EnginePut *ret_put)
{
    StoreError error; /* the longer way tells it */
    ret_put->key = args->key;
    ret_put->value = args->value;
    return store_check_key(store, args->key, STORE_PLACE_ARGUMENT, "key", &error) &&
           store_check_value(store, args->value, STORE_PLACE_ARGUMENT, "value", &error) &&
           store_check_writable(store, &error) &&
           store_deadline_check(store, &args->options.deadline, &ret_put->deadline_us, &error);
}

bool
store_plain_put(Store *store, EnginePut *puts, size_t count)
{
    return engine_put_now(store_engine(store), puts, count);
}

StoreWriteResult
store_plain_result(const EnginePut *put)
{
    return (StoreWriteResult){
        .applied = true, .reason = STORE_WAS_APPLIED, .version = put->version};
}
