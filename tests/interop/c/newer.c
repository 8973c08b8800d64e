/*
 * newer.c: a C client of a newer contract meets the server of today. CHECKS.md, 71 to 74.
 */
#include "tests/interop/c/common.h"

#include <thrift/c_glib/thrift_application_exception.h>

static LarderRpcColour *
blue(void)
{
    const gint64 shades[] = {1, -1};
    g_autoptr(GArray) list_of_shades = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_array_append_vals(list_of_shades, shades, G_N_ELEMENTS(shades));
    return NEW(COLOUR, "name", "blue", "shades", list_of_shades, NULL);
}

static const char *
check_options_with_more_fields(LarderRpcStoreIf *store)
{
    LarderRpcCondition *absent = NEW(CONDITION, "absent", TRUE, NULL);
    gint64 one = 1;
    g_autoptr(GHashTable) weights = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(weights, "a", &one);
    GPtrArray *nested = list(list(text("x"), BYTES("\x00"), NULL), list_new(), NULL);
    LarderRpcPutOptions *options =
        NEW(PUT_OPTIONS, "condition", absent, "eager", TRUE, "small", -1, "medium", -2, "large", -3,
            "factor", 0.5, "hint", "hint", "colour", blue(), "palette", list(blue(), blue(), NULL),
            "weights", weights, "nested", nested, NULL);
    LarderRpcWriteResult *written = put(store, text("k"), text("v"), options);
    EXPECT(written != NULL && written->applied);
    LarderRpcGetResult *got = get(store, text("k"), NULL);
    EXPECT(got != NULL && got->found && is_text(got->value, "v"));
    EXPECT(!got->__isset_eager && !got->__isset_small && !got->__isset_medium);
    EXPECT(!got->__isset_large && !got->__isset_factor && !got->__isset_hint);
    EXPECT(!got->__isset_colour && !got->__isset_palette && !got->__isset_weights);
    EXPECT(!got->__isset_nested);
    return NULL;
}

static const char *
check_a_method_that_is_missing(LarderRpcStoreIf *store)
{
    LarderRpcColour *painted = NEW(COLOUR, NULL);
    EXPECT(!CALL(store, paint, store, painted, S, text("k"), blue()));
    EXPECT(thrown_is_application(THRIFT_APPLICATION_EXCEPTION_ERROR_UNKNOWN_METHOD));
    LarderRpcPingResult *still = ping(store, text("still"));
    EXPECT(still != NULL && is_text(still->payload, "still"));
    return NULL;
}

static const char *
check_a_value_that_is_missing(LarderRpcStoreIf *store)
{
    LarderRpcMutation *painted =
        NEW(MUTATION, "kind", LARDER_RPC_MUTATION_KIND_PAINT, "key", text("k"), NULL);
    EXPECT(bulk_write(store, list(painted, NULL)) == NULL && thrown.invalid != NULL);
    EXPECT(thrown.invalid->code == LARDER_RPC_INVALID_CODE_OVER_LIMIT);
    EXPECT(is_string(thrown.invalid->field, "mutations[0].kind"));
    EXPECT(thrown.invalid->limit == 4 && thrown.invalid->actual == 90);
    return NULL;
}

static const char *
check_exceptions_with_fewer_fields(LarderRpcStoreIf *scripted)
{
    EXPECT(put(scripted, text("!refuse-overload!retry-200ms:a"), text("v"), NULL) == NULL);
    EXPECT(thrown.refused != NULL && thrown.refused->code == LARDER_RPC_REFUSED_CODE_OVERLOAD);
    EXPECT(thrown.refused->retry_after_ms == 200);
    EXPECT(!thrown.refused->__isset_colour && !thrown.refused->__isset_hint);
    return NULL;
}

int
main(void)
{
    static const Check checks[] = {
        {71, "options with more fields", check_options_with_more_fields},
        {72, "a method that is missing", check_a_method_that_is_missing},
        {73, "a value that is missing", check_a_value_that_is_missing},
        {0, NULL, NULL},
    };
    static const Check scripted_checks[] = {
        {74, "exceptions with fewer fields", check_exceptions_with_fewer_fields},
        {0, NULL, NULL},
    };
    int failed = run(store_open("DATA"), checks) + run(store_open("SCRIPTED"), scripted_checks);
    return failed == 0 ? 0 : 1;
}
