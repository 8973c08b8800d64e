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
    const StoreLimits *limits = store_limits(store);
    StoreError error;
    ret_put->key = args->key;
    ret_put->value = args->value;
    return args->key.len != 0 && args->key.len <= (size_t)limits->key_bytes_max &&
           args->value.len <= (size_t)limits->value_bytes_max &&
           store_mode(store) != STORE_MODE_READ_ONLY &&
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
