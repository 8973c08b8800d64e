/*
 * writer.h: writes one message in either protocol behind the end of a buffer.
 *
 *   wire_writer_begin(&w, &out, format, limit);
 *   wire_writer_message(&w, WIRE_REPLY, method, seqid);
 *   wire_writer_struct_begin(&w);
 *       wire_writer_field(&w, 0, WIRE_STRUCT);
 *       wire_writer_struct_begin(&w);
 *           wire_writer_field_i64(&w, 3, version);
 *       wire_writer_struct_end(&w);
 *   wire_writer_struct_end(&w);
 *   if (!wire_writer_finish(&w)) ... nothing was added to `out`; w.code says why
 *
 * Errors stick: after the first one (no memory, longer than `limit`, too deep) all calls do
 * nothing, and finish takes back what was written. So pieces need no checks; a long loop may ask
 * wire_writer_ok().
 *
 * The message ends with its last wire_writer_struct_end(). A bool field is written by field() and
 * then bool(), like any other, although compact merges the two.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_WIRE_WRITER_H
#define LARDER_SERVICE_WIRE_WRITER_H

#include "engine/base/buf.h"
#include "service/wire/format.h"

typedef struct WireWriter {
    BaseBuf *out;
    size_t start;     /* length of `out` before the message */
    size_t bytes_max; /* of the message, frame header included */
    WireFormat format;
    WireCode code;                     /* WIRE_OK, or the first error */
    bool bool_pending;                 /* compact: a bool field's header waits for its value */
    int16_t bool_id;                   /* its id */
    int16_t last_id;                   /* compact: of the field before, in the innermost struct */
    unsigned depth;                    /* open structs */
    int16_t outer_ids[WIRE_DEPTH_MAX]; /* last_id of the structs around */
} WireWriter;

/* Begins a message of at most `bytes_max` bytes behind the end of `out`, which it borrows. */
void wire_writer_begin(WireWriter *writer, BaseBuf *out, WireFormat format, size_t bytes_max);

/* Completes the frame header. False: there was an error, and `out` is as it was before begin. */
bool wire_writer_finish(WireWriter *writer);

/* Takes back all that was written since begin. */
void wire_writer_rollback(WireWriter *writer);

static inline bool
wire_writer_ok(const WireWriter *writer)
{
    return writer->code == WIRE_OK;
}

/* Bytes written since begin. */
static inline size_t
wire_writer_length(const WireWriter *writer)
{
    return writer->out->len - writer->start;
}

void wire_writer_message(WireWriter *writer, WireMessageType type, BaseSlice method, int32_t seqid);
void wire_writer_struct_begin(WireWriter *writer);
void wire_writer_struct_end(WireWriter *writer);
/* The header of a field; its value follows. */
void wire_writer_field(WireWriter *writer, int16_t id, WireType type);

void wire_writer_bool(WireWriter *writer, bool value);
void wire_writer_byte(WireWriter *writer, int8_t value);
void wire_writer_i16(WireWriter *writer, int16_t value);
void wire_writer_i32(WireWriter *writer, int32_t value);
void wire_writer_i64(WireWriter *writer, int64_t value);
void wire_writer_double(WireWriter *writer, double value);
void wire_writer_bytes(WireWriter *writer, BaseSlice value);
/* Headers of containers; `count` elements or pairs follow, and nothing ends them. */
void wire_writer_list(WireWriter *writer, WireType element, uint32_t count);
void wire_writer_map(WireWriter *writer, WireType key, WireType value, uint32_t count);

/*
 * A list whose length is known at its end only: open, the elements, close. `mark` is what open
 * returned.
 */
size_t wire_writer_list_open(WireWriter *writer);
void wire_writer_list_close(WireWriter *writer, size_t mark, WireType element, uint32_t count);

/*
 * Room for `len` bytes of the binary protocol (direct.h): whole fields of the innermost struct,
 * which the caller stores at once. NULL after an error.
 */
uint8_t *wire_writer_room(WireWriter *writer, size_t len);

/* Room for `len` bytes of a BYTES value, for the caller to fill at once; NULL after an error. */
uint8_t *wire_writer_bytes_room(WireWriter *writer, size_t len);

/* Fields of simple types, header and value. */
void wire_writer_field_bool(WireWriter *writer, int16_t id, bool value);
void wire_writer_field_i32(WireWriter *writer, int16_t id, int32_t value);
void wire_writer_field_i64(WireWriter *writer, int16_t id, int64_t value);

static inline void
wire_writer_field_bytes(WireWriter *writer, int16_t id, BaseSlice value)
{
    wire_writer_field(writer, id, WIRE_BYTES);
    wire_writer_bytes(writer, value);
}

#endif
