/*
 * bridge.c: a ThriftProtocol over a tape and a writer. See bridge.h.
 *
 * Reading walks the tape: `next` is the value to be read, `limit` the end of the innermost open
 * struct, at which read_field_begin says T_STOP. Every read names its type and is checked against
 * the value's, so generated code cannot go astray on it. Successful calls return 0 bytes: generated
 * code only adds the counts up, and looks at nothing but the sign.
 */
#include "service/wire/bridge.h"

#include "service/wire/bridge_transport.h"

struct WireBridge {
    ThriftProtocol parent;
    const WireTape *tape;
    const WireMessage *message;
    const WireValue *next;
    const WireValue *limit;
    const WireValue *outer_limits[WIRE_DEPTH_MAX];
    unsigned depth;
    WireWriter *writer;
    WireCode code;
};

typedef struct WireBridgeClass {
    ThriftProtocolClass parent;
} WireBridgeClass;

G_DEFINE_TYPE(WireBridge, wire_bridge, THRIFT_TYPE_PROTOCOL)

static inline WireBridge *
bridge_of(ThriftProtocol *protocol)
{
    return (WireBridge *)protocol;
}

static gint32
fail(WireBridge *bridge, WireCode code, GError **error)
{
    bridge->code = code;
    g_set_error_literal(error, THRIFT_PROTOCOL_ERROR,
                        code == WIRE_TOO_LONG ? THRIFT_PROTOCOL_ERROR_SIZE_LIMIT
                                              : THRIFT_PROTOCOL_ERROR_INVALID_DATA,
                        wire_format_explain(code));
    return -1;
}

/* Reading. */

/* The next value, which must have this type; NULL with the error set. */
static inline const WireValue *
take(WireBridge *bridge, WireType type, GError **error)
{
    const WireValue *value = bridge->next;
    if (value == bridge->limit) {
        (void)fail(bridge, WIRE_TRUNCATED, error);
        return NULL;
    }
    if (value->type != (uint8_t)type) {
        (void)fail(bridge, WIRE_BAD_TYPE, error);
        return NULL;
    }
    bridge->next++;
    return value;
}

static gint32
read_message_begin(ThriftProtocol *protocol, gchar **name, ThriftMessageType *message_type,
                   gint32 *seqid, GError **error)
{
    WireBridge *bridge = bridge_of(protocol);
    const WireMessage *message = bridge->message;
    if (message == NULL) {
        return fail(bridge, WIRE_TRUNCATED, error);
    }
    *name = g_strndup((const gchar *)message->method.data, message->method.len);
    *message_type = (ThriftMessageType)message->type;
    *seqid = message->seqid;
    return 0;
}

static gint32
read_nothing(ThriftProtocol *protocol, GError **error)
{
    (void)protocol;
    (void)error;
    return 0;
}

static gint32
read_struct_begin(ThriftProtocol *protocol, gchar **name, GError **error)
{
    WireBridge *bridge = bridge_of(protocol);
    *name = NULL;
    if (bridge->depth == WIRE_DEPTH_MAX) {
        return fail(bridge, WIRE_TOO_DEEP, error);
    }
    const WireValue *value = take(bridge, WIRE_STRUCT, error);
    if (value == NULL) {
        return -1;
    }
    bridge->outer_limits[bridge->depth++] = bridge->limit;
    bridge->limit = wire_tape_end(value);
    return 0;
}

static gint32
read_struct_end(ThriftProtocol *protocol, GError **error)
{
    WireBridge *bridge = bridge_of(protocol);
    if (bridge->depth == 0) {
        return fail(bridge, WIRE_TRUNCATED, error);
    }
    bridge->next = bridge->limit;
    bridge->limit = bridge->outer_limits[--bridge->depth];
    return 0;
}

static gint32
read_field_begin(ThriftProtocol *protocol, gchar **name, ThriftType *field_type, gint16 *field_id,
                 GError **error)
{
    (void)error;
    WireBridge *bridge = bridge_of(protocol);
    *name = NULL;
    if (bridge->next == bridge->limit) {
        *field_type = T_STOP;
        *field_id = 0;
        return 0;
    }
    *field_type = (ThriftType)bridge->next->type;
    *field_id = bridge->next->id;
    return 0;
}

static gint32
read_map_begin(ThriftProtocol *protocol, ThriftType *key_type, ThriftType *value_type,
               guint32 *size, GError **error)
{
    const WireValue *value = take(bridge_of(protocol), WIRE_MAP, error);
    if (value == NULL) {
        return -1;
    }
    *key_type = (ThriftType)wire_tape_key_type(value);
    *value_type = (ThriftType)wire_tape_element_type(value);
    *size = value->count;
    return 0;
}

static gint32
read_container(ThriftProtocol *protocol, WireType type, ThriftType *element_type, guint32 *size,
               GError **error)
{
    const WireValue *value = take(bridge_of(protocol), type, error);
    if (value == NULL) {
        return -1;
    }
    *element_type = (ThriftType)wire_tape_element_type(value);
    *size = value->count;
    return 0;
}

static gint32
read_list_begin(ThriftProtocol *protocol, ThriftType *element_type, guint32 *size, GError **error)
{
    return read_container(protocol, WIRE_LIST, element_type, size, error);
}

static gint32
read_set_begin(ThriftProtocol *protocol, ThriftType *element_type, guint32 *size, GError **error)
{
    return read_container(protocol, WIRE_SET, element_type, size, error);
}

static gint32
read_bool(ThriftProtocol *protocol, gboolean *ret_value, GError **error)
{
    const WireValue *value = take(bridge_of(protocol), WIRE_BOOL, error);
    if (value == NULL) {
        return -1;
    }
    *ret_value = value->number != 0;
    return 0;
}

static gint32
read_byte(ThriftProtocol *protocol, gint8 *ret_value, GError **error)
{
    const WireValue *value = take(bridge_of(protocol), WIRE_BYTE, error);
    if (value == NULL) {
        return -1;
    }
    *ret_value = (gint8)value->number;
    return 0;
}

static gint32
read_i16(ThriftProtocol *protocol, gint16 *ret_value, GError **error)
{
    const WireValue *value = take(bridge_of(protocol), WIRE_I16, error);
    if (value == NULL) {
        return -1;
    }
    *ret_value = (gint16)value->number;
    return 0;
}

static gint32
read_i32(ThriftProtocol *protocol, gint32 *ret_value, GError **error)
{
    const WireValue *value = take(bridge_of(protocol), WIRE_I32, error);
    if (value == NULL) {
        return -1;
    }
    *ret_value = (gint32)value->number;
    return 0;
}

static gint32
read_i64(ThriftProtocol *protocol, gint64 *ret_value, GError **error)
{
    const WireValue *value = take(bridge_of(protocol), WIRE_I64, error);
    if (value == NULL) {
        return -1;
    }
    *ret_value = value->number;
    return 0;
}

static gint32
read_double(ThriftProtocol *protocol, gdouble *ret_value, GError **error)
{
    const WireValue *value = take(bridge_of(protocol), WIRE_DOUBLE, error);
    if (value == NULL) {
        return -1;
    }
    *ret_value = value->real;
    return 0;
}

static gint32
read_string(ThriftProtocol *protocol, gchar **ret_text, GError **error)
{
    WireBridge *bridge = bridge_of(protocol);
    *ret_text = NULL;
    const WireValue *value = take(bridge, WIRE_BYTES, error);
    if (value == NULL) {
        return -1;
    }
    BaseSlice bytes = wire_tape_bytes(bridge->tape, value);
    if (!g_utf8_validate_len((const gchar *)bytes.data, bytes.len, NULL)) {
        return fail(bridge, WIRE_BAD_TEXT, error);
    }
    *ret_text = g_strndup((const gchar *)bytes.data, bytes.len);
    return 0;
}

static gint32
read_binary(ThriftProtocol *protocol, gpointer *ret_bytes, guint32 *ret_len, GError **error)
{
    WireBridge *bridge = bridge_of(protocol);
    *ret_bytes = NULL;
    *ret_len = 0;
    const WireValue *value = take(bridge, WIRE_BYTES, error);
    if (value == NULL) {
        return -1;
    }
    BaseSlice bytes = wire_tape_bytes(bridge->tape, value);
    *ret_bytes = g_memdup2(bytes.data, bytes.len);
    *ret_len = (guint32)bytes.len;
    return 0;
}

/* Writing. */

/* The outcome of a call of the writer. */
static inline gint32
written(WireBridge *bridge, GError **error)
{
    return wire_writer_ok(bridge->writer) ? 0 : fail(bridge, bridge->writer->code, error);
}

static gint32
write_message_begin(ThriftProtocol *protocol, const gchar *name,
                    const ThriftMessageType message_type, const gint32 seqid, GError **error)
{
    WireBridge *bridge = bridge_of(protocol);
    wire_writer_message(bridge->writer, (WireMessageType)message_type, base_slice_text(name),
                        seqid);
    return written(bridge, error);
}

static gint32
write_struct_begin(ThriftProtocol *protocol, const gchar *name, GError **error)
{
    (void)name;
    wire_writer_struct_begin(bridge_of(protocol)->writer);
    return written(bridge_of(protocol), error);
}

static gint32
write_struct_end(ThriftProtocol *protocol, GError **error)
{
    wire_writer_struct_end(bridge_of(protocol)->writer);
    return written(bridge_of(protocol), error);
}

static gint32
write_field_begin(ThriftProtocol *protocol, const gchar *name, const ThriftType field_type,
                  const gint16 field_id, GError **error)
{
    (void)name;
    wire_writer_field(bridge_of(protocol)->writer, field_id, (WireType)field_type);
    return written(bridge_of(protocol), error);
}

/* Ends that take no bytes; a struct's STOP is written by its end. */
static gint32
write_nothing(ThriftProtocol *protocol, GError **error)
{
    (void)protocol;
    (void)error;
    return 0;
}

static gint32
write_map_begin(ThriftProtocol *protocol, const ThriftType key_type, const ThriftType value_type,
                const guint32 size, GError **error)
{
    wire_writer_map(bridge_of(protocol)->writer, (WireType)key_type, (WireType)value_type, size);
    return written(bridge_of(protocol), error);
}

static gint32
write_list_begin(ThriftProtocol *protocol, const ThriftType element_type, const guint32 size,
                 GError **error)
{
    wire_writer_list(bridge_of(protocol)->writer, (WireType)element_type, size);
    return written(bridge_of(protocol), error);
}

static gint32
write_bool(ThriftProtocol *protocol, const gboolean value, GError **error)
{
    wire_writer_bool(bridge_of(protocol)->writer, value != FALSE);
    return written(bridge_of(protocol), error);
}

static gint32
write_byte(ThriftProtocol *protocol, const gint8 value, GError **error)
{
    wire_writer_byte(bridge_of(protocol)->writer, value);
    return written(bridge_of(protocol), error);
}

static gint32
write_i16(ThriftProtocol *protocol, const gint16 value, GError **error)
{
    wire_writer_i16(bridge_of(protocol)->writer, value);
    return written(bridge_of(protocol), error);
}

static gint32
write_i32(ThriftProtocol *protocol, const gint32 value, GError **error)
{
    wire_writer_i32(bridge_of(protocol)->writer, value);
    return written(bridge_of(protocol), error);
}

static gint32
write_i64(ThriftProtocol *protocol, const gint64 value, GError **error)
{
    wire_writer_i64(bridge_of(protocol)->writer, value);
    return written(bridge_of(protocol), error);
}

static gint32
write_double(ThriftProtocol *protocol, const gdouble value, GError **error)
{
    wire_writer_double(bridge_of(protocol)->writer, value);
    return written(bridge_of(protocol), error);
}

static gint32
write_string(ThriftProtocol *protocol, const gchar *text, GError **error)
{
    wire_writer_bytes(bridge_of(protocol)->writer,
                      text == NULL ? BASE_SLICE_EMPTY : base_slice_text(text));
    return written(bridge_of(protocol), error);
}

static gint32
write_binary(ThriftProtocol *protocol, const gpointer bytes, const guint32 len, GError **error)
{
    wire_writer_bytes(bridge_of(protocol)->writer, base_slice(bytes, len));
    return written(bridge_of(protocol), error);
}

/* The object. */

static gint
least_size(ThriftProtocol *protocol, ThriftType type, GError **error)
{
    (void)protocol;
    (void)type;
    (void)error;
    return 1;
}

static void
wire_bridge_init(WireBridge *bridge)
{
    bridge->code = WIRE_OK;
}

static void
set_reads(ThriftProtocolClass *class)
{
    class->read_message_begin = read_message_begin;
    class->read_message_end = read_nothing;
    class->read_struct_begin = read_struct_begin;
    class->read_struct_end = read_struct_end;
    class->read_field_begin = read_field_begin;
    class->read_field_end = read_nothing;
    class->read_map_begin = read_map_begin;
    class->read_map_end = read_nothing;
    class->read_list_begin = read_list_begin;
    class->read_list_end = read_nothing;
    class->read_set_begin = read_set_begin;
    class->read_set_end = read_nothing;
    class->read_bool = read_bool;
    class->read_byte = read_byte;
    class->read_i16 = read_i16;
    class->read_i32 = read_i32;
    class->read_i64 = read_i64;
    class->read_double = read_double;
    class->read_string = read_string;
    class->read_binary = read_binary;
    class->get_min_serialized_size = least_size;
}

static void
set_writes(ThriftProtocolClass *class)
{
    class->write_message_begin = write_message_begin;
    class->write_message_end = write_nothing;
    class->write_struct_begin = write_struct_begin;
    class->write_struct_end = write_struct_end;
    class->write_field_begin = write_field_begin;
    class->write_field_end = write_nothing;
    class->write_field_stop = write_nothing;
    class->write_map_begin = write_map_begin;
    class->write_map_end = write_nothing;
    class->write_list_begin = write_list_begin;
    class->write_list_end = write_nothing;
    class->write_set_begin = write_list_begin;
    class->write_set_end = write_nothing;
    class->write_bool = write_bool;
    class->write_byte = write_byte;
    class->write_i16 = write_i16;
    class->write_i32 = write_i32;
    class->write_i64 = write_i64;
    class->write_double = write_double;
    class->write_string = write_string;
    class->write_binary = write_binary;
}

static void
wire_bridge_class_init(WireBridgeClass *class)
{
    set_reads(&class->parent);
    set_writes(&class->parent);
}

WireBridge *
wire_bridge_new(void)
{
    ThriftTransport *transport = wire_bridge_transport_new();
    WireBridge *bridge = g_object_new(wire_bridge_get_type(), "transport", transport, NULL);
    g_object_unref(transport);
    return bridge;
}

ThriftProtocol *
wire_bridge_protocol(WireBridge *bridge)
{
    return &bridge->parent;
}

void
wire_bridge_read_struct(WireBridge *bridge, const WireTape *tape, const WireValue *structure)
{
    bridge->tape = tape;
    bridge->message = NULL;
    bridge->next = structure;
    bridge->limit = wire_tape_end(structure);
    bridge->depth = 0;
    bridge->code = WIRE_OK;
}

void
wire_bridge_read_from(WireBridge *bridge, const WireTape *tape, const WireMessage *message)
{
    wire_bridge_read_struct(bridge, tape, message->arguments);
    bridge->message = message;
}

void
wire_bridge_write_to(WireBridge *bridge, WireWriter *writer)
{
    bridge->writer = writer;
    bridge->code = WIRE_OK;
}

WireCode
wire_bridge_code(const WireBridge *bridge)
{
    return bridge->code;
}

void
wire_bridge_reset(WireBridge *bridge)
{
    bridge->tape = NULL;
    bridge->message = NULL;
    bridge->next = NULL;
    bridge->limit = NULL;
    bridge->depth = 0;
    bridge->writer = NULL;
    bridge->code = WIRE_OK;
}
