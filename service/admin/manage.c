/*
 * manage.c: store_list and drain.
 *
 * drain asks the server to stop taking work and then looks, again and again, whether what is in
 * flight has ended. It sleeps in between and so holds its own worker only. Looking is cheap, and
 * the pause is short against what an operator waits for anyway.
 */
#include "service/admin/error.h"
#include "service/admin/handler.h"
#include "service/admin/options.h"
#include "service/store/set.h"

#include <time.h>

enum { PAUSE_US = 5000 }; /* between two looks of a drain */

/* -------------------------------------------------------------------------------- store_list -- */

static void
fill_info(LarderRpcStoreInfo *info, const Store *store)
{
    info->name = g_strdup(store_name(store));
    info->engine = g_strdup(store_engine(store)->engine_class->name);
    for (size_t i = 0; store_capability_at(store, i) != NULL; i++) {
        g_ptr_array_add(info->capabilities, g_strdup(store_capability_at(store, i)));
    }
    info->durability = g_strdup(store_durability(store));
    info->generation = store_generation(store);
}

/* StoreState.state of the IDL. */
static const char *
state_of(const Store *store)
{
    if (!base_is_ok(engine_status(store_engine(store)))) {
        return "poisoned";
    }
    return store_mode(store) == STORE_MODE_READ_ONLY ? "read_only" : "serving";
}

static LarderRpcStoreState *
describe(const Store *store)
{
    LarderRpcStoreState *state = g_object_new(LARDER_RPC_TYPE_STORE_STATE, NULL);
    fill_info(state->info, store);
    state->spec->name = g_strdup(store_name(store));
    state->spec->engine = g_strdup(store_engine(store)->engine_class->name);
    state->state = g_strdup(state_of(store));
    return state;
}

static gboolean
store_list(LarderRpcAdminIf *iface, LarderRpcStoreListResult **ret_result,
           const LarderRpcAdminOptions *options, ADMIN_THROWS)
{
    AdminHandler *self = admin_handler_of(iface);
    LarderRpcStoreListResult *result = *ret_result;
    StoreError failure;
    if (!admin_options_check(options, &failure)) {
        return admin_error_invalid(&failure, self->call, invalid);
    }
    for (size_t i = 0; store_set_at(self->context->stores, i) != NULL; i++) {
        g_ptr_array_add(result->stores, describe(store_set_at(self->context->stores, i)));
    }
    result->server_us = admin_elapsed_us(self->context, self->call);
    return TRUE;
}

/* ------------------------------------------------------------------------------------- drain -- */

/* Waits until nothing is in flight, at most until `until_us`; returns what is left. */
static AdminLoad
wait_idle(const AdminContext *context, int64_t until_us)
{
    AdminLoad load = {0, 0};
    context->hooks.load(context->hooks.user, &load);
    while (load.in_flight > 0 && base_clock_monotonic_us(context->clock) < until_us) {
        struct timespec pause = {.tv_nsec = PAUSE_US * 1000};
        nanosleep(&pause, NULL);
        context->hooks.load(context->hooks.user, &load);
    }
    return load;
}

static gboolean
drain(LarderRpcAdminIf *iface, LarderRpcDrainResult **ret_result, const gint64 wait_ms,
      const LarderRpcAdminOptions *options, ADMIN_THROWS)
{
    AdminHandler *self = admin_handler_of(iface);
    const AdminHooks *hooks = &self->context->hooks;
    StoreError failure;
    bool dry_run = admin_options_dry_run(options);
    if (!admin_options_check(options, &failure)) {
        return admin_error_invalid(&failure, self->call, invalid);
    }
    if (wait_ms < 0 || wait_ms > ADMIN_DRAIN_WAIT_MAX_MS) {
        store_error_range(&failure, "wait_ms", wait_ms, 0, ADMIN_DRAIN_WAIT_MAX_MS, "ms");
        return admin_error_invalid(&failure, self->call, invalid);
    }
    if (!dry_run) {
        hooks->drain_begin(hooks->user);
    }
    int64_t budget_ms = admin_options_budget_ms(options, wait_ms, wait_ms);
    int64_t until_us = dry_run ? 0 : self->call->arrival_us + budget_ms * 1000;
    AdminLoad load = wait_idle(self->context, until_us);
    LarderRpcDrainResult *result = *ret_result;
    result->drained = load.in_flight == 0;
    result->in_flight = load.in_flight;
    result->connections = load.connections;
    result->server_us = admin_elapsed_us(self->context, self->call);
    return TRUE;
}

void
admin_manage_enter(LarderRpcAdminHandlerClass *methods)
{
    methods->store_list = store_list;
    methods->drain = drain;
}
