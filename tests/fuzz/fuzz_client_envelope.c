/*
 * fuzz_client_envelope.c: envelopes that come from anywhere.
 *
 *   - Decoding bytes of any kind reads nothing but them.
 *   - What can be decoded is encoded again as the same bytes, fields without a name included.
 *   - The input taken as a payload comes back as it is.
 */
#include "engine/base/check.h"
#include "tests/fuzz/fuzz.h"

#include <larder/envelope.h>

enum { INPUT_MAX = 8192, FIELDS_MAX = 128 };

static char memory[INPUT_MAX + 64];

static void
check_any_bytes(LarderBytes value)
{
    LarderEnvelope envelope;
    if (larder_envelope_decode(value, &envelope) != LARDER_ENVELOPE_OK) {
        BASE_CHECK(envelope.payload.size == 0 && envelope.header.size == 0);
        return;
    }
    LarderEnvelopeField fields[FIELDS_MAX];
    size_t cursor = 0;
    while (larder_envelope_field(&envelope, &cursor, &fields[envelope.field_count])) {
        BASE_CHECK(++envelope.field_count < FIELDS_MAX);
    }
    LarderBytes again;
    envelope.fields = fields;
    BASE_CHECK(larder_envelope_size(&envelope) == value.size);
    BASE_CHECK(larder_envelope_encode(&envelope, memory, value.size, &again) == LARDER_ENVELOPE_OK);
    BASE_CHECK(larder_bytes_equal(again, value));
}

static void
check_payload(LarderBytes payload)
{
    LarderBytes value;
    LarderEnvelope envelope = {.payload = payload, .checksum = true, .has_schema_version = true};
    BASE_CHECK(larder_envelope_encode(&envelope, memory, sizeof memory, &value) ==
               LARDER_ENVELOPE_OK);
    BASE_CHECK(larder_envelope_decode(value, &envelope) == LARDER_ENVELOPE_OK);
    BASE_CHECK(larder_bytes_equal(envelope.payload, payload));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= INPUT_MAX) {
        check_any_bytes(larder_bytes(data, size));
        check_payload(larder_bytes(data, size));
    }
    return 0;
}
