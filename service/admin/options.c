/*
 * options.c: the options that all methods of Admin share. See options.h.
 */
#include "service/admin/options.h"

enum {
    DEADLINE_MS_MAX = 3600000,
    NOTE_BYTES_MAX = 256,
};

bool
admin_options_check(const LarderRpcAdminOptions *options, StoreError *ret_error)
{
    if (options->__isset_deadline_ms &&
        (options->deadline_ms < 1 || options->deadline_ms > DEADLINE_MS_MAX)) {
        return store_error_range(ret_error, "options.deadline_ms", options->deadline_ms, 1,
                                 DEADLINE_MS_MAX, "ms");
    }
    size_t note_bytes = options->__isset_note ? strlen(options->note) : 0;
    if (note_bytes > NOTE_BYTES_MAX) {
        return store_error_range(ret_error, "options.note", (int64_t)note_bytes, 0, NOTE_BYTES_MAX,
                                 "bytes");
    }
    return true;
}

bool
admin_options_check_generation(const LarderRpcAdminOptions *options, const Store *store,
                               StoreError *ret_error)
{
    int64_t generation = store_generation(store);
    if (!options->__isset_expected_generation || options->expected_generation == generation) {
        return true;
    }
    return store_error_invalid(ret_error, STORE_INVALID_GENERATION_CHANGED,
                               "options.expected_generation",
                               "store %s has generation %lld, not %lld", store_name(store),
                               (long long)generation, (long long)options->expected_generation);
}

int64_t
admin_options_budget_ms(const LarderRpcAdminOptions *options, int64_t preset, int64_t highest)
{
    int64_t wanted = options->__isset_deadline_ms ? options->deadline_ms : preset;
    return wanted < highest ? wanted : highest;
}
