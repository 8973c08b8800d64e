/*
 * fuzz_client_tuple.c: keys that come from anywhere.
 *
 *   - Reading bytes of any kind reads nothing but them, and checking agrees with reading.
 *   - What can be read is written again as the same bytes.
 *   - The input cut in two, each half taken as bytes of a key: the keys compare as the halves do.
 */
#include "engine/base/check.h"
#include "engine/base/slice.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/tuple_part.h"

#include <larder/tuple.h>

enum { INPUT_MAX = 4096 };

static void
check_any_bytes(LarderBytes key)
{
    static char unescaped[INPUT_MAX];
    static char written[INPUT_MAX];
    LarderTupleReader reader = larder_tuple_reader(key, unescaped, key.size);
    LarderTupleWriter writer = larder_tuple_writer(written, key.size);
    LarderTuplePart part;
    LarderTupleCode code;
    while ((code = larder_tuple_next(&reader, &part)) == LARDER_TUPLE_OK) {
        tuple_part_write(&writer, &part);
    }
    BASE_CHECK(code != LARDER_TUPLE_NO_SPACE);
    BASE_CHECK(larder_tuple_check(key) == (code == LARDER_TUPLE_DONE ? LARDER_TUPLE_OK : code));
    if (code == LARDER_TUPLE_DONE) {
        LarderBytes again;
        BASE_CHECK(larder_tuple_finish(&writer, &again) == LARDER_TUPLE_OK);
        BASE_CHECK(larder_bytes_equal(again, key));
    }
}

static LarderBytes
key_of(LarderBytes bytes, char *memory, size_t capacity)
{
    LarderBytes key;
    LarderTupleWriter writer = larder_tuple_writer(memory, capacity);
    larder_tuple_open(&writer);
    larder_tuple_add_bytes(&writer, bytes);
    larder_tuple_close(&writer);
    larder_tuple_add_integer(&writer, 7);
    BASE_CHECK(larder_tuple_finish(&writer, &key) == LARDER_TUPLE_OK);
    return key;
}

static int
order_of(LarderBytes a, LarderBytes b)
{
    int order = base_slice_compare(base_slice(a.data, a.size), base_slice(b.data, b.size));
    return (order > 0) - (order < 0);
}

static void
check_order(LarderBytes a, LarderBytes b)
{
    static char memory[2][2 * INPUT_MAX + 8];
    LarderBytes key_a = key_of(a, memory[0], sizeof memory[0]);
    LarderBytes key_b = key_of(b, memory[1], sizeof memory[1]);
    BASE_CHECK(order_of(key_a, key_b) == order_of(a, b));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && size <= INPUT_MAX) {
        LarderBytes bytes = larder_bytes(data, size);
        check_any_bytes(bytes);
        check_order(larder_bytes(data, size / 2), larder_bytes(data + size / 2, size - size / 2));
    }
    return 0;
}
