/*
 * structure_write.c: structs onto the wire. See structure.h.
 */
#include "service/client/structure.h"

static BaseSlice
slice_of(LarderBytes bytes)
{
    return base_slice(bytes.data, bytes.size);
}

/* A count as the writer takes it; one that is over its range stays over the wire's. */
static uint32_t
count_of(size_t count)
{
    return count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

static void
write_bytes_list(WireWriter *writer, const LarderBytesList *list)
{
    wire_writer_list(writer, WIRE_BYTES, count_of(list->count));
    for (size_t i = 0; i < list->count && wire_writer_ok(writer); i++) {
        wire_writer_bytes(writer, slice_of(list->items[i]));
    }
}

static void
write_i64_list(WireWriter *writer, const LarderI64List *list)
{
    wire_writer_list(writer, WIRE_I64, count_of(list->count));
    for (size_t i = 0; i < list->count && wire_writer_ok(writer); i++) {
        wire_writer_i64(writer, list->items[i]);
    }
}

static void
write_struct_list(WireWriter *writer, const ClientStruct *element, const void *member)
{
    ClientList list;
    memcpy(&list, member, sizeof list);
    wire_writer_list(writer, WIRE_STRUCT, count_of(list.count));
    for (size_t i = 0; i < list.count && wire_writer_ok(writer); i++) {
        client_structure_write(writer, element, list.items + i * element->size);
    }
}

static void
write_text_map(WireWriter *writer, const LarderTextPairList *map)
{
    wire_writer_map(writer, WIRE_BYTES, WIRE_BYTES, count_of(map->count));
    for (size_t i = 0; i < map->count && wire_writer_ok(writer); i++) {
        wire_writer_bytes(writer, slice_of(map->items[i].name));
        wire_writer_bytes(writer, slice_of(map->items[i].value));
    }
}

static void
write_figure_map(WireWriter *writer, const LarderFigureList *map)
{
    wire_writer_map(writer, WIRE_BYTES, WIRE_I64, count_of(map->count));
    for (size_t i = 0; i < map->count && wire_writer_ok(writer); i++) {
        wire_writer_bytes(writer, slice_of(map->items[i].name));
        wire_writer_i64(writer, map->items[i].value);
    }
}

static void
write_empty_struct(WireWriter *writer)
{
    wire_writer_struct_begin(writer);
    wire_writer_struct_end(writer);
}

static void
write_pointer(WireWriter *writer, int16_t id, const ClientField *field, const void *member)
{
    const void *memory;
    memcpy(&memory, member, sizeof memory);
    if (memory == NULL && field->optional) {
        return;
    }
    wire_writer_field(writer, id, WIRE_STRUCT);
    if (memory == NULL) {
        write_empty_struct(writer);
    } else {
        client_structure_write(writer, field->structure, memory);
    }
}

/* Lists, maps and structs. */
static void
write_composite(WireWriter *writer, int16_t id, const ClientField *field, const void *member)
{
    switch ((ClientKind)field->kind) {
    case CLIENT_STRUCT:
        wire_writer_field(writer, id, WIRE_STRUCT);
        client_structure_write(writer, field->structure, member);
        break;
    case CLIENT_BYTES_LIST:
        wire_writer_field(writer, id, WIRE_LIST);
        write_bytes_list(writer, member);
        break;
    case CLIENT_I64_LIST:
        wire_writer_field(writer, id, WIRE_LIST);
        write_i64_list(writer, member);
        break;
    case CLIENT_STRUCT_LIST:
        wire_writer_field(writer, id, WIRE_LIST);
        write_struct_list(writer, field->structure, member);
        break;
    case CLIENT_TEXT_MAP:
        wire_writer_field(writer, id, WIRE_MAP);
        write_text_map(writer, member);
        break;
    case CLIENT_FIGURE_MAP:
        wire_writer_field(writer, id, WIRE_MAP);
        write_figure_map(writer, member);
        break;
    default:
        break;
    }
}

static void
write_field(WireWriter *writer, int16_t id, const ClientField *field, const void *member)
{
    switch ((ClientKind)field->kind) {
    case CLIENT_BYTES:
        wire_writer_field_bytes(writer, id, slice_of(*(const LarderBytes *)member));
        break;
    case CLIENT_I64:
        wire_writer_field_i64(writer, id, *(const int64_t *)member);
        break;
    case CLIENT_BOOL:
        wire_writer_field_bool(writer, id, *(const bool *)member);
        break;
    case CLIENT_I32:
    case CLIENT_ENUM:
        wire_writer_field_i32(writer, id, *(const int32_t *)member);
        break;
    case CLIENT_DOUBLE:
        wire_writer_field(writer, id, WIRE_DOUBLE);
        wire_writer_double(writer, *(const double *)member);
        break;
    case CLIENT_POINTER:
        write_pointer(writer, id, field, member);
        break;
    default:
        write_composite(writer, id, field, member);
        break;
    }
}

static bool
is_absent(const ClientField *field, const char *memory)
{
    return field->kind == CLIENT_NO_FIELD || (field->optional && field->kind != CLIENT_POINTER &&
                                              !*(const bool *)(memory + field->has_offset));
}

void
client_structure_write(WireWriter *writer, const ClientStruct *structure, const void *memory)
{
    const char *base = memory;
    wire_writer_struct_begin(writer);
    for (int16_t id = 1; id <= structure->id_max; id++) {
        const ClientField *field = &structure->fields[id];
        if (!is_absent(field, base)) {
            write_field(writer, id, field, base + field->offset);
        }
    }
    wire_writer_struct_end(writer);
}
