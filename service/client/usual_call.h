/*
 * usual_call.h: hot calls without options, stored at once.
 *
 * The length of a get, multi_get, put or remove without options is known before its first byte is
 * written, so it takes one look at the memory instead of one per token. The bytes are those that
 * the writer and the schema (encode.h) produce.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_CLIENT_USUAL_CALL_H
#define LARDER_SERVICE_CLIENT_USUAL_CALL_H

#include "engine/base/buf.h"
#include "service/wire/format.h"

#include <larder/types.h>

/*
 * Appends a call in the binary protocol, with its frame header. False: it is none of the usual
 * ones, longer than a frame may be, or there is no memory; then `out` is as it was.
 */
bool client_usual_call(BaseBuf *out, int32_t seqid, LarderMethod method, const void *arguments);

#endif
