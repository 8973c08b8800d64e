/*
 * encode.c: calls as bytes. See encode.h.
 */
#include "service/client/encode.h"

#include "service/client/structure.h"

WireCode
client_encode_call(BaseBuf *out, WireFormat format, int32_t seqid, LarderMethod method,
                   const void *arguments)
{
    const ClientMethod *known = client_schema_method(method);
    if (known == NULL) {
        return WIRE_BAD_METHOD;
    }
    WireWriter writer;
    wire_writer_begin(&writer, out, format, WIRE_FRAME_BYTES_CAP);
    wire_writer_message(&writer, WIRE_CALL, known->name, seqid);
    client_structure_write(&writer, known->arguments, arguments);
    (void)wire_writer_finish(&writer);
    return writer.code;
}
