/*
 * properties.c: writes and reads the properties of a table. See properties.h.
 */
#include "engine/format/properties.h"

#include "engine/format/encode.h"

typedef enum PropertyType {
    PROPERTY_NONE,
    PROPERTY_NUMBER,
    PROPERTY_BYTES,
    PROPERTY_BLOBS,
} PropertyType;

typedef struct Property {
    PropertyType type;
    size_t offset; /* of the field */
} Property;

#define NUMBER(field)                                      \
    {                                                      \
        PROPERTY_NUMBER, offsetof(FormatProperties, field) \
    }
#define BYTES(field)                                      \
    {                                                     \
        PROPERTY_BYTES, offsetof(FormatProperties, field) \
    }

/* By id. */
static const Property properties_by_id[] = {
    [1] = NUMBER(entries),       [2] = NUMBER(removes),
    [3] = NUMBER(fragments),     [4] = NUMBER(expiring),
    [5] = NUMBER(version_min),   [6] = NUMBER(version_max),
    [7] = BYTES(smallest),       [8] = BYTES(largest),
    [9] = NUMBER(expiry_min),    [10] = NUMBER(expiry_max),
    [11] = NUMBER(made_at_ms),   [12] = BYTES(program),
    [13] = NUMBER(level),        [14] = NUMBER(key_bytes),
    [15] = NUMBER(value_bytes),  [16] = NUMBER(data_bytes),
    [17] = NUMBER(data_blocks),  [18] = NUMBER(filter_bits),
    [19] = NUMBER(stamp_max),    [20] = NUMBER(number),
    [21] = NUMBER(blob_entries), [22] = {PROPERTY_BLOBS, offsetof(FormatProperties, blobs)},
    [23] = NUMBER(snapshots),
};

enum { PROPERTY_COUNT = sizeof properties_by_id / sizeof *properties_by_id };

static void
encode_number(BaseBuf *into, uint64_t id, int64_t number)
{
    if (number != 0) {
        format_encode_varint(into, id);
        format_encode_varint(into, format_varint_len((uint64_t)number));
        format_encode_count(into, number);
    }
}

static void
encode_bytes(BaseBuf *into, uint64_t id, BaseSlice bytes)
{
    if (bytes.len != 0) {
        format_encode_varint(into, id);
        format_encode_bytes(into, bytes);
    }
}

static void
encode_blobs(BaseBuf *into, uint64_t id, const FormatBlobUses *uses)
{
    if (uses->count != 0) {
        format_encode_varint(into, id);
        format_encode_varint(into, format_varint_len(uses->count) + uses->bytes.len);
        format_blob_uses_encode(into, uses);
    }
}

bool
format_properties_encode(BaseBuf *into, const FormatProperties *properties)
{
    for (uint64_t id = 0; id < PROPERTY_COUNT; id++) {
        const void *field = (const uint8_t *)properties + properties_by_id[id].offset;
        switch (properties_by_id[id].type) {
        case PROPERTY_NUMBER:
            encode_number(into, id, *(const int64_t *)field);
            break;
        case PROPERTY_BYTES:
            encode_bytes(into, id, *(const BaseSlice *)field);
            break;
        case PROPERTY_BLOBS:
            encode_blobs(into, id, field);
            break;
        case PROPERTY_NONE:
        default:
            break;
        }
    }
    return !into->failed;
}

/* Reads the value of one property; false: it is none, or one that is left out. */
static bool
decode_value(FormatProperties *properties, const Property *property, BaseSlice bytes)
{
    void *field = (uint8_t *)properties + property->offset;
    FormatDecoder decoder = format_decode(bytes);
    switch (property->type) {
    case PROPERTY_NUMBER: {
        int64_t number = format_decode_count(&decoder);
        *(int64_t *)field = number;
        return format_decode_done(&decoder) && number != 0;
    }
    case PROPERTY_BYTES:
        *(BaseSlice *)field = bytes;
        return bytes.len != 0;
    case PROPERTY_BLOBS: {
        FormatBlobUses uses = format_blob_uses_decode(&decoder);
        *(FormatBlobUses *)field = uses;
        return format_decode_done(&decoder) && uses.count != 0;
    }
    case PROPERTY_NONE:
    default:
        return true;
    }
}

BaseStatus
format_properties_decode(BaseSlice bytes, FormatProperties *ret_properties)
{
    static const Property unknown = {PROPERTY_NONE, 0};
    FormatProperties properties = {0};
    FormatDecoder decoder = format_decode(bytes);
    uint64_t last = 0;
    while (!decoder.bad && format_decode_left(&decoder) != 0) {
        uint64_t id = format_decode_varint(&decoder);
        BaseSlice value = format_decode_bytes(&decoder);
        const Property *property = id < PROPERTY_COUNT ? &properties_by_id[id] : &unknown;
        if (decoder.bad || id <= last || !decode_value(&properties, property, value)) {
            return format_corrupt("the properties of a table make no sense");
        }
        last = id;
    }
    *ret_properties = properties;
    return base_ok();
}
