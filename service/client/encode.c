/*
 * encode.c: calls as bytes. See encode.h, and usual_call.h for hot ones.
 */
#include "service/client/encode.h"

#include "service/client/structure.h"
#include "service/client/usual_call.h"

WireCode
client_encode_call(BaseBuf *out, WireFormat format, int32_t seqid, LarderMethod method,
                   const void *arguments)
{
    const ClientMethod *known = client_schema_method(method);
    if (known == NULL) {
        return WIRE_BAD_METHOD;
    }
    if (format.protocol == WIRE_BINARY && format.framed &&
        client_usual_call(out, seqid, method, arguments)) {
        return WIRE_OK;
    }
    WireWriter writer;
    wire_writer_begin(&writer, out, format, WIRE_FRAME_BYTES_CAP);
    wire_writer_message(&writer, WIRE_CALL, known->name, seqid);
    client_structure_write(&writer, known->arguments, arguments);
    (void)wire_writer_finish(&writer);
    return writer.code;
}
