/*
 * outcomes.c: checks 41 to 47: every exception with its fields, from a server with a script.
 */
#include "tests/interop/c/common.h"

#include <larder_rpc_admin.h>
#include <larder_rpc_observe.h>

static bool
is_said(const char *message, GHashTable *details)
{
    return !is_string(message, "") && g_hash_table_size(details) == 0;
}

static LarderRpcWriteResult *
scripted_put(LarderRpcStoreIf *scripted, const char *key)
{
    return put(scripted, text(key), text("v"), NULL);
}

static const char *
check_refused(LarderRpcStoreIf *scripted)
{
    EXPECT(scripted_put(scripted, "!refuse-overload!retry-200ms:a") == NULL);
    const LarderRpcRefused *refused = thrown.refused;
    EXPECT(refused != NULL && refused->code == LARDER_RPC_REFUSED_CODE_OVERLOAD);
    EXPECT(is_said(refused->message, refused->details) && refused->retry_after_ms == 200);
    EXPECT(is_string(refused->scope, "store:default"));
    return NULL;
}

static const char *
check_every_refusal(LarderRpcStoreIf *scripted)
{
    static const struct {
        const char *key;
        LarderRpcRefusedCode code;
    } refusals[] = {
        {"!refuse-disk_full:a", LARDER_RPC_REFUSED_CODE_DISK_FULL},
        {"!refuse-memory_full:a", LARDER_RPC_REFUSED_CODE_MEMORY_FULL},
        {"!refuse-closing:a", LARDER_RPC_REFUSED_CODE_DRAINING},
        {"!refuse-deadline:a", LARDER_RPC_REFUSED_CODE_DEADLINE},
        {"!refuse-read_only:a", LARDER_RPC_REFUSED_CODE_READ_ONLY},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
        EXPECT(scripted_put(scripted, refusals[i].key) == NULL);
        EXPECT(thrown.refused != NULL && thrown.refused->code == refusals[i].code);
    }
    return NULL;
}

static const char *
check_indeterminate(LarderRpcStoreIf *scripted)
{
    EXPECT(scripted_put(scripted, "!unknown:a") == NULL && thrown.indeterminate != NULL);
    EXPECT(thrown.indeterminate->code == LARDER_RPC_INDETERMINATE_CODE_ENGINE_UNKNOWN);
    EXPECT(is_said(thrown.indeterminate->message, thrown.indeterminate->details));
    EXPECT(is_text(thrown.indeterminate->request_id, ""));
    LarderRpcGetResult *got = get(scripted, text("!unknown:a"), NULL);
    EXPECT(got != NULL && !got->found);

    EXPECT(scripted_put(scripted, "!unknown-applied:b") == NULL && thrown.indeterminate != NULL);
    EXPECT(thrown.indeterminate->code == LARDER_RPC_INDETERMINATE_CODE_ENGINE_UNKNOWN);
    got = get(scripted, text("!unknown-applied:b"), NULL);
    EXPECT(got != NULL && got->found);

    LarderRpcPutOptions *hurried = NEW(PUT_OPTIONS, "deadline_ms", (gint64)200, NULL);
    EXPECT(put(scripted, text("!delay-1000ms:c"), text("v"), hurried) == NULL);
    EXPECT(thrown.indeterminate != NULL &&
           thrown.indeterminate->code == LARDER_RPC_INDETERMINATE_CODE_DEADLINE);
    return NULL;
}

static const char *
check_failed(LarderRpcStoreIf *scripted)
{
    EXPECT(scripted_put(scripted, "!fail-corruption:a") == NULL && thrown.failed != NULL);
    EXPECT(thrown.failed->code == LARDER_RPC_FAILED_CODE_CORRUPTION);
    EXPECT(is_said(thrown.failed->message, thrown.failed->details));
    EXPECT(scripted_put(scripted, "!fail-io:a") == NULL && thrown.failed != NULL);
    EXPECT(thrown.failed->code == LARDER_RPC_FAILED_CODE_IO_ERROR);
    EXPECT(get(scripted, text("!read-poisoned:a"), NULL) == NULL && thrown.failed != NULL);
    EXPECT(thrown.failed->code == LARDER_RPC_FAILED_CODE_POISONED);
    return NULL;
}

static const char *
check_not_here(LarderRpcStoreIf *scripted)
{
    EXPECT(scripted_put(scripted, "!elsewhere:a") == NULL);
    const LarderRpcNotHere *elsewhere = thrown.elsewhere;
    EXPECT(elsewhere != NULL && elsewhere->code == LARDER_RPC_NOT_HERE_CODE_WRONG_OWNER);
    EXPECT(is_said(elsewhere->message, elsewhere->details));
    EXPECT(elsewhere->epoch == 7 && is_string(elsewhere->owner, "owner.example:7400"));
    EXPECT(elsewhere->shard_id == 3);
    return NULL;
}

static bool
is_applied(LarderRpcStoreIf *scripted)
{
    LarderRpcWriteResult *plain = scripted_put(scripted, "plain");
    return plain != NULL && plain->applied;
}

static const char *
check_after_every_exception(LarderRpcStoreIf *scripted)
{
    for (int i = 0; i < 3; i++) {
        EXPECT(scripted_put(scripted, "") == NULL && thrown.invalid != NULL);
        EXPECT(is_applied(scripted));
        EXPECT(scripted_put(scripted, "!elsewhere:a") == NULL && thrown.elsewhere != NULL);
        EXPECT(is_applied(scripted));
        EXPECT(scripted_put(scripted, "!refuse-overload:a") == NULL && thrown.refused != NULL);
        EXPECT(is_applied(scripted));
        EXPECT(scripted_put(scripted, "!unknown:a") == NULL && thrown.indeterminate != NULL);
        EXPECT(is_applied(scripted));
        EXPECT(scripted_put(scripted, "!fail-corruption:a") == NULL && thrown.failed != NULL);
        EXPECT(is_applied(scripted));
    }
    return NULL;
}

static const char *
check_drain(LarderRpcStoreIf *scripted)
{
    (void)scripted;
    ThriftProtocol *protocol = protocol_open("SCRIPTED_ADMIN");
    LarderRpcAdminIf *admin = g_object_new(LARDER_RPC_TYPE_ADMIN_CLIENT, "input_protocol", protocol,
                                           "output_protocol", protocol, NULL);
    LarderRpcObserveIf *observe = g_object_new(LARDER_RPC_TYPE_OBSERVE_CLIENT, "input_protocol",
                                               protocol, "output_protocol", protocol, NULL);
    LarderRpcDrainResult *drained = NEW(DRAIN_RESULT, NULL);
    EXPECT(CALL(admin, drain, admin, drained, 0, NEW(ADMIN_OPTIONS, NULL)));
    EXPECT(drained->in_flight == 0);
    LarderRpcHealthResult *health = NEW(HEALTH_RESULT, NULL);
    EXPECT(CALL(observe, health, observe, health, NEW(OBSERVE_OPTIONS, NULL)));
    EXPECT(health->live && !health->ready);
    return NULL;
}

const Check outcome_checks[] = {
    {41, "Refused", check_refused},
    {42, "every refusal", check_every_refusal},
    {43, "Indeterminate", check_indeterminate},
    {44, "Failed", check_failed},
    {45, "NotHere", check_not_here},
    {46, "after every exception", check_after_every_exception},
    {47, "drain", check_drain},
    {0, NULL, NULL},
};
