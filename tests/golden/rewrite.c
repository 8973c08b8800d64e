/*
 * rewrite.c: decoded replies, walked and written again. See rewrite.h.
 */
#include "tests/golden/rewrite.h"

#include "engine/base/check.h"
#include "service/client/structure.h"

static void check_structure(const ClientStruct *structure, const char *memory);

static void
check_text(LarderBytes text)
{
    BASE_CHECK(text.data != NULL);
    /* Reads every byte, so that the address sanitizer sees them. */
    unsigned sum = 0;
    for (size_t i = 0; i < text.size; i++) {
        sum += (unsigned char)text.data[i];
    }
    BASE_CHECK(sum <= text.size * 255 && text.data[text.size] == '\0');
}

static void
check_texts(const LarderBytesList *list)
{
    for (size_t i = 0; i < list->count; i++) {
        check_text(list->items[i]);
    }
}

static void
check_pairs(const LarderTextPairList *map)
{
    for (size_t i = 0; i < map->count; i++) {
        check_text(map->items[i].name);
        check_text(map->items[i].value);
    }
}

static void
check_figures(const LarderFigureList *map)
{
    for (size_t i = 0; i < map->count; i++) {
        check_text(map->items[i].name);
    }
}

static void
check_structs(const ClientStruct *element, const ClientList *list)
{
    for (size_t i = 0; i < list->count; i++) {
        check_structure(element, list->items + i * element->size);
    }
}

static void
check_pointer(const ClientStruct *structure, const void *member)
{
    const char *memory;
    memcpy(&memory, member, sizeof memory);
    if (memory != NULL) {
        check_structure(structure, memory);
    }
}

static void
check_field(const ClientField *field, const void *member)
{
    switch ((ClientKind)field->kind) {
    case CLIENT_BYTES:
        check_text(*(const LarderBytes *)member);
        break;
    case CLIENT_ENUM: {
        int32_t value = *(const int32_t *)member;
        BASE_CHECK(value == 0 || (value < 32 && (field->values.known >> value & 1) != 0));
        break;
    }
    case CLIENT_STRUCT:
        check_structure(field->structure, member);
        break;
    case CLIENT_POINTER:
        check_pointer(field->structure, member);
        break;
    case CLIENT_BYTES_LIST:
        check_texts(member);
        break;
    case CLIENT_STRUCT_LIST:
        check_structs(field->structure, member);
        break;
    case CLIENT_TEXT_MAP:
        check_pairs(member);
        break;
    case CLIENT_FIGURE_MAP:
        check_figures(member);
        break;
    default:
        break;
    }
}

static void
check_structure(const ClientStruct *structure, const char *memory)
{
    for (unsigned id = 1; id <= structure->id_max; id++) {
        if (structure->fields[id].kind != CLIENT_NO_FIELD) {
            check_field(&structure->fields[id], memory + structure->fields[id].offset);
        }
    }
}

void
rewrite_check(const LarderReply *reply)
{
    bool ok = reply->outcome == LARDER_OK;
    bool exception = reply->outcome >= LARDER_INVALID_REQUEST && reply->outcome <= LARDER_FAILED;
    check_text(reply->message);
    BASE_CHECK(ok || exception || reply->outcome == LARDER_PROTOCOL);
    BASE_CHECK((reply->as.any != NULL) == ok);
    BASE_CHECK((reply->exception.any != NULL) == exception);
    BASE_CHECK(reply->attempts == 0 && !reply->uncertain && reply->duration_us == 0);
    if (ok) {
        BASE_CHECK(reply->code == 0 && reply->message.size == 0);
        check_structure(client_schema_method(reply->method)->result, reply->as.any);
    } else if (exception) {
        check_structure(client_schema_exceptions[reply->outcome], reply->exception.any);
    }
}

void
rewrite_reply(BaseBuf *out, WireFormat format, int32_t seqid, const LarderReply *reply)
{
    const ClientMethod *method = client_schema_method(reply->method);
    bool ok = reply->outcome == LARDER_OK;
    WireWriter writer;
    wire_writer_begin(&writer, out, format, WIRE_FRAME_BYTES_CAP);
    wire_writer_message(&writer, WIRE_REPLY, method->name, seqid);
    wire_writer_struct_begin(&writer);
    wire_writer_field(&writer, (int16_t)reply->outcome, WIRE_STRUCT);
    client_structure_write(&writer, ok ? method->result : client_schema_exceptions[reply->outcome],
                           ok ? reply->as.any : reply->exception.any);
    wire_writer_struct_end(&writer);
    BASE_CHECK(wire_writer_finish(&writer));
}
