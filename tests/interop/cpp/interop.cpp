// interop.cpp: Larder from C++: every method, every outcome, every extreme. CHECKS.md has the list.
//
// The generated C++ client cannot leave a struct out of a call: absent options are empty ones here.
#include "Admin.h"
#include "Observe.h"
#include "common.hpp"
#include "larder_constants.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

using namespace larder;
using apache::thrift::TApplicationException;
using apache::thrift::protocol::T_CALL;

namespace
{

const int64_t I64_MAX = std::numeric_limits<int64_t>::max();
const int64_t I64_MIN = std::numeric_limits<int64_t>::min();

/* Bytes of which byte i is i modulo 251. */
std::string
pattern(size_t length)
{
    std::string bytes(length, '\0');
    for (size_t i = 0; i < length; i++) {
        bytes[i] = static_cast<char>(i % 251);
    }
    return bytes;
}

std::string
all_bytes()
{
    std::string bytes(256, '\0');
    for (size_t i = 0; i < bytes.size(); i++) {
        bytes[i] = static_cast<char>(i);
    }
    return bytes;
}

/* A string literal with its NUL bytes. */
template <size_t size>
std::string
bytes(const char (&literal)[size])
{
    return std::string(literal, size - 1);
}

/* A counter's value: 8 bytes, big-endian. */
std::string
big_endian(int64_t number)
{
    std::string value(8, '\0');
    for (int i = 0; i < 8; i++) {
        value[i] = static_cast<char>(static_cast<uint64_t>(number) >> (56 - 8 * i));
    }
    return value;
}

std::string
numbered(const std::string &prefix, int number, size_t digits)
{
    std::string text = std::to_string(number);
    return prefix + std::string(digits - text.size(), '0') + text;
}

Mutation
mutation(MutationKind::type kind, const std::string &key)
{
    Mutation change;
    change.__set_kind(kind);
    change.__set_key(key);
    return change;
}

Mutation
put_of(const std::string &key, const std::string &value)
{
    Mutation change = mutation(MutationKind::PUT, key);
    change.__set_value(value);
    return change;
}

Mutation
increment_of(const std::string &key, int64_t delta)
{
    Mutation change = mutation(MutationKind::INCREMENT, key);
    change.__set_delta(delta);
    return change;
}

Condition
absent()
{
    Condition condition;
    condition.__set_absent(true);
    return condition;
}

Condition
present()
{
    Condition condition;
    condition.__set_present(true);
    return condition;
}

PutOptions
under(const Condition &condition)
{
    PutOptions options;
    options.__set_condition(condition);
    return options;
}

Expiry
expires_at(int64_t at_ms)
{
    Expiry expiry;
    expiry.__set_at_ms(at_ms);
    return expiry;
}

PutOptions
expiring(const Expiry &expiry)
{
    PutOptions options;
    options.__set_expiry(expiry);
    return options;
}

KeyRange
prefix_range(const std::string &prefix)
{
    KeyRange range;
    range.__set_prefix(prefix);
    return range;
}

std::vector<std::string>
keys_of(const ScanResult &page)
{
    std::vector<std::string> keys;
    for (const ScanItem &item : page.items) {
        keys.push_back(item.key);
    }
    return keys;
}

/* ---------------------------------------------------------------------------------------- data -- */

void
ping(Store &store)
{
    PingResult result = store.ping(bytes("\x00\xff\x80\nlarder"));
    EXPECT(result.payload == bytes("\x00\xff\x80\nlarder"));
    EXPECT(result.now_ms > 1600000000000);
    EXPECT(store.ping("").payload.empty());
}

void
server_info(Store &store)
{
    ServerInfoOptions said;
    said.__set_client("interop");
    said.__set_api_version(g_larder_constants.API_VERSION);
    for (const ServerInfoOptions &options : {said, ServerInfoOptions()}) {
        ServerInfo info;
        store.client.server_info(info, options);
        EXPECT(info.api_version == g_larder_constants.API_VERSION);
        EXPECT(info.stores.size() == 1 && info.stores[0].name == S);
        EXPECT(std::any_of(info.limits.begin(), info.limits.end(), [](const LimitInfo &limit) {
            return limit.name == "value_bytes" && limit.value == 1048576 && limit.unit == "bytes";
        }));
        EXPECT(std::count(info.methods.begin(), info.methods.end(), "put") == 1);
    }
}

void
put_and_get(Store &store)
{
    WriteResult written = store.put("k", "v");
    EXPECT(written.applied && !written.__isset.existed && written.version > 0);
    EXPECT(written.reason == NotApplied::WAS_APPLIED);
    GetResult got = store.get("k");
    EXPECT(got.found && got.value == "v" && got.version == written.version);
    EXPECT(got.expires_at_ms == 0 && got.full_length == 1);
    got = store.get("none");
    EXPECT(!got.found && !got.__isset.value && got.version == 0);
}

void
empty_options(Store &store)
{
    WriteResult written = store.put("k", "v", PutOptions());
    GetResult got = store.get("k", GetOptions());
    EXPECT(got.found && got.value == "v" && got.version == written.version);
    EXPECT(store.scan(KeyRange(), ScanOptions()).items.size() == 1);
}

void
an_empty_value(Store &store)
{
    EXPECT(store.put("k", "").applied);
    GetResult got = store.get("k");
    EXPECT(got.found && got.__isset.value && got.value.empty() && got.full_length == 0);
}

void
every_byte(Store &store)
{
    std::string all = all_bytes();
    std::string backwards(all.rbegin(), all.rend());
    store.put(all, backwards);
    EXPECT(store.get(all).value == backwards);
    for (const std::string &key :
         {bytes("\x00"), bytes("\x7f"), bytes("\x80"), bytes("\xff"), bytes("\x00\x00")}) {
        store.put(key, key);
    }
    ScanResult page = store.scan();
    EXPECT(keys_of(page) ==
           std::vector<std::string>({bytes("\x00"), bytes("\x00\x00"), all, bytes("\x7f"),
                                     bytes("\x80"), bytes("\xff")}));
    for (const ScanItem &item : page.items) {
        EXPECT(item.value == (item.key == all ? backwards : item.key));
    }
}

void
the_longest_value(Store &store)
{
    std::string value = pattern(1048576);
    EXPECT(store.put("k", value).applied);
    EXPECT(store.get("k").value == value);
    GetOptions options;
    options.__set_offset(1048570);
    options.__set_length(100);
    GetResult got = store.get("k", options);
    EXPECT(got.value == value.substr(1048570) && got.full_length == 1048576);
}

void
a_value_too_long(Store &store)
{
    auto error = thrown<InvalidRequest>([&] { store.put("k", pattern(1048577)); });
    EXPECT(error.code == InvalidCode::OVER_LIMIT && error.field == "value");
    EXPECT(error.limit == 1048576 && error.actual == 1048577);
    EXPECT(!store.get("k").found);
}

void
keys_at_their_limits(Store &store)
{
    EXPECT(store.put(pattern(1024), "v").applied);
    EXPECT(store.get(pattern(1024)).value == "v");
    auto error = thrown<InvalidRequest>([&] { store.put(pattern(1025), "v"); });
    EXPECT(error.code == InvalidCode::OVER_LIMIT && error.field == "key");
    EXPECT(error.limit == 1024 && error.actual == 1025);
    error = thrown<InvalidRequest>([&] { store.put("", "v"); });
    EXPECT(error.code == InvalidCode::BAD_ARGUMENT && error.field == "key");
    EXPECT(error.limit == 1 && error.actual == 0);
}

void
conditions(Store &store)
{
    int64_t version = store.put("k", bytes("\x00\xff")).version;
    PutOptions options = under(absent());
    options.__set_return_current(true);
    WriteResult denied = store.put("k", "2", options);
    EXPECT(!denied.applied && denied.reason == NotApplied::CONDITION_FAILED);
    EXPECT(denied.current_version == version && denied.current_value == bytes("\x00\xff"));

    Condition older;
    older.__set_version_equal(version - 1);
    denied = store.put("k", "2", under(older));
    EXPECT(!denied.applied && !denied.__isset.current_value);

    Condition holds = present();
    holds.__set_value_equal(bytes("\x00\xff"));
    holds.__set_version_at_most(version);
    EXPECT(store.put("k", "2", under(holds)).applied);
}

void
reading_less(Store &store)
{
    int64_t version = store.put("k", "value").version;
    GetOptions changed, bare, slice;
    changed.__set_if_version_not(version);
    GetResult got = store.get("k", changed);
    EXPECT(got.unchanged && !got.__isset.value);
    bare.__set_want_value(false);
    got = store.get("k", bare);
    EXPECT(got.found && !got.__isset.value && got.full_length == 5);
    slice.__set_offset(1);
    slice.__set_length(3);
    EXPECT(store.get("k", slice).value == "alu");
}

WriteResult
touch(Store &store, const Expiry &expiry)
{
    WriteResult result;
    store.client.touch(result, S, "k", expiry, {});
    return result;
}

void
expiry(Store &store)
{
    int64_t now = store.ping("").now_ms;
    Expiry ttl, keep;
    ttl.__set_ttl_ms(3600000);
    keep.__set_keep(true);
    EXPECT(store.put("k", "v", expiring(ttl)).expires_at_ms > now);
    EXPECT(touch(store, expires_at(4102444800000)).applied);
    EXPECT(store.get("k").expires_at_ms == 4102444800000);
    store.put("k", "w", expiring(keep));
    EXPECT(store.get("k").expires_at_ms == 4102444800000);
    touch(store, Expiry());
    EXPECT(store.get("k").expires_at_ms == 0);
    store.put("k", "x", expiring(expires_at(1)));
    EXPECT(!store.get("k").found);
    WriteResult denied = touch(store, ttl);
    EXPECT(!denied.applied && denied.reason == NotApplied::KEY_ABSENT);
}

WriteResult
remove_key(Store &store, const RemoveOptions &options = {})
{
    WriteResult result;
    store.client.remove(result, S, "k", options);
    return result;
}

void
remove(Store &store)
{
    store.put("k", "v");
    WriteResult first = remove_key(store);
    EXPECT(first.applied && first.__isset.existed && first.existed);
    WriteResult again = remove_key(store);
    EXPECT(again.applied && again.__isset.existed && !again.existed);
    RemoveOptions blind;
    blind.__set_want_existed(false);
    WriteResult unseen = remove_key(store, blind);
    EXPECT(unseen.applied && !unseen.__isset.existed);
    PutOptions curious;
    curious.__set_want_existed(true);
    for (bool existed : {false, true}) {
        WriteResult written = store.put("k", "v", curious);
        EXPECT(written.applied && written.__isset.existed && written.existed == existed);
    }
    remove_key(store);
    RemoveOptions options;
    options.__set_condition(present());
    WriteResult denied = remove_key(store, options);
    EXPECT(!denied.applied && denied.reason == NotApplied::CONDITION_FAILED);
    EXPECT(denied.__isset.existed && !denied.existed);
}

void
counters(Store &store)
{
    IncrementOptions from_ten, bounded;
    from_ten.__set_initial(10);
    bounded.__set_highest(-5);
    EXPECT(store.increment("n", 5, from_ten).number == 15);
    EXPECT(store.get("n").value == big_endian(15));
    EXPECT(store.increment("n", -20).number == -5);
    EXPECT(store.get("n").value == big_endian(-5));
    IncrementResult denied = store.increment("n", 1, bounded);
    EXPECT(!denied.applied && denied.reason == NotApplied::OUT_OF_RANGE && denied.number == -5);
    store.put("t", "text");
    EXPECT(store.increment("t", 1).reason == NotApplied::NOT_A_COUNTER);
}

void
end_of_i64(Store &store, const std::string &key, int64_t end, int64_t step)
{
    EXPECT(store.increment(key, end).number == end);
    EXPECT(store.get(key).value == big_endian(end));
    IncrementResult denied = store.increment(key, step);
    EXPECT(denied.reason == NotApplied::OUT_OF_RANGE && denied.number == end);
}

void
both_ends_of_i64(Store &store)
{
    end_of_i64(store, "max", I64_MAX, 1);
    end_of_i64(store, "min", I64_MIN, -1);
    EXPECT(store.increment("big", 9007199254740993).number == 9007199254740993);
}

AppendResult
append_to(Store &store, const std::string &key, const std::string &value,
          const AppendOptions &options = {})
{
    AppendResult result;
    store.client.append(result, S, key, value, options);
    return result;
}

void
append(Store &store)
{
    AppendOptions bounded, existing;
    bounded.__set_max_length(5);
    existing.__set_create(false);
    EXPECT(append_to(store, "l", "one").length == 3);
    EXPECT(append_to(store, "l", bytes("\x00\xff")).length == 5);
    EXPECT(store.get("l").value == bytes("one\x00\xff"));
    AppendResult denied = append_to(store, "l", "!", bounded);
    EXPECT(denied.reason == NotApplied::TOO_LONG && denied.length == 5);
    EXPECT(append_to(store, "none", "x", existing).reason == NotApplied::KEY_ABSENT);
}

Guard
guard(const std::string &key, const Condition &condition)
{
    Guard result;
    result.__set_key(key);
    result.__set_condition(condition);
    return result;
}

void
batch(Store &store)
{
    store.put("old", "1");
    Mutation range = mutation(MutationKind::REMOVE_RANGE, "x");
    range.__set_stop_key("y");
    std::vector<Mutation> mutations = {put_of("new", "2"), increment_of("n", 7),
                                       mutation(MutationKind::REMOVE, "old"), range};
    BatchOptions options;
    options.__set_guards({guard("old", present()), guard("new", absent())});
    BatchResult done;
    store.client.batch(done, S, mutations, options);
    EXPECT(done.applied && done.version > 0 && done.numbers == std::vector<int64_t>{7});
    EXPECT(done.failed_guard == -1 && done.failed_mutation == -1);
    EXPECT(store.get("new").version == done.version && !store.get("old").found);

    BatchResult denied;
    store.client.batch(denied, S, mutations, options);
    EXPECT(!denied.applied && denied.failed_guard == 0);
    EXPECT(denied.reason == NotApplied::CONDITION_FAILED);

    Mutation fails = put_of("new", "3");
    fails.__set_condition(absent());
    store.client.batch(denied, S, {put_of("a", "1"), fails}, {});
    EXPECT(!denied.applied && denied.failed_mutation == 1);
    EXPECT(!store.get("a").found);
}

void
bulk_write(Store &store)
{
    Mutation fails = put_of("a", "2");
    fails.__set_condition(absent());
    BulkWriteResult done = store.bulk_write({put_of("a", "1"), fails, increment_of("n", 3)});
    EXPECT(done.items.size() == 3 && done.applied_count == 2);
    EXPECT(done.items[0].applied && !done.items[1].applied && done.items[2].applied);
    EXPECT(done.items[1].reason == NotApplied::CONDITION_FAILED);
    EXPECT(done.items[1].current_version == done.items[0].version);
    EXPECT(done.items[2].number == 3);
}

void
multi_get(Store &store)
{
    store.put("a", "1");
    store.put("b", "");
    std::vector<std::string> keys = {"b", "none", "a", "a"};
    MultiGetResult got;
    store.client.multi_get(got, S, keys, {});
    EXPECT(got.items.size() == 4);
    EXPECT(got.items[0].found && got.items[0].__isset.value && got.items[0].value.empty());
    EXPECT(!got.items[1].found && !got.items[1].__isset.value);
    EXPECT(got.items[2].value == "1" && got.items[3].value == "1");

    MultiGetOptions bare;
    bare.__set_want_values(false);
    MultiGetResult lengths;
    store.client.multi_get(lengths, S, keys, bare);
    EXPECT(lengths.items.size() == 4);
    for (size_t i = 0; i < 4; i++) {
        EXPECT(!lengths.items[i].__isset.value && lengths.items[i].full_length == (i < 2 ? 0 : 1));
    }
    MultiGetResult nothing;
    store.client.multi_get(nothing, S, {}, {});
    EXPECT(nothing.items.empty());
}

/* Every page of the prefix "a", four items each. */
void
expect_pages(Store &store, const std::vector<std::string> &keys)
{
    ScanOptions options;
    options.__set_limit_items(4);
    std::vector<std::string> found;
    std::vector<size_t> sizes;
    ScanResult page;
    do {
        page = store.scan(prefix_range("a"), options);
        sizes.push_back(page.items.size());
        for (const ScanItem &item : page.items) {
            EXPECT(item.value == item.key);
            found.push_back(item.key);
        }
        EXPECT(page.stop_reason ==
               (page.__isset.next_token ? StopReason::LIMIT_ITEMS : StopReason::RANGE_END));
        options.__set_page_token(page.next_token);
    } while (page.__isset.next_token);
    EXPECT(found == keys && sizes == std::vector<size_t>({4, 4, 2}));
}

void
scan(Store &store)
{
    std::vector<std::string> keys;
    std::vector<Mutation> mutations = {put_of("b00", "b00")};
    for (int i = 0; i < 10; i++) {
        keys.push_back(numbered("a", i, 2));
        mutations.push_back(put_of(keys.back(), keys.back()));
    }
    store.bulk_write(mutations);
    expect_pages(store, keys);

    KeyRange range;
    range.__set_start_key("a05");
    range.__set_stop_key("b00");
    ScanOptions reverse, bare, count;
    reverse.__set_reverse(true);
    EXPECT(keys_of(store.scan(range, reverse)) ==
           std::vector<std::string>({"a09", "a08", "a07", "a06", "a05"}));
    bare.__set_keys_only(true);
    ScanResult page = store.scan({}, bare);
    EXPECT(std::all_of(page.items.begin(), page.items.end(), [](const ScanItem &item) {
        return !item.__isset.value && item.full_length == 3;
    }));
    count.__set_count_only(true);
    page = store.scan({}, count);
    EXPECT(page.items.empty() && page.count == 11);
}

void
range_info(Store &store)
{
    std::vector<Mutation> mutations;
    for (int i = 0; i < 100; i++) {
        mutations.push_back(put_of(numbered("k", i, 2), pattern(1000)));
    }
    store.bulk_write(mutations);
    RangeInfoOptions options;
    options.__set_split_bytes(10000);
    RangeInfoResult result;
    store.client.range_info(result, S, {KeyRange(), prefix_range("none")}, options);
    EXPECT(result.infos.size() == 2);
    const RangeInfo &info = result.infos[0];
    EXPECT(info.estimated_keys > 0 && !info.split_keys.empty());
    EXPECT(std::is_sorted(info.split_keys.begin(), info.split_keys.end()));
    EXPECT(info.dead_ratio >= 0.0 && info.dead_ratio <= 1.0);
}

ChecksumResult
checksum_with(Store &store, const std::string &value)
{
    store.put("key", value);
    ChecksumResult result;
    store.client.checksum(result, S, {}, {});
    return result;
}

void
checksum(Store &store)
{
    ChecksumResult first = checksum_with(store, "value");
    ChecksumResult other = checksum_with(store, "other");
    ChecksumResult again = checksum_with(store, "value");
    EXPECT(first.keys == 1 && first.bytes == 8);
    EXPECT(first.checksum == again.checksum && first.checksum != other.checksum);
}

int64_t
count_keys(Store &store)
{
    ScanOptions options;
    options.__set_count_only(true);
    return store.scan({}, options).count;
}

void
remove_range(Store &store)
{
    store.bulk_write({put_of("a0", "v"), put_of("a1", "v"), put_of("b0", "v")});
    RemoveRangeOptions dry;
    dry.__set_dry_run(true);
    EXPECT(store.remove_range(prefix_range("a"), dry).version == 0);
    EXPECT(count_keys(store) == 3);
    EXPECT(store.remove_range(prefix_range("a")).version > 0);
    EXPECT(count_keys(store) == 1);
}

void
many_at_once(Store &store)
{
    std::vector<std::string> keys;
    std::vector<Mutation> puts, increments;
    for (int i = 0; i < 2000; i++) {
        keys.push_back(numbered("key", i, 5));
        puts.push_back(put_of(keys.back(), keys.back()));
        increments.push_back(increment_of(numbered("n", i, 5), 1));
    }
    EXPECT(store.bulk_write(puts).applied_count == 2000);
    BatchResult counted;
    store.client.batch(counted, S, increments, {});
    EXPECT(counted.numbers == std::vector<int64_t>(2000, 1));

    std::vector<std::string> falling(keys.rbegin(), keys.rend());
    MultiGetResult got;
    store.client.multi_get(got, S, falling, {});
    EXPECT(got.items.size() == falling.size());
    for (size_t i = 0; i < falling.size(); i++) {
        EXPECT(got.items[i].value == falling[i]);
    }
    ScanOptions options;
    options.__set_limit_items(10000);
    EXPECT(keys_of(store.scan(prefix_range("key"), options)) == keys);
}

void
too_many_at_once(Store &store)
{
    std::vector<std::string> keys(32769, "x");
    MultiGetResult result;
    auto error = thrown<InvalidRequest>([&] { store.client.multi_get(result, S, keys, {}); });
    EXPECT(error.code == InvalidCode::OVER_LIMIT && error.field == "keys");
    EXPECT(error.limit == 32768 && error.actual == 32769);
}

void
pipelining(Store &store)
{
    for (int i = 0; i < 50; i++) {
        store.client.send_put(S, "same", std::to_string(i), {});
        store.client.send_increment(S, "n", 1, {});
    }
    int64_t version = 0;
    for (int i = 0; i < 50; i++) {
        WriteResult written;
        IncrementResult counted;
        store.client.recv_put(written);
        store.client.recv_increment(counted);
        EXPECT(written.version > version && counted.number == i + 1);
        version = written.version;
    }
    EXPECT(store.get("same").value == "49");
}

/* ------------------------------------------------------------------------------------- refused -- */

void
invalid_request(Store &store)
{
    GetResult result;
    auto error = thrown<InvalidRequest>([&] { store.client.get(result, "unknown", "k", {}); });
    EXPECT(error.code == InvalidCode::UNKNOWN_STORE && error.field == "store");
    EXPECT(!error.message.empty() && error.details.empty());
    EXPECT(error.limit == 0 && error.actual == 0);
}

void
names_in_other_scripts(Store &store)
{
    GetResult result;
    auto error =
        thrown<InvalidRequest>([&] { store.client.get(result, "vorr\xc3\xa4te", "k", {}); });
    EXPECT(error.code == InvalidCode::UNKNOWN_STORE && error.field == "store");
    EXPECT(error.message.find("\\xc3\\xa4") != std::string::npos);
}

void
expect_bad_option(Store &store, const PutOptions &options, InvalidCode::type code,
                  const std::string &field)
{
    auto error = thrown<InvalidRequest>([&] { store.put("k", "v", options); });
    EXPECT(error.code == code && error.field == field);
}

void
bad_arguments(Store &store)
{
    ScanOptions damaged;
    damaged.__set_page_token("xxx");
    auto error = thrown<InvalidRequest>([&] { store.scan({}, damaged); });
    EXPECT(error.code == InvalidCode::BAD_TOKEN && error.field == "options.page_token");

    PutOptions durable, repeatable, fenced;
    durable.__set_durability(Durability::SYNC);
    expect_bad_option(store, durable, InvalidCode::UNSUPPORTED, "options.durability");
    repeatable.__set_request_id(all_bytes().substr(0, 16));
    expect_bad_option(store, repeatable, InvalidCode::UNSUPPORTED, "options.request_id");
    Fence fence;
    fence.__set_lease("lease");
    fence.__set_token(1);
    fenced.__set_fence(fence);
    expect_bad_option(store, fenced, InvalidCode::UNSUPPORTED, "options.fence");
    Expiry never;
    never.__set_ttl_ms(0);
    expect_bad_option(store, expiring(never), InvalidCode::BAD_ARGUMENT, "options.expiry.ttl_ms");
}

using Calls = std::vector<std::pair<std::string, std::function<void()>>>;

void
expect_unserved(const Calls &calls)
{
    for (const auto &[method, call] : calls) {
        auto error = thrown<InvalidRequest>(call);
        EXPECT(error.code == InvalidCode::UNSUPPORTED);
        EXPECT(error.message.compare(0, method.size(), method) == 0);
    }
}

void
methods_that_are_not_served(Store &store)
{
    StoreClient &client = store.client;
    LeaseResult lease;
    LeaseGetResult lease_get;
    LeaseListResult leases;
    SnapshotResult snapshot;
    SnapshotListResult snapshots;
    ChangesResult changes;
    TopologyResult topology;
    LocateResult locate;
    AuthenticateResult identity;
    expect_unserved({
        {"lease_acquire", [&] { client.lease_acquire(lease, S, "lease", "me", 1000, {}); }},
        {"lease_renew", [&] { client.lease_renew(lease, S, "lease", 1, {}); }},
        {"lease_release", [&] { client.lease_release(lease, S, "lease", 1, {}); }},
        {"lease_get", [&] { client.lease_get(lease_get, S, "lease", {}); }},
        {"lease_list", [&] { client.lease_list(leases, S, "", {}); }},
        {"snapshot_open", [&] { client.snapshot_open(snapshot, S, 1000, {}); }},
        {"snapshot_renew", [&] { client.snapshot_renew(snapshot, S, 1, 1000, {}); }},
        {"snapshot_close", [&] { client.snapshot_close(snapshot, S, 1, {}); }},
        {"snapshot_list", [&] { client.snapshot_list(snapshots, S, {}); }},
        {"changes", [&] { client.changes(changes, S, 0, {}); }},
        {"topology", [&] { client.topology(topology, {}); }},
        {"locate", [&] { client.locate(locate, S, "k", {}); }},
        {"authenticate", [&] { client.authenticate(identity, "id", bytes("\x00secret")); }},
    });
}

void
an_unknown_method()
{
    auto protocol = connect("DATA");
    ObserveClient stranger(protocol);
    HealthResult health;
    auto error = thrown<TApplicationException>([&] { stranger.health(health, {}); });
    EXPECT(error.getType() == TApplicationException::UNKNOWN_METHOD);
    PingResult result;
    StoreClient(protocol).ping(result, "still");
    EXPECT(result.payload == "still");
}

/* Sends a message that no generated code would. */
void
send_by_hand(Store &store, const std::string &method, int32_t sequence_id,
             const std::function<void(TProtocol &)> &write_arguments)
{
    TProtocol &out = *store.protocol;
    out.writeMessageBegin(method, T_CALL, sequence_id);
    out.writeStructBegin("arguments");
    write_arguments(out);
    out.writeFieldStop();
    out.writeStructEnd();
    out.writeMessageEnd();
    out.getTransport()->writeEnd();
    out.getTransport()->flush();
}

void
write_text(TProtocol &out, int16_t field, const std::string &text)
{
    out.writeFieldBegin("text", apache::thrift::protocol::T_STRING, field);
    out.writeString(text);
    out.writeFieldEnd();
}

void
a_missing_argument(Store &store)
{
    send_by_hand(store, "get", 1, [](TProtocol &out) { write_text(out, 1, S); });
    GetResult result;
    auto error = thrown<InvalidRequest>([&] { store.client.recv_get(result); });
    EXPECT(error.code == InvalidCode::BAD_ARGUMENT && error.field == "key");
}

void
write_field(TProtocol &out, apache::thrift::protocol::TType type, int16_t field,
            const std::function<void()> &write)
{
    out.writeFieldBegin("unknown", type, field);
    write();
    out.writeFieldEnd();
}

void
write_fields_from_elsewhere(TProtocol &out)
{
    using namespace apache::thrift::protocol;
    write_text(out, 1, "here");
    write_field(out, T_BOOL, 90, [&] { out.writeBool(true); });
    write_field(out, T_BYTE, 91, [&] { out.writeByte(-1); });
    write_field(out, T_I16, 92, [&] { out.writeI16(-2); });
    write_field(out, T_I32, 93, [&] { out.writeI32(-3); });
    write_field(out, T_I64, 94, [&] { out.writeI64(I64_MIN); });
    write_field(out, T_DOUBLE, 95, [&] { out.writeDouble(0.5); });
    write_text(out, 96, "text");
    write_field(out, T_STRUCT, 97, [&] {
        out.writeStructBegin("inner");
        write_field(out, T_I64, 1, [&] { out.writeI64(I64_MAX); });
        out.writeFieldStop();
        out.writeStructEnd();
    });
    write_field(out, T_LIST, 98, [&] {
        out.writeListBegin(T_STRING, 2);
        out.writeString(std::string("one"));
        out.writeString(std::string("two"));
        out.writeListEnd();
    });
    write_field(out, T_MAP, 99, [&] {
        out.writeMapBegin(T_STRING, T_I64, 1);
        out.writeString(std::string("one"));
        out.writeI64(1);
        out.writeMapEnd();
    });
}

void
fields_from_elsewhere(Store &store)
{
    send_by_hand(store, "ping", 1, write_fields_from_elsewhere);
    PingResult result;
    store.client.recv_ping(result);
    EXPECT(result.payload == "here");
}

void
sequence_ids(Store &store)
{
    for (int32_t sequence_id :
         {1, 0, -1, std::numeric_limits<int32_t>::max(), std::numeric_limits<int32_t>::min()}) {
        send_by_hand(store, "ping", sequence_id,
                     [](TProtocol &out) { write_text(out, 1, "here"); });
        std::string method;
        apache::thrift::protocol::TMessageType type;
        int32_t came_back = 0;
        store.protocol->readMessageBegin(method, type, came_back);
        EXPECT(came_back == sequence_id);
        PingResult ping;
        Store_ping_presult result;
        result.success = &ping;
        result.read(store.protocol.get());
        store.protocol->readMessageEnd();
        store.protocol->getTransport()->readEnd();
        EXPECT(ping.payload == "here");
    }
}

/* ---------------------------------------------------------------------------------- management -- */

void
health(ObserveClient &observe)
{
    HealthResult result;
    observe.health(result, {});
    EXPECT(result.live && result.ready);
    EXPECT(std::any_of(result.checks.begin(), result.checks.end(), [](const HealthCheck &check) {
        return check.name == "store:default" && check.passed;
    }));
}

void
metrics(ObserveClient &observe)
{
    MetricsResult result;
    observe.metrics(result, {});
    EXPECT(result.text.find("\nlarder_build_info") != std::string::npos);
}

void
store_stats(Store &store, ObserveClient &observe)
{
    store.put("key", "value");
    StoreStats stats;
    observe.store_stats(stats, S, {});
    EXPECT(stats.store == S && stats.engine == "hashmap");
    EXPECT(stats.keys == 1 && stats.data_bytes == 8);
    EXPECT(std::any_of(
        stats.operations.begin(), stats.operations.end(),
        [](const OperationStats &row) { return row.operation == "put" && row.count > 0; }));
    EXPECT(!stats.engine_figures.empty());
    auto error = thrown<InvalidRequest>([&] { observe.store_stats(stats, "unknown", {}); });
    EXPECT(error.code == InvalidCode::UNKNOWN_STORE);
}

void
stores_and_jobs(AdminClient &admin)
{
    StoreListResult result;
    admin.store_list(result, {});
    EXPECT(result.stores.size() == 1 && result.stores[0].info.name == S);
    EXPECT(result.stores[0].spec.engine == "hashmap" && result.stores[0].state == "serving");
    AdminResult verified;
    admin.verify(verified, S, {});
    EXPECT(verified.done && verified.job_id == 0);
    JobListResult jobs, same;
    admin.job_list(jobs, {});
    EXPECT(!jobs.jobs.empty() && jobs.jobs[0].kind == "verify" && jobs.jobs[0].store == S);
    EXPECT(jobs.jobs[0].state == JobState::DONE);
    admin.job_get(same, jobs.jobs[0].job_id, {});
    EXPECT(same.jobs.size() == 1 && same.jobs[0] == jobs.jobs[0]);
    auto error = thrown<InvalidRequest>([&] { admin.job_get(same, 1000000, {}); });
    EXPECT(error.code == InvalidCode::NOT_FOUND && error.field == "job_id");
}

void
observe_not_served(ObserveClient &observe)
{
    LevelsResult levels;
    FilesResult files;
    HotResult hot;
    EventsResult events;
    SlowLogResult slow;
    ExplainResult explained;
    DoctorResult findings;
    expect_unserved({
        {"levels", [&] { observe.levels(levels, S, {}); }},
        {"files", [&] { observe.files(files, S, {}); }},
        {"hot_keys", [&] { observe.hot_keys(hot, S, HotDimension::BYTES, {}); }},
        {"hot_prefixes", [&] { observe.hot_prefixes(hot, S, HotDimension::MISSES, {}); }},
        {"events", [&] { observe.events(events, 0, {}); }},
        {"slow_log", [&] { observe.slow_log(slow, 1000, {}); }},
        {"explain", [&] { observe.explain(explained, S, "k", {}); }},
        {"doctor", [&] { observe.doctor(findings, {}); }},
    });
}

void
admin_not_served(AdminClient &admin)
{
    AdminResult done;
    ConfigPlan plan;
    ConfigDocument document;
    BackupListResult backups;
    StoreSpec spec;
    spec.__set_name("new");
    spec.__set_engine("hashmap");
    expect_unserved({
        {"store_create", [&] { admin.store_create(done, spec, {}); }},
        {"store_alter",
         [&] {
             admin.store_alter(done, S, {{"memory_bytes", "1G"}}, {});
         }},
        {"store_drop", [&] { admin.store_drop(done, S, 0, {}); }},
        {"store_recall", [&] { admin.store_recall(done, S, "new", {}); }},
        {"store_rename", [&] { admin.store_rename(done, S, "new", {}); }},
        {"config_plan", [&] { admin.config_plan(plan, "", {}); }},
        {"config_apply", [&] { admin.config_apply(done, "", "plan", {}); }},
        {"config_export", [&] { admin.config_export(document, {}); }},
        {"flush", [&] { admin.flush(done, S, {}); }},
        {"compact", [&] { admin.compact(done, S, {}, {}); }},
        {"backup_create", [&] { admin.backup_create(done, S, "/nowhere", 0, {}); }},
        {"backup_list", [&] { admin.backup_list(backups, S, {}); }},
        {"backup_verify", [&] { admin.backup_verify(done, 1, {}); }},
        {"backup_restore", [&] { admin.backup_restore(done, 1, "new", {}); }},
        {"job_cancel", [&] { admin.job_cancel(done, 1, {}); }},
        {"mode_set", [&] { admin.mode_set(done, S, StoreMode::READ_ONLY, {}); }},
        {"shutdown", [&] { admin.shutdown(done, {}); }},
    });
}

/* ------------------------------------------------------------------------------------ outcomes -- */

void
refused(Store &scripted)
{
    auto error = thrown<Refused>([&] { scripted.put("!refuse-overload!retry-200ms:a", "v"); });
    EXPECT(error.code == RefusedCode::OVERLOAD && error.retry_after_ms == 200);
    EXPECT(!error.message.empty() && error.details.empty() && error.scope == "store:default");
}

void
every_refusal(Store &scripted)
{
    const std::map<std::string, RefusedCode::type> refusals = {
        {"disk_full", RefusedCode::DISK_FULL}, {"memory_full", RefusedCode::MEMORY_FULL},
        {"closing", RefusedCode::DRAINING},    {"deadline", RefusedCode::DEADLINE},
        {"read_only", RefusedCode::READ_ONLY},
    };
    for (const auto &[verb, code] : refusals) {
        std::string key = "!refuse-" + verb + ":a";
        EXPECT(thrown<Refused>([&] { scripted.put(key, "v"); }).code == code);
    }
}

void
indeterminate(Store &scripted)
{
    auto error = thrown<Indeterminate>([&] { scripted.put("!unknown:a", "v"); });
    EXPECT(error.code == IndeterminateCode::ENGINE_UNKNOWN && !error.message.empty());
    EXPECT(error.request_id.empty());
    EXPECT(!scripted.get("!unknown:a").found);
    error = thrown<Indeterminate>([&] { scripted.put("!unknown-applied:b", "v"); });
    EXPECT(error.code == IndeterminateCode::ENGINE_UNKNOWN);
    EXPECT(scripted.get("!unknown-applied:b").found);
    PutOptions hurried;
    hurried.__set_deadline_ms(200);
    error = thrown<Indeterminate>([&] { scripted.put("!delay-1000ms:c", "v", hurried); });
    EXPECT(error.code == IndeterminateCode::DEADLINE);
}

void
failed(Store &scripted)
{
    auto error = thrown<Failed>([&] { scripted.put("!fail-corruption:a", "v"); });
    EXPECT(error.code == FailedCode::CORRUPTION);
    EXPECT(!error.message.empty() && error.details.empty());
    error = thrown<Failed>([&] { scripted.put("!fail-io:a", "v"); });
    EXPECT(error.code == FailedCode::IO_ERROR);
    error = thrown<Failed>([&] { scripted.get("!read-poisoned:a"); });
    EXPECT(error.code == FailedCode::POISONED);
}

void
not_here(Store &scripted)
{
    auto error = thrown<NotHere>([&] { scripted.put("!elsewhere:a", "v"); });
    EXPECT(error.code == NotHereCode::WRONG_OWNER);
    EXPECT(!error.message.empty() && error.details.empty());
    EXPECT(error.epoch == 7 && error.owner == "owner.example:7400" && error.shard_id == 3);
}

void
after_every_exception(Store &scripted)
{
    auto plain = [&] { EXPECT(scripted.put("plain", "v").applied); };
    for (int i = 0; i < 3; i++) {
        thrown<InvalidRequest>([&] { scripted.put("", "v"); });
        plain();
        thrown<NotHere>([&] { scripted.put("!elsewhere:a", "v"); });
        plain();
        thrown<Refused>([&] { scripted.put("!refuse-overload:a", "v"); });
        plain();
        thrown<Indeterminate>([&] { scripted.put("!unknown:a", "v"); });
        plain();
        thrown<Failed>([&] { scripted.put("!fail-corruption:a", "v"); });
        plain();
    }
}

void
drain()
{
    auto protocol = connect("SCRIPTED_ADMIN");
    DrainResult drained;
    AdminClient(protocol).drain(drained, 0, {});
    EXPECT(drained.in_flight == 0);
    HealthResult health;
    ObserveClient(protocol).health(health, {});
    EXPECT(health.live && !health.ready);
}

/* ----------------------------------------------------------------------------------- stand-ins -- */

void
an_older_server(Store &older)
{
    ServerInfo info;
    older.client.server_info(info, {});
    EXPECT(info.api_version == 1 && info.limits.empty());
    EXPECT(older.put("k", "v").applied);
    GetResult got = older.get("k");
    EXPECT(got.found && got.value == "v" && got.full_length == 0);
}

void
an_older_server_skips_options(Store &older)
{
    older.put("k", "v");
    PutOptions options = under(absent());
    options.__set_return_current(true);
    WriteResult denied = older.put("k", "v", options);
    EXPECT(!denied.applied && denied.reason == NotApplied::CONDITION_FAILED);
}

void
an_older_server_lacks_a_method(Store &older)
{
    RangeInfoResult infos;
    auto error =
        thrown<TApplicationException>([&] { older.client.range_info(infos, S, {KeyRange()}, {}); });
    EXPECT(error.getType() == TApplicationException::UNKNOWN_METHOD);
    EXPECT(older.ping("still").payload == "still");
}

void
a_newer_server_sends_more_fields(Store &newer)
{
    int64_t version = newer.put("k", "v").version;
    GetResult got = newer.get("k");
    EXPECT(got.found && got.value == "v" && got.version == version);
}

void
a_newer_server_sends_new_values(Store &newer)
{
    WriteResult denied = newer.put("!moon:a", "v");
    EXPECT(!denied.applied && static_cast<int>(denied.reason) == 90);
    newer.put("k", "v");
    ScanResult page = newer.scan(prefix_range("k"));
    EXPECT(page.items.size() == 1 && static_cast<int>(page.stop_reason) == 90);
}

void
a_newer_server_refuses_in_a_new_way(Store &newer)
{
    auto error = thrown<Refused>([&] { newer.put("!warm:a", "v"); });
    EXPECT(static_cast<int>(error.code) == 90);
    EXPECT(error.retry_after_ms == 90 && error.scope == "server");
}

/* --------------------------------------------------------------------------------------- lists -- */

int
run_data(Store &store)
{
    return run(store,
               {
                   {1, "ping", [&] { ping(store); }},
                   {2, "server_info", [&] { server_info(store); }},
                   {3, "put and get", [&] { put_and_get(store); }},
                   {4, "empty options", [&] { empty_options(store); }},
                   {5, "an empty value", [&] { an_empty_value(store); }},
                   {6, "every byte", [&] { every_byte(store); }},
                   {7, "the longest value", [&] { the_longest_value(store); }},
                   {8, "a value too long", [&] { a_value_too_long(store); }},
                   {9, "keys at their limits", [&] { keys_at_their_limits(store); }},
                   {10, "conditions", [&] { conditions(store); }},
                   {11, "reading less", [&] { reading_less(store); }},
                   {12, "expiry", [&] { expiry(store); }},
                   {13, "remove", [&] { remove(store); }},
                   {14, "counters", [&] { counters(store); }},
                   {15, "both ends of i64", [&] { both_ends_of_i64(store); }},
                   {16, "append", [&] { append(store); }},
                   {17, "batch", [&] { batch(store); }},
                   {18, "bulk_write", [&] { bulk_write(store); }},
                   {19, "multi_get", [&] { multi_get(store); }},
                   {20, "scan", [&] { scan(store); }},
                   {21, "range_info", [&] { range_info(store); }},
                   {22, "checksum", [&] { checksum(store); }},
                   {23, "remove_range", [&] { remove_range(store); }},
                   {24, "many at once", [&] { many_at_once(store); }},
                   {25, "too many at once", [&] { too_many_at_once(store); }},
                   {26, "pipelining", [&] { pipelining(store); }},
                   {27, "InvalidRequest", [&] { invalid_request(store); }},
                   {28, "names in other scripts", [&] { names_in_other_scripts(store); }},
                   {29, "bad arguments", [&] { bad_arguments(store); }},
                   {30, "methods that are not served", [&] { methods_that_are_not_served(store); }},
                   {31, "an unknown method", [] { an_unknown_method(); }},
                   {32, "a missing argument", [&] { a_missing_argument(store); }},
                   {33, "fields from elsewhere", [&] { fields_from_elsewhere(store); }},
                   {34, "sequence ids", [&] { sequence_ids(store); }},
               });
}

int
run_management(Store &store)
{
    auto protocol = connect("ADMIN");
    AdminClient admin(protocol);
    ObserveClient observe(protocol);
    return run(store, {
                          {35, "health", [&] { health(observe); }},
                          {36, "metrics", [&] { metrics(observe); }},
                          {37, "store_stats", [&] { store_stats(store, observe); }},
                          {38, "stores and jobs", [&] { stores_and_jobs(admin); }},
                          {39, "Observe, not served", [&] { observe_not_served(observe); }},
                          {40, "Admin, not served", [&] { admin_not_served(admin); }},
                      });
}

int
run_outcomes(Store &scripted)
{
    return run(scripted,
               {
                   {41, "Refused", [&] { refused(scripted); }},
                   {42, "every refusal", [&] { every_refusal(scripted); }},
                   {43, "Indeterminate", [&] { indeterminate(scripted); }},
                   {44, "Failed", [&] { failed(scripted); }},
                   {45, "NotHere", [&] { not_here(scripted); }},
                   {46, "after every exception", [&] { after_every_exception(scripted); }},
                   {47, "drain", [] { drain(); }},
               });
}

int
run_stand_ins(Store &older, Store &newer)
{
    return run(older,
               {
                   {51, "an older server", [&] { an_older_server(older); }},
                   {52, "an older server skips options",
                    [&] { an_older_server_skips_options(older); }},
                   {53, "an older server lacks a method",
                    [&] { an_older_server_lacks_a_method(older); }},
               }) +
           run(newer, {
                          {54, "a newer server sends more fields",
                           [&] { a_newer_server_sends_more_fields(newer); }},
                          {55, "a newer server sends new values",
                           [&] { a_newer_server_sends_new_values(newer); }},
                          {56, "a newer server refuses in a new way",
                           [&] { a_newer_server_refuses_in_a_new_way(newer); }},
                      });
}

} // namespace

int
main()
{
    Store store("DATA"), scripted("SCRIPTED"), older("OLDER"), newer("NEWER");
    int failed = run_data(store) + run_management(store) + run_outcomes(scripted) +
                 run_stand_ins(older, newer);
    return failed == 0 ? 0 : 1;
}
