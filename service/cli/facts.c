/*
 * facts.c: what import, export and bulk have to know of the server. See facts.h.
 */
#include "service/cli/facts.h"

/* Two readings of "now" and "uptime" may differ by this much for one start. */
enum { START_TOLERANCE_MS = 2000 };

static void
take_limit(CliFacts *facts, const LarderLimitInfo *limit)
{
    const struct {
        const char *name;
        int64_t *value;
    } known[] = {
        {"request_bytes", &facts->request_bytes}, {"bulk_write_items", &facts->bulk_write_items},
        {"range_removes", &facts->range_removes}, {"multi_get_items", &facts->multi_get_items},
        {"scan_items", &facts->scan_items},       {"scan_bytes", &facts->scan_bytes},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (larder_bytes_equal(limit->name, larder_text(known[i].name)) && limit->value > 0) {
            *known[i].value = limit->value;
        }
    }
}

size_t
cli_facts_room(const CliFacts *facts)
{
    int64_t room = facts->request_bytes - CLI_FACTS_ENVELOPE_BYTES;
    return room > 0 ? (size_t)room : 0;
}

bool
cli_facts_ask(CliCall *call, CliFacts *ret_facts)
{
    CliFacts facts = {.request_bytes = 1 << 20,
                      .bulk_write_items = 1000,
                      .range_removes = 16,
                      .multi_get_items = 1000,
                      .scan_items = 1000,
                      .scan_bytes = 1 << 20};
    LarderServerInfoArguments arguments = {NULL};
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_SERVER_INFO, &arguments);
    if (reply == NULL) {
        return false;
    }
    const LarderServerInfo *info = reply->as.server_info;
    bool known = false;
    for (size_t i = 0; i < info->limits.count; i++) {
        take_limit(&facts, &info->limits.items[i]);
    }
    for (size_t i = 0; i < info->stores.count; i++) {
        const LarderStoreInfo *store = &info->stores.items[i];
        if (larder_bytes_equal(store->name, cli_call_store(call))) {
            bool forgets = larder_bytes_equal(store->durability, larder_text("none"));
            facts.started_ms = forgets ? info->now_ms - info->uptime_ms : 0;
            known = true;
        }
    }
    larder_reply_free(reply);
    *ret_facts = facts;
    return known || cli_call_problem(call, CLI_INVALID, "the server has no store \"%s\"",
                                     call->parsed->store);
}

bool
cli_facts_lost(const CliFacts *before, const CliFacts *after)
{
    int64_t apart = after->started_ms - before->started_ms;
    return before->started_ms != 0 && (apart > START_TOLERANCE_MS || apart < -START_TOLERANCE_MS);
}
