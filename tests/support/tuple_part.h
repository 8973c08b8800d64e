/*
 * tuple_part.h: writes a part of a tuple again, as the reader gave it.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_TESTS_SUPPORT_TUPLE_PART_H
#define LARDER_TESTS_SUPPORT_TUPLE_PART_H

#include <larder/tuple.h>

static inline void
tuple_part_write(LarderTupleWriter *writer, const LarderTuplePart *part)
{
    switch (part->type) {
    case LARDER_TUPLE_CLOSE:
        larder_tuple_close(writer);
        break;
    case LARDER_TUPLE_TENANT:
        larder_tuple_add_tenant(writer, part->bytes);
        break;
    case LARDER_TUPLE_NULL:
        larder_tuple_add_null(writer);
        break;
    case LARDER_TUPLE_BOOLEAN:
        larder_tuple_add_boolean(writer, part->boolean);
        break;
    case LARDER_TUPLE_INTEGER:
        larder_tuple_add_integer(writer, part->integer);
        break;
    case LARDER_TUPLE_DOUBLE:
        larder_tuple_add_double(writer, part->number);
        break;
    case LARDER_TUPLE_UUID:
        larder_tuple_add_uuid(writer, part->bytes.data);
        break;
    case LARDER_TUPLE_TEXT:
        larder_tuple_add_text(writer, part->bytes);
        break;
    case LARDER_TUPLE_BYTES:
        larder_tuple_add_bytes(writer, part->bytes);
        break;
    case LARDER_TUPLE_OPEN:
        larder_tuple_open(writer);
        break;
    }
}

#endif
