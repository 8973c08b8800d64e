/*
 * rewrite.h: decoded replies, walked and written again, for tests of the client's codec.
 */
#ifndef LARDER_TESTS_GOLDEN_REWRITE_H
#define LARDER_TESTS_GOLDEN_REWRITE_H

#include "engine/base/buf.h"
#include "service/client/schema.h"
#include "service/wire/format.h"

#include <larder/client.h>

/* Aborts unless what holds of every reply holds of this one: what is set, and the NUL of texts. */
void rewrite_check(const LarderReply *reply);

/* Appends an OK reply or one of the exceptions as the message that it came from. */
void rewrite_reply(BaseBuf *out, WireFormat format, int32_t seqid, const LarderReply *reply);

#endif
