/*
 * bridge.h: a ThriftProtocol over a tape and a writer, for generated code.
 *
 * Generated code reads a request through the bridge from the tape that wire_parse_request() made,
 * and writes its reply through it into a WireWriter. So generated code never sees bytes that were
 * not checked, and both take linear time. One bridge serves as the input and the output protocol of
 * thrift_processor_process(), for any number of calls, and allocates nothing of its own:
 *
 *   wire_bridge_read_from(bridge, &tape, &message);
 *   wire_writer_begin(&writer, out, message.format, reply_bytes_max);
 *   wire_bridge_write_to(bridge, &writer);
 *   bool done = thrift_processor_process(processor, protocol, protocol, &error);
 *   if (done) {
 *       done = wire_writer_finish(&writer);
 *   } else {
 *       wire_writer_rollback(&writer);      and answer otherwise
 *   }
 *   wire_bridge_reset(bridge);
 *
 * What the parser cannot know is checked here: a `string` must be UTF-8 without NUL, and a value
 * must have the type that generated code asks for (elements of a list are read by the contract's
 * type, whatever the message says they are). Then the read fails with a GError of
 * THRIFT_PROTOCOL_ERROR; no function returns -1 without setting one. wire_bridge_code() tells the
 * cause as a WireCode: BAD_TEXT and BAD_TYPE are the peer's fault, TOO_LONG means that the reply is
 * over its limit, NO_MEMORY that the writer could not grow.
 *
 * A processor that fails while the code is still WIRE_OK brings an error of its handler that is no
 * exception of the contract. Nothing has been answered then.
 *
 * What generated code reads it owns, as Thrift has it: strings and binaries are copied by g_malloc,
 * which aborts when memory is out; the limits of format.h bound what a request can make it
 * allocate.
 *
 * The transport behind the bridge does nothing; its ends and flushes succeed, reads and writes
 * fail.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_WIRE_BRIDGE_H
#define LARDER_SERVICE_WIRE_BRIDGE_H

#include "service/wire/parse.h"
#include "service/wire/writer.h"

#include <thrift/c_glib/protocol/thrift_protocol.h>

typedef struct WireBridge WireBridge;

GType wire_bridge_get_type(void);

/* A new bridge; free it with g_object_unref(). */
WireBridge *wire_bridge_new(void);

/* The same object as the protocol that generated code takes; no reference is added. */
ThriftProtocol *wire_bridge_protocol(WireBridge *bridge);

/* The next message to read; both are borrowed until reset. */
void wire_bridge_read_from(WireBridge *bridge, const WireTape *tape, const WireMessage *message);

/* Reads only a struct of a tape, for instance the arguments, without a message around it. */
void wire_bridge_read_struct(WireBridge *bridge, const WireTape *tape, const WireValue *structure);

/* Where to write; borrowed until reset. */
void wire_bridge_write_to(WireBridge *bridge, WireWriter *writer);

/* Why the last read or write failed; WIRE_OK when none did since read_from or write_to. */
WireCode wire_bridge_code(const WireBridge *bridge);

/* Forgets message and writer. */
void wire_bridge_reset(WireBridge *bridge);

#endif
