/*
 * outcomes.c: checks 41 to 56: every exception with its fields, and servers of other contracts.
 */
#include "tests/interop/sdk/common.h"

enum { UNKNOWN_METHOD = 1 }; /* of TApplicationException */

/* Puts a key with a script; returns the reply. */
static const LarderReply *
scripted(LarderClient *client, const char *key)
{
    return keep(larder_put(client, S, T(key), T("v"), NULL));
}

static bool
is_outcome(const LarderReply *reply, LarderOutcome outcome, int32_t code)
{
    return reply->outcome == outcome && reply->code == code && reply->message.size > 0;
}

static const char *
check_refused(LarderClient *client)
{
    const LarderReply *reply = scripted(client, "!refuse-overload!retry-200ms:a");
    EXPECT(is_outcome(reply, LARDER_REFUSED, LARDER_REFUSED_CODE_OVERLOAD));
    const LarderRefused *refused = reply->exception.refused;
    EXPECT(refused->retry_after_ms == 200 && refused->details.count == 0);
    EXPECT(is(refused->scope, T("store:default")));
    return NULL;
}

static const char *
check_every_refusal(LarderClient *client)
{
    static const struct {
        const char *key;
        LarderRefusedCode code;
    } refusals[] = {
        {"!refuse-disk_full:a", LARDER_REFUSED_CODE_DISK_FULL},
        {"!refuse-memory_full:a", LARDER_REFUSED_CODE_MEMORY_FULL},
        {"!refuse-closing:a", LARDER_REFUSED_CODE_DRAINING},
        {"!refuse-deadline:a", LARDER_REFUSED_CODE_DEADLINE},
        {"!refuse-read_only:a", LARDER_REFUSED_CODE_READ_ONLY},
    };
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const LarderReply *reply = scripted(client, refusals[i].key);
        EXPECT(is_outcome(reply, LARDER_REFUSED, (int32_t)refusals[i].code));
    }
    return NULL;
}

static const char *
check_indeterminate(LarderClient *client)
{
    const int32_t unknown = LARDER_INDETERMINATE_CODE_ENGINE_UNKNOWN;
    const LarderReply *reply = scripted(client, "!unknown:a");
    EXPECT(is_outcome(reply, LARDER_INDETERMINATE, unknown));
    EXPECT(reply->exception.indeterminate->request_id.size == 0);
    const LarderGetResult *got = get(client, T("!unknown:a"), NULL);
    EXPECT(got != NULL && !got->found);
    EXPECT(is_outcome(scripted(client, "!unknown-applied:b"), LARDER_INDETERMINATE, unknown));
    got = get(client, T("!unknown-applied:b"), NULL);
    EXPECT(got != NULL && got->found);

    /* The SDK stops waiting at the deadline too; whichever of them is first, nobody knows more. */
    LarderPutOptions hurried = {0};
    LARDER_SET(&hurried, deadline_ms, 200);
    EXPECT(put(client, T("!delay-1000ms:c"), T("v"), &hurried) == NULL);
    EXPECT(last()->outcome == LARDER_LOST ||
           is_outcome(last(), LARDER_INDETERMINATE, LARDER_INDETERMINATE_CODE_DEADLINE));
    return NULL;
}

static const char *
check_failed(LarderClient *client)
{
    const LarderReply *reply = scripted(client, "!fail-corruption:a");
    EXPECT(is_outcome(reply, LARDER_FAILED, LARDER_FAILED_CODE_CORRUPTION));
    EXPECT(reply->exception.failed->details.count == 0);
    reply = scripted(client, "!fail-io:a");
    EXPECT(is_outcome(reply, LARDER_FAILED, LARDER_FAILED_CODE_IO_ERROR));
    EXPECT(get(client, T("!read-poisoned:a"), NULL) == NULL);
    EXPECT(is_outcome(last(), LARDER_FAILED, LARDER_FAILED_CODE_POISONED));
    return NULL;
}

static const char *
check_not_here(LarderClient *client)
{
    const LarderReply *reply = scripted(client, "!elsewhere:a");
    EXPECT(is_outcome(reply, LARDER_NOT_HERE, LARDER_NOT_HERE_CODE_WRONG_OWNER));
    const LarderNotHere *elsewhere = reply->exception.not_here;
    EXPECT(elsewhere->epoch == 7 && elsewhere->shard_id == 3 && elsewhere->details.count == 0);
    EXPECT(is(elsewhere->owner, T("owner.example:7400")));
    return NULL;
}

static const char *
check_after_every_exception(LarderClient *client)
{
    static const struct {
        const char *key;
        LarderOutcome outcome;
    } exceptions[] = {
        {"", LARDER_INVALID_REQUEST},           {"!elsewhere:a", LARDER_NOT_HERE},
        {"!refuse-overload:a", LARDER_REFUSED}, {"!unknown:a", LARDER_INDETERMINATE},
        {"!fail-corruption:a", LARDER_FAILED},
    };
    LarderClientStats before, after;
    larder_client_stats(client, &before);
    for (size_t i = 0; i < 3 * COUNT(exceptions); i++) {
        const LarderReply *reply = scripted(client, exceptions[i % COUNT(exceptions)].key);
        EXPECT(reply->outcome == exceptions[i % COUNT(exceptions)].outcome);
        reply = scripted(client, "plain");
        EXPECT(reply->outcome == LARDER_OK && reply->as.put->applied);
    }
    larder_client_stats(client, &after);
    EXPECT(after.connects == before.connects);
    return NULL;
}

static const char *
check_drain(LarderClient *client)
{
    (void)client;
    LarderClient *management = client_of("SCRIPTED_ADMIN");
    const LarderDrainResult *drained = keep(larder_drain(management, 0, NULL))->as.drain;
    const LarderHealthResult *health = keep(larder_health(management, NULL))->as.health;
    larder_client_free(management);
    EXPECT(drained != NULL && drained->in_flight == 0);
    EXPECT(health != NULL && health->live && !health->ready);
    return NULL;
}

const Check outcome_checks[] = {
    {41, "Refused", check_refused, NULL},
    {42, "every refusal", check_every_refusal, NULL},
    {43, "Indeterminate", check_indeterminate, NULL},
    {44, "Failed", check_failed, NULL},
    {45, "NotHere", check_not_here, NULL},
    {46, "after every exception", check_after_every_exception, NULL},
    {47, "drain", check_drain, NULL},
    {0, NULL, NULL, NULL},
};

/* --------------------------------------------------------------------------------- stand-ins -- */

static const char *
check_an_older_server(LarderClient *older)
{
    const LarderServerInfo *info = keep(larder_server_info(older, NULL))->as.server_info;
    EXPECT(info != NULL && info->api_version == 1 && info->limits.count == 0);
    const LarderWriteResult *written = put(older, T("k"), T("v"), NULL);
    const LarderGetResult *got = get(older, T("k"), NULL);
    EXPECT(written != NULL && written->applied && got != NULL && got->found);
    EXPECT(is(got->value, T("v")) && got->full_length == 0);
    return NULL;
}

static const char *
check_an_older_server_skips_options(LarderClient *older)
{
    EXPECT(put(older, T("k"), T("v"), NULL) != NULL);
    LarderPutOptions options = {.condition = &absent};
    LARDER_SET(&options, return_current, true);
    const LarderWriteResult *denied = put(older, T("k"), T("v"), &options);
    EXPECT(denied != NULL && !denied->applied);
    EXPECT(denied->reason == LARDER_NOT_APPLIED_CONDITION_FAILED);
    return NULL;
}

static const char *
check_an_older_server_lacks_a_method(LarderClient *older)
{
    const LarderKeyRange everything = {0};
    const LarderKeyRangeList ranges = {&everything, 1};
    const LarderReply *reply = keep(larder_range_info(older, S, ranges, NULL));
    EXPECT(is_outcome(reply, LARDER_PROTOCOL, UNKNOWN_METHOD));
    const LarderPingResult *still = ping(older, T("still"));
    EXPECT(still != NULL && is(still->payload, T("still")));
    return NULL;
}

const Check older_server_checks[] = {
    {51, "an older server", check_an_older_server, NULL},
    {52, "an older server skips options", check_an_older_server_skips_options, NULL},
    {53, "an older server lacks a method", check_an_older_server_lacks_a_method, NULL},
    {0, NULL, NULL, NULL},
};

static const char *
check_a_newer_server_sends_more_fields(LarderClient *newer)
{
    const LarderWriteResult *written = put(newer, T("k"), T("v"), NULL);
    const LarderGetResult *got = get(newer, T("k"), NULL);
    EXPECT(written != NULL && got != NULL && got->found);
    EXPECT(is(got->value, T("v")) && got->version == written->version);
    return NULL;
}

static const char *
check_a_newer_server_sends_new_values(LarderClient *newer)
{
    const LarderWriteResult *denied = put(newer, T("!moon:a"), T("v"), NULL);
    EXPECT(denied != NULL && !denied->applied);
    EXPECT(denied->reason == LARDER_NOT_APPLIED_WAS_APPLIED); /* the first value of the enum */
    EXPECT(put(newer, T("k"), T("v"), NULL) != NULL);
    const LarderKeyRange range = {.has_prefix = true, .prefix = T("k")};
    const LarderScanResult *page = scan(newer, &range, NULL);
    EXPECT(page != NULL && page->items.count == 1);
    EXPECT(page->stop_reason == LARDER_STOP_REASON_RANGE_END); /* the first value of the enum */
    return NULL;
}

static const char *
check_a_newer_server_refuses_in_a_new_way(LarderClient *newer)
{
    const LarderReply *reply = scripted(newer, "!warm:a");
    EXPECT(is_outcome(reply, LARDER_REFUSED, 90));
    EXPECT(reply->exception.refused->retry_after_ms == 90);
    EXPECT(is(reply->exception.refused->scope, T("server")));
    return NULL;
}

const Check newer_server_checks[] = {
    {54, "a newer server sends more fields", check_a_newer_server_sends_more_fields, NULL},
    {55, "a newer server sends new values", check_a_newer_server_sends_new_values, NULL},
    {56, "a newer server refuses in a new way", check_a_newer_server_refuses_in_a_new_way, NULL},
    {0, NULL, NULL, NULL},
};
