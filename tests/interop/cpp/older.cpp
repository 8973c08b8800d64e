// older.cpp: a C++ client of an older contract meets the server of today. CHECKS.md, 61 to 64.
#include "common.hpp"

using namespace larder;

namespace
{

void
results_with_more_fields(Store &store)
{
    WriteResult written = store.put("k", "v");
    GetResult got = store.get("k");
    EXPECT(written.applied && got.found && got.value == "v" && got.version == written.version);
    ServerInfo info;
    store.client.server_info(info, {});
    EXPECT(info.api_version == 2 && info.stores.size() == 1 && info.stores[0].name == S);
}

void
reasons_not_yet_invented(Store &store)
{
    IncrementOptions bounded;
    bounded.__set_highest(0);
    IncrementResult denied = store.increment("n", 1, bounded);
    EXPECT(!denied.applied && static_cast<int>(denied.reason) == 5);
}

void
pages_that_end_in_an_unknown_way(Store &store)
{
    store.put("a", "1");
    store.put("b", "2");
    ScanOptions options;
    options.__set_limit_items(1);
    ScanResult page = store.scan({}, options);
    EXPECT(page.items.size() == 1 && page.items[0].key == "a");
    EXPECT(static_cast<int>(page.stop_reason) == 2);
    options.__set_page_token(page.next_token);
    page = store.scan({}, options);
    EXPECT(page.items.size() == 1 && page.items[0].key == "b");
    EXPECT(page.stop_reason == StopReason::RANGE_END);
}

void
exceptions_with_more_fields(Store &scripted)
{
    auto error = thrown<Refused>([&] { scripted.put("!refuse-memory_full!retry-200ms:a", "v"); });
    EXPECT(static_cast<int>(error.code) == 4 && error.retry_after_ms == 200);
    EXPECT(scripted.put("plain", "v").applied);
}

} // namespace

int
main()
{
    Store store("DATA"), scripted("SCRIPTED");
    int failed =
        run(store, {
                       {61, "results with more fields", [&] { results_with_more_fields(store); }},
                       {62, "reasons not yet invented", [&] { reasons_not_yet_invented(store); }},
                       {63, "pages that end in an unknown way",
                        [&] { pages_that_end_in_an_unknown_way(store); }},
                   });
    failed +=
        run(scripted,
            {
                {64, "exceptions with more fields", [&] { exceptions_with_more_fields(scripted); }},
            });
    return failed == 0 ? 0 : 1;
}
