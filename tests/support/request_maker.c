/*
 * request_maker.c: a struct at a time, field by field, each there or not.
 *
 * One field in a hundred comes with another type, one struct in fifty has a field that the contract
 * does not know.
 */
#include "tests/support/request_maker.h"

#include <stdio.h>

enum { KEYS = 24, LONG_KEY = 1100, REQUEST_MAX = 4 * 1024 * 1024 };

void
request_maker_init(RequestMaker *maker, uint64_t seed, bool scripted)
{
    *maker = (RequestMaker){.rng = base_rand(seed), .scripted = scripted, .versions = 1};
}

/* Whether something that happens once in `often` times happens now. */
static bool
chance(RequestMaker *maker, uint64_t often)
{
    return base_rand_below(&maker->rng, often) == 0;
}

static int64_t
below(RequestMaker *maker, uint64_t bound)
{
    return (int64_t)base_rand_below(&maker->rng, bound);
}

/* -------------------------------------------------------------------------------- fields -- */

/* The header of a field, and true; or, rarely, a field of another type in its place, and false. */
static bool
field(RequestMaker *maker, int16_t id, WireType type)
{
    WireWriter *writer = &maker->writer;
    if (!chance(maker, 100)) {
        wire_writer_field(writer, id, type);
        return true;
    }
    if (type == WIRE_I64) {
        wire_writer_field_i32(writer, id, 7);
    } else {
        wire_writer_field_i64(writer, id, 7);
    }
    return false;
}

static void
field_i64(RequestMaker *maker, int16_t id, int64_t number)
{
    if (field(maker, id, WIRE_I64)) {
        wire_writer_i64(&maker->writer, number);
    }
}

static void
field_i32(RequestMaker *maker, int16_t id, int32_t number)
{
    if (field(maker, id, WIRE_I32)) {
        wire_writer_i32(&maker->writer, number);
    }
}

static void
field_bool(RequestMaker *maker, int16_t id)
{
    if (field(maker, id, WIRE_BOOL)) {
        wire_writer_bool(&maker->writer, !chance(maker, 2));
    }
}

static void
field_bytes(RequestMaker *maker, int16_t id, BaseSlice bytes)
{
    if (field(maker, id, WIRE_BYTES)) {
        wire_writer_bytes(&maker->writer, bytes);
    }
}

/* The end of a struct, at times behind a field that nobody knows. */
static void
end_struct(RequestMaker *maker)
{
    if (chance(maker, 50)) {
        wire_writer_field_i32(&maker->writer, (int16_t)(20 + below(maker, 40)), 1);
    }
    wire_writer_struct_end(&maker->writer);
}

/* -------------------------------------------------------------------------------- values -- */

static BaseSlice
key(RequestMaker *maker)
{
    static const char *const orders[] = {
        "!refuse-overload!retry-200ms:",
        "!refuse-disk_full:",
        "!unknown:",
        "!unknown-applied:",
        "!fail-io:",
        "!fail-corruption:",
        "!read-io:",
        "!read-would_block:",
        "!refuse-read_only:",
    };
    static char text[64];
    static uint8_t many[LONG_KEY];
    if (chance(maker, 150)) {
        return base_slice(many, (size_t)below(maker, 2) * LONG_KEY);
    }
    bool order = maker->scripted && chance(maker, 8);
    const char *prefix = order ? orders[below(maker, sizeof orders / sizeof orders[0])] : "k";
    (void)snprintf(text, sizeof text, "%s%02d", prefix, (int)below(maker, KEYS));
    return base_slice_text(text);
}

static BaseSlice
value(RequestMaker *maker)
{
    static uint8_t bytes[3000];
    static const uint8_t counter[8] = {0, 0, 0, 0, 0, 0, 0, 42};
    if (chance(maker, 4)) {
        return base_slice(counter, sizeof counter);
    }
    size_t len = (size_t)below(maker, chance(maker, 20) ? sizeof bytes : 40);
    memset(bytes, 'a' + (int)below(maker, 26), len);
    return base_slice(bytes, len);
}

/* A number that is sensible, or at the edge, or beyond. */
static int64_t
number(RequestMaker *maker, int64_t sensible)
{
    switch (below(maker, 12)) {
    case 0:
        return 0;
    case 1:
        return -1;
    case 2:
        return INT64_MAX;
    case 3:
        return INT64_MIN;
    default:
        return 1 + below(maker, (uint64_t)sensible);
    }
}

static int64_t
some_version(RequestMaker *maker)
{
    return chance(maker, 6) ? number(maker, 100) : maker->versions - below(maker, 40);
}

static void
store_argument(RequestMaker *maker)
{
    static const char *const names[] = {"nobody", "", "def\377ault"};
    const char *name = chance(maker, 60) ? names[below(maker, 3)] : "default";
    if (!chance(maker, 200)) {
        field_bytes(maker, 1, base_slice_text(name));
    }
}

/* ------------------------------------------------------------------------------- structs -- */

static void
condition(RequestMaker *maker)
{
    wire_writer_struct_begin(&maker->writer);
    int kind = (int)below(maker, 7);
    if (kind == 0 || chance(maker, 20)) {
        field_bool(maker, 1);
    }
    if (kind == 1 || chance(maker, 20)) {
        field_bool(maker, 2);
    }
    if (kind == 2 || chance(maker, 20)) {
        field_i64(maker, 3, some_version(maker));
    }
    if (kind == 3 || chance(maker, 20)) {
        field_i64(maker, 4, some_version(maker));
    }
    if (kind == 4 || chance(maker, 20)) {
        field_bytes(maker, 5, value(maker));
    }
    end_struct(maker);
}

static void
expiry(RequestMaker *maker)
{
    wire_writer_struct_begin(&maker->writer);
    int kind = (int)below(maker, 4);
    if (kind == 0 || chance(maker, 20)) {
        field_i64(maker, 1, number(maker, 5000));
    }
    if (kind == 1 || chance(maker, 20)) {
        field_i64(maker, 2, number(maker, 1600000000));
    }
    if (kind == 2 || chance(maker, 20)) {
        field_bool(maker, 3);
    }
    end_struct(maker);
}

static void
range(RequestMaker *maker)
{
    wire_writer_struct_begin(&maker->writer);
    if (chance(maker, 2)) {
        field_bytes(maker, 1, key(maker));
    }
    if (chance(maker, 2)) {
        field_bytes(maker, 2, key(maker));
    }
    if (chance(maker, 8)) {
        field_bytes(maker, 3, BASE_SLICE_LITERAL("k1"));
    }
    end_struct(maker);
}

/* What the options of all writes share; `expires` and `conditional`: they may have those too. */
static void
write_options(RequestMaker *maker, int16_t id, bool conditional, bool expires)
{
    if (chance(maker, 3) || !field(maker, id, WIRE_STRUCT)) {
        return;
    }
    wire_writer_struct_begin(&maker->writer);
    if (chance(maker, 6)) {
        field_i64(maker, 1, number(maker, 1000));
    }
    if (conditional && chance(maker, 3) && field(maker, 2, WIRE_STRUCT)) {
        condition(maker);
    }
    if (expires && chance(maker, 4) && field(maker, 3, WIRE_STRUCT)) {
        expiry(maker);
    }
    if (chance(maker, 10)) {
        field_i32(maker, 4, (int32_t)below(maker, 3));
    }
    if (chance(maker, 60)) {
        field_bytes(maker, 6, BASE_SLICE_LITERAL("0123456789abcdef"));
    }
    if (conditional && chance(maker, 3)) {
        field_bool(maker, 7);
    }
    if (conditional && chance(maker, 3)) {
        field_bool(maker, 8);
    }
    end_struct(maker);
}

static void
mutation(RequestMaker *maker)
{
    wire_writer_struct_begin(&maker->writer);
    int kind = chance(maker, 12) ? 4 : 1 + (int)below(maker, 3);
    if (!chance(maker, 80)) {
        field_i32(maker, 1, chance(maker, 50) ? 9 : kind);
    }
    if (!chance(maker, 80)) {
        field_bytes(maker, 2, key(maker));
    }
    if ((kind == 1) != chance(maker, 60)) {
        field_bytes(maker, 3, value(maker));
    }
    if (kind == 4 && chance(maker, 2)) {
        field_bytes(maker, 4, key(maker));
    }
    if ((kind == 3) != chance(maker, 60)) {
        field_i64(maker, 5, number(maker, 10));
    }
    if ((kind == 1 || kind == 3) && chance(maker, 5) && field(maker, 6, WIRE_STRUCT)) {
        expiry(maker);
    }
    if (kind != 4 && chance(maker, 6) && field(maker, 7, WIRE_STRUCT)) {
        condition(maker);
    }
    end_struct(maker);
}

static void
mutations(RequestMaker *maker)
{
    if (!field(maker, 2, WIRE_LIST)) {
        return;
    }
    uint32_t count = (uint32_t)below(maker, chance(maker, 40) ? 300 : 6);
    wire_writer_list(&maker->writer, WIRE_STRUCT, count);
    for (uint32_t i = 0; i < count; i++) {
        mutation(maker);
    }
}

static void
guards(RequestMaker *maker)
{
    uint32_t count = (uint32_t)below(maker, 3);
    wire_writer_list(&maker->writer, WIRE_STRUCT, count);
    for (uint32_t i = 0; i < count; i++) {
        wire_writer_struct_begin(&maker->writer);
        field_bytes(maker, 1, key(maker));
        if (field(maker, 2, WIRE_STRUCT)) {
            condition(maker);
        }
        end_struct(maker);
    }
}

/* ------------------------------------------------------------------------------- methods -- */

static void
get_arguments(RequestMaker *maker)
{
    field_bytes(maker, 2, key(maker));
    if (chance(maker, 2) || !field(maker, 3, WIRE_STRUCT)) {
        return;
    }
    wire_writer_struct_begin(&maker->writer);
    if (chance(maker, 6)) {
        field_i64(maker, 1, number(maker, 1000));
    }
    if (chance(maker, 50)) {
        field_i64(maker, 2, 1);
    }
    if (chance(maker, 4)) {
        field_i64(maker, 3, some_version(maker));
    }
    if (chance(maker, 4)) {
        field_bool(maker, 4);
    }
    if (chance(maker, 5)) {
        field_i64(maker, 5, number(maker, 30));
    }
    if (chance(maker, 5)) {
        field_i64(maker, 6, number(maker, 30));
    }
    end_struct(maker);
}

static void
put_arguments(RequestMaker *maker)
{
    field_bytes(maker, 2, key(maker));
    field_bytes(maker, 3, value(maker));
    write_options(maker, 4, true, true);
}

static void
remove_arguments(RequestMaker *maker)
{
    field_bytes(maker, 2, key(maker));
    write_options(maker, 3, true, false);
}

static void
multi_get_arguments(RequestMaker *maker)
{
    if (field(maker, 2, WIRE_LIST)) {
        uint32_t count = (uint32_t)below(maker, chance(maker, 40) ? 400 : 8);
        wire_writer_list(&maker->writer, WIRE_BYTES, count);
        for (uint32_t i = 0; i < count; i++) {
            wire_writer_bytes(&maker->writer, key(maker));
        }
    }
    if (chance(maker, 2) || !field(maker, 3, WIRE_STRUCT)) {
        return;
    }
    wire_writer_struct_begin(&maker->writer);
    if (chance(maker, 3)) {
        field_i64(maker, 3, number(maker, 200));
    }
    if (chance(maker, 3)) {
        field_bool(maker, 4);
    }
    end_struct(maker);
}

static void
batch_arguments(RequestMaker *maker)
{
    mutations(maker);
    if (chance(maker, 2) || !field(maker, 3, WIRE_STRUCT)) {
        return;
    }
    wire_writer_struct_begin(&maker->writer);
    if (chance(maker, 2) && field(maker, 2, WIRE_LIST)) {
        guards(maker);
    }
    if (chance(maker, 10)) {
        field_i32(maker, 4, (int32_t)below(maker, 3));
    }
    if (chance(maker, 2)) {
        field_bool(maker, 7);
    }
    end_struct(maker);
}

static void
bulk_write_arguments(RequestMaker *maker)
{
    mutations(maker);
    write_options(maker, 3, false, false);
}

static void
scan_arguments(RequestMaker *maker)
{
    if (field(maker, 2, WIRE_STRUCT)) {
        range(maker);
    }
    if (chance(maker, 2) || !field(maker, 3, WIRE_STRUCT)) {
        return;
    }
    wire_writer_struct_begin(&maker->writer);
    for (int16_t id = 3; id <= 5; id++) {
        if (chance(maker, 3)) {
            field_bool(maker, id);
        }
    }
    if (chance(maker, 2)) {
        field_i64(maker, 6, number(maker, 30));
    }
    if (chance(maker, 3)) {
        field_i64(maker, 7, number(maker, 500));
    }
    if (chance(maker, 5)) {
        field_i64(maker, 8, number(maker, 30));
    }
    if (chance(maker, 20)) {
        field_bytes(maker, 10, value(maker));
    }
    end_struct(maker);
}

void
request_maker_next(RequestMaker *maker, BaseBuf *into)
{
    static const struct {
        const char *name;
        void (*arguments)(RequestMaker *maker);
        int weight;
    } methods[] = {
        {"get", get_arguments, 6},       {"put", put_arguments, 6},
        {"remove", remove_arguments, 3}, {"multi_get", multi_get_arguments, 2},
        {"batch", batch_arguments, 3},   {"bulk_write", bulk_write_arguments, 2},
        {"scan", scan_arguments, 2},     {"touch", get_arguments, 1},
    };
    int pick = (int)below(maker, 25);
    size_t method = 0;
    while (pick >= methods[method].weight) {
        pick -= methods[method++].weight;
    }
    WireFormat format = {chance(maker, 2) ? WIRE_COMPACT : WIRE_BINARY, chance(maker, 2)};
    base_buf_reset(into);
    WireWriter *writer = &maker->writer;
    wire_writer_begin(writer, into, format, REQUEST_MAX);
    wire_writer_message(writer, WIRE_CALL, base_slice_text(methods[method].name),
                        (int32_t)below(maker, 1000));
    wire_writer_struct_begin(writer);
    store_argument(maker);
    methods[method].arguments(maker);
    end_struct(maker);
    (void)wire_writer_finish(writer);
}
