/*
 * options.h: the options that all methods of Admin share.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_SERVICE_ADMIN_OPTIONS_H
#define LARDER_SERVICE_ADMIN_OPTIONS_H

#include "larder_rpc_larder_types.h"
#include "service/store/store.h"

/* Checks deadline_ms and note. */
bool admin_options_check(const LarderRpcAdminOptions *options, StoreError *ret_error);

/* Checks expected_generation against a store. */
bool admin_options_check_generation(const LarderRpcAdminOptions *options, const Store *store,
                                    StoreError *ret_error);

static inline bool
admin_options_dry_run(const LarderRpcAdminOptions *options)
{
    return options->__isset_dry_run && options->dry_run;
}

/* The budget of the call in milliseconds; `preset` when it names none; at most `highest`. */
int64_t admin_options_budget_ms(const LarderRpcAdminOptions *options, int64_t preset,
                                int64_t highest);

#endif
