/*
 * structure_read.c: structs from a tape. See structure.h.
 *
 * client_structure_beside() and the reading after it go through the same values in the same way, so
 * what the one counts is what the other takes: a value of the wrong type is not counted, and ends
 * the reading before it takes anything.
 */
#include "service/client/structure.h"

/* What a kind is on the wire, and what its elements are: of maps, keys << 4 | values. */
static const uint8_t types[CLIENT_KIND_COUNT] = {
    [CLIENT_BOOL] = WIRE_BOOL,        [CLIENT_I32] = WIRE_I32,
    [CLIENT_ENUM] = WIRE_I32,         [CLIENT_I64] = WIRE_I64,
    [CLIENT_DOUBLE] = WIRE_DOUBLE,    [CLIENT_BYTES] = WIRE_BYTES,
    [CLIENT_STRUCT] = WIRE_STRUCT,    [CLIENT_POINTER] = WIRE_STRUCT,
    [CLIENT_BYTES_LIST] = WIRE_LIST,  [CLIENT_I64_LIST] = WIRE_LIST,
    [CLIENT_STRUCT_LIST] = WIRE_LIST, [CLIENT_TEXT_MAP] = WIRE_MAP,
    [CLIENT_FIGURE_MAP] = WIRE_MAP,
};

static const uint8_t elements[CLIENT_KIND_COUNT] = {
    [CLIENT_BYTES_LIST] = WIRE_BYTES,
    [CLIENT_I64_LIST] = WIRE_I64,
    [CLIENT_STRUCT_LIST] = WIRE_STRUCT,
    [CLIENT_TEXT_MAP] = WIRE_BYTES << 4 | WIRE_BYTES,
    [CLIENT_FIGURE_MAP] = WIRE_BYTES << 4 | WIRE_I64,
};

/* The field of a value; NULL when the contract has none of this id. */
static inline const ClientField *
field_of(const ClientStruct *structure, const WireValue *value)
{
    unsigned id = (uint16_t)value->id;
    if (id > structure->id_max || structure->fields[id].kind == CLIENT_NO_FIELD) {
        return NULL;
    }
    return &structure->fields[id];
}

/* Whether a value has the type of the field. The elements of an empty container have any. */
static inline bool
fits(const ClientField *field, const WireValue *value)
{
    if (value->type != types[field->kind]) {
        return false;
    }
    uint8_t element = elements[field->kind];
    return element == 0 || value->count == 0 || value->element == element;
}

static size_t
beside_list(const ClientStruct *element, const WireValue *list)
{
    size_t bytes = client_structure_block(list->count * (size_t)element->size);
    if (element->flat) {
        return bytes;
    }
    for (const WireValue *v = wire_tape_first(list); v != wire_tape_end(list);
         v = wire_tape_next(v)) {
        bytes += client_structure_beside(element, v);
    }
    return bytes;
}

static size_t
beside_field(const ClientField *field, const WireValue *value)
{
    switch ((ClientKind)field->kind) {
    case CLIENT_STRUCT:
        return client_structure_beside(field->structure, value);
    case CLIENT_POINTER:
        return client_structure_block(field->structure->size) +
               client_structure_beside(field->structure, value);
    case CLIENT_BYTES_LIST:
        return value->count * sizeof(LarderBytes);
    case CLIENT_I64_LIST:
        return value->count * sizeof(int64_t);
    case CLIENT_STRUCT_LIST:
        return beside_list(field->structure, value);
    case CLIENT_TEXT_MAP:
        return value->count * sizeof(LarderTextPair);
    case CLIENT_FIGURE_MAP:
        return value->count * sizeof(LarderFigure);
    default:
        return 0;
    }
}

size_t
client_structure_beside(const ClientStruct *structure, const WireValue *value)
{
    if (structure->flat) {
        return 0;
    }
    size_t bytes = 0;
    for (const WireValue *v = wire_tape_first(value); v != wire_tape_end(value);
         v = wire_tape_next(v)) {
        const ClientField *field = field_of(structure, v);
        if (field != NULL && fits(field, v)) {
            bytes += beside_field(field, v);
        }
    }
    return bytes;
}

static void *
take(ClientSource *source, size_t size)
{
    char *block = source->beside;
    source->beside += client_structure_block(size);
    return block;
}

static inline LarderBytes
text_of(ClientSource *source, const WireValue *value)
{
    char *text = source->message + value->offset;
    text[value->length] = '\0';
    return (LarderBytes){text, value->length};
}

static LarderBytesList
read_bytes_list(ClientSource *source, const WireValue *list)
{
    LarderBytes *items = take(source, list->count * sizeof *items);
    const WireValue *v = wire_tape_first(list);
    for (uint32_t i = 0; i < list->count; i++, v = wire_tape_next(v)) {
        items[i] = text_of(source, v);
    }
    return (LarderBytesList){items, list->count};
}

static LarderI64List
read_i64_list(ClientSource *source, const WireValue *list)
{
    int64_t *items = take(source, list->count * sizeof *items);
    const WireValue *v = wire_tape_first(list);
    for (uint32_t i = 0; i < list->count; i++, v = wire_tape_next(v)) {
        items[i] = v->number;
    }
    return (LarderI64List){items, list->count};
}

static LarderTextPairList
read_text_map(ClientSource *source, const WireValue *map)
{
    LarderTextPair *items = take(source, map->count * sizeof *items);
    const WireValue *v = wire_tape_first(map);
    for (uint32_t i = 0; i < map->count; i++, v = wire_tape_next(wire_tape_next(v))) {
        items[i].name = text_of(source, v);
        items[i].value = text_of(source, wire_tape_next(v));
    }
    return (LarderTextPairList){items, map->count};
}

static LarderFigureList
read_figure_map(ClientSource *source, const WireValue *map)
{
    LarderFigure *items = take(source, map->count * sizeof *items);
    const WireValue *v = wire_tape_first(map);
    for (uint32_t i = 0; i < map->count; i++, v = wire_tape_next(wire_tape_next(v))) {
        items[i].name = text_of(source, v);
        items[i].value = wire_tape_next(v)->number;
    }
    return (LarderFigureList){items, map->count};
}

static bool
read_struct_list(ClientSource *source, const ClientStruct *element, const WireValue *list,
                 void *member)
{
    char *items = take(source, list->count * (size_t)element->size);
    const WireValue *v = wire_tape_first(list);
    for (uint32_t i = 0; i < list->count; i++, v = wire_tape_next(v)) {
        if (!client_structure_read(source, element, v, items + i * (size_t)element->size)) {
            return false;
        }
    }
    ClientList read = {items, list->count};
    memcpy(member, &read, sizeof read);
    return true;
}

static bool
read_pointer(ClientSource *source, const ClientStruct *structure, const WireValue *value,
             void *member)
{
    void *memory = take(source, structure->size);
    memcpy(member, &memory, sizeof memory);
    return client_structure_read(source, structure, value, memory);
}

static bool
read_composite(ClientSource *source, const ClientField *field, const WireValue *value, void *member)
{
    switch ((ClientKind)field->kind) {
    case CLIENT_STRUCT:
        return client_structure_read(source, field->structure, value, member);
    case CLIENT_POINTER:
        return read_pointer(source, field->structure, value, member);
    case CLIENT_STRUCT_LIST:
        return read_struct_list(source, field->structure, value, member);
    case CLIENT_BYTES_LIST:
        *(LarderBytesList *)member = read_bytes_list(source, value);
        return true;
    case CLIENT_I64_LIST:
        *(LarderI64List *)member = read_i64_list(source, value);
        return true;
    case CLIENT_TEXT_MAP:
        *(LarderTextPairList *)member = read_text_map(source, value);
        return true;
    case CLIENT_FIGURE_MAP:
        *(LarderFigureList *)member = read_figure_map(source, value);
        return true;
    default:
        return false;
    }
}

static inline int32_t
known_value(ClientEnum values, int64_t number)
{
    bool known = number >= 0 && number < 32 && (values.known >> number & 1) != 0;
    return known ? (int32_t)number : values.otherwise;
}

static inline bool
read_field(ClientSource *source, const ClientField *field, const WireValue *value, void *member)
{
    switch ((ClientKind)field->kind) {
    case CLIENT_I64:
        *(int64_t *)member = value->number;
        return true;
    case CLIENT_BYTES:
        *(LarderBytes *)member = text_of(source, value);
        return true;
    case CLIENT_BOOL:
        *(bool *)member = value->number != 0;
        return true;
    case CLIENT_I32:
        *(int32_t *)member = (int32_t)value->number;
        return true;
    case CLIENT_ENUM:
        *(int32_t *)member = known_value(field->values, value->number);
        return true;
    case CLIENT_DOUBLE:
        *(double *)member = value->real;
        return true;
    default:
        return read_composite(source, field, value, member);
    }
}

/* Makes the texts among the absent fields empty ones instead of NULL. */
static void
fill_blanks(const ClientStruct *structure, uint32_t absent, char *memory)
{
    for (unsigned id = 1; id <= structure->id_max; id++) {
        const ClientField *field = &structure->fields[id];
        if ((absent >> id & 1) == 0) {
            continue;
        }
        if (field->kind == CLIENT_BYTES) {
            ((LarderBytes *)(void *)(memory + field->offset))->data = "";
        } else {
            fill_blanks(field->structure, field->structure->blanks, memory + field->offset);
        }
    }
}

bool
client_structure_read(ClientSource *source, const ClientStruct *structure, const WireValue *value,
                      void *memory)
{
    char *base = memory;
    uint32_t seen = 0;
    memset(memory, 0, structure->size);
    for (const WireValue *v = wire_tape_first(value); v != wire_tape_end(value);
         v = wire_tape_next(v)) {
        const ClientField *field = field_of(structure, v);
        if (field == NULL) {
            continue;
        }
        if (!fits(field, v) || !read_field(source, field, v, base + field->offset)) {
            return false;
        }
        if (field->optional && field->kind != CLIENT_POINTER) {
            *(bool *)(base + field->has_offset) = true;
        }
        seen |= UINT32_C(1) << v->id;
    }
    if ((structure->blanks & ~seen) != 0) {
        fill_blanks(structure, structure->blanks & ~seen, base);
    }
    return !structure->leads || (seen & 2) != 0;
}
