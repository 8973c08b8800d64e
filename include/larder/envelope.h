/*
 * envelope.h: an optional frame around values that says what they are.
 *
 *   LarderEnvelope envelope = {0};
 *   envelope.schema_version = 3, envelope.has_schema_version = true;
 *   envelope.entity_type = larder_text("order");
 *   envelope.payload = larder_bytes(data, size);
 *   envelope.checksum = true;
 *   size_t size = larder_envelope_size(&envelope);
 *   ... memory of that size ...
 *   larder_envelope_encode(&envelope, memory, size, &value);
 *
 * An envelope is a short header of fields in front of the payload. Every field is optional. Larder
 * stores it like any other value; it is for programs that share a store and change over time.
 *
 * Fields that a reader does not know. Ids of 1 to 127 are skipped, and larder_envelope_field()
 * still gives them, so that a program that rewrites a value can keep them. Ids of 128 and above
 * change what the payload means (compressed, encrypted, ...): a reader that does not know one
 * refuses the envelope. Applications own the ids 32 to 127.
 *
 * The checksum is optional: CRC-32 over everything else. It covers the way from the program that
 * wrote a value to the one that reads it, proxies and copies included; when it is there, it is
 * always checked.
 *
 * Canonical. Each envelope has one encoding, and decoding accepts no other. docs/formats.md has the
 * bytes; python/larder_kit/envelope.py writes and reads the same.
 *
 * Memory: nothing is allocated; what is decoded points into the value. Threading: plain values.
 * C99 and C++11.
 */
#ifndef LARDER_ENVELOPE_H
#define LARDER_ENVELOPE_H

#include <larder/bytes.h>

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of one field, at most; larger things belong into the payload. */
#define LARDER_ENVELOPE_FIELD_MAX 255

/* The ids that applications may use for fields of their own. */
#define LARDER_ENVELOPE_OWN_FIRST 32
#define LARDER_ENVELOPE_OWN_LAST  127

/* What came of encoding or decoding. */
typedef enum LarderEnvelopeCode {
    LARDER_ENVELOPE_OK = 0,
    LARDER_ENVELOPE_NO_SPACE,       /* encoding: the memory given is too small */
    LARDER_ENVELOPE_BAD_FIELD,      /* a field is too long, empty, negative or not UTF-8 */
    LARDER_ENVELOPE_BAD_ORDER,      /* ids do not ascend, or an own one is out of its range */
    LARDER_ENVELOPE_NO_ENVELOPE,    /* decoding: it does not begin like one: a bare value */
    LARDER_ENVELOPE_UNKNOWN_FORMAT, /* decoding: a later version of this format */
    LARDER_ENVELOPE_UNKNOWN_FIELD,  /* decoding: a field that must be understood */
    LARDER_ENVELOPE_TRUNCATED,      /* decoding: it ends within its header */
    LARDER_ENVELOPE_NOT_CANONICAL,  /* decoding: a number with leading zeros */
    LARDER_ENVELOPE_BAD_CHECKSUM,   /* decoding: the bytes are not those that were written */
} LarderEnvelopeCode;

/* "bad_checksum", for instance; "unknown" for a number that is none. */
const char *larder_envelope_code_name(LarderEnvelopeCode code);

/* A field that this header does not name. */
typedef struct LarderEnvelopeField {
    uint8_t id;
    LarderBytes bytes;
} LarderEnvelopeField;

typedef struct LarderEnvelope {
    bool has_schema_version;
    bool has_entity_version;
    bool has_updated_at;
    bool checksum;           /* encoding: add one; decoding: there was one, and it is right */
    uint32_t schema_version; /* of the payload's own format */
    int64_t entity_version;  /* of the thing stored, as the application counts; not negative */
    int64_t updated_at_ms;   /* since 1970-01-01 UTC; not negative */
    LarderBytes entity_type; /* UTF-8; empty: none */
    LarderBytes trace_id;    /* of the request that wrote it; empty: none */
    LarderBytes payload;
    /* Encoding: further fields, by ascending id. Decoding: NULL, see larder_envelope_field(). */
    const LarderEnvelopeField *fields;
    size_t field_count;
    LarderBytes header; /* decoding: the fields as they stand; encoding: ignored */
} LarderEnvelope;

/* How long it will be; 0 when it cannot be encoded. */
size_t larder_envelope_size(const LarderEnvelope *envelope);

/* Writes it into `memory`. On failure *ret_value is empty. */
LarderEnvelopeCode larder_envelope_encode(const LarderEnvelope *envelope, void *memory,
                                          size_t capacity, LarderBytes *ret_value);

/* Whether a value begins like an envelope, as no UTF-8 text does; others are bare values. */
bool larder_envelope_is(LarderBytes value);

/* Reads it. On failure *ret_envelope is all zero. */
LarderEnvelopeCode larder_envelope_decode(LarderBytes value, LarderEnvelope *ret_envelope);

/*
 * The next field of a decoded envelope that has no member of its own. Begin with *cursor = 0.
 * False: there are no more.
 */
bool larder_envelope_field(const LarderEnvelope *envelope, size_t *cursor,
                           LarderEnvelopeField *ret_field);

#ifdef __cplusplus
}
#endif

#endif
