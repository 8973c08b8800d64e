// newer.cpp: a C++ client of a newer contract meets the server of today. CHECKS.md, 71 to 74.
#include "common.hpp"

using namespace larder;
using apache::thrift::TApplicationException;

namespace
{

Colour
blue()
{
    Colour colour;
    colour.__set_name("blue");
    colour.__set_shades({1, -1});
    return colour;
}

void
options_with_more_fields(Store &store)
{
    Condition absent;
    absent.__set_absent(true);
    PutOptions options;
    options.__set_condition(absent);
    options.__set_eager(true);
    options.__set_small(-1);
    options.__set_medium(-2);
    options.__set_large(-3);
    options.__set_factor(0.5);
    options.__set_hint("hint");
    options.__set_colour(blue());
    options.__set_palette({blue(), blue()});
    options.__set_weights({{"a", 1}});
    options.__set_nested({{"x", std::string(1, '\0')}, {}});
    EXPECT(store.put("k", "v", options).applied);
    GetResult got = store.get("k");
    EXPECT(got.found && got.value == "v");
    EXPECT(!got.__isset.eager && !got.__isset.small && !got.__isset.medium && !got.__isset.large);
    EXPECT(!got.__isset.factor && !got.__isset.hint && !got.__isset.colour);
    EXPECT(!got.__isset.palette && !got.__isset.weights && !got.__isset.nested);
}

void
a_method_that_is_missing(Store &store)
{
    Colour painted;
    auto error =
        thrown<TApplicationException>([&] { store.client.paint(painted, S, "k", blue()); });
    EXPECT(error.getType() == TApplicationException::UNKNOWN_METHOD);
    EXPECT(store.ping("still").payload == "still");
}

void
a_value_that_is_missing(Store &store)
{
    Mutation mutation;
    mutation.__set_kind(MutationKind::PAINT);
    mutation.__set_key("k");
    auto error = thrown<InvalidRequest>([&] { store.bulk_write({mutation}); });
    EXPECT(error.code == InvalidCode::OVER_LIMIT && error.field == "mutations[0].kind");
    EXPECT(error.limit == 4 && error.actual == 90);
}

void
exceptions_with_fewer_fields(Store &scripted)
{
    auto error = thrown<Refused>([&] { scripted.put("!refuse-overload!retry-200ms:a", "v"); });
    EXPECT(error.code == RefusedCode::OVERLOAD && error.retry_after_ms == 200);
    EXPECT(!error.__isset.colour && !error.__isset.hint);
}

} // namespace

int
main()
{
    Store store("DATA"), scripted("SCRIPTED");
    int failed =
        run(store, {
                       {71, "options with more fields", [&] { options_with_more_fields(store); }},
                       {72, "a method that is missing", [&] { a_method_that_is_missing(store); }},
                       {73, "a value that is missing", [&] { a_value_that_is_missing(store); }},
                   });
    failed += run(scripted, {
                                {74, "exceptions with fewer fields",
                                 [&] { exceptions_with_fewer_fields(scripted); }},
                            });
    return failed == 0 ? 0 : 1;
}
