/*
 * codec_vectors.h: the vectors of tuple keys and envelopes, which every language's tests read.
 *
 * They are in client_codecs/vectors.json, or in the file that the environment variable
 * LARDER_VECTORS names. A test that cannot read them ends with an error.
 */
#ifndef LARDER_TESTS_GOLDEN_CODEC_VECTORS_H
#define LARDER_TESTS_GOLDEN_CODEC_VECTORS_H

#include <larder/bytes.h>

#include <json-glib/json-glib.h>

/* Takes one row; `context` is the caller's. */
typedef void CodecVectorsVisit(JsonObject *row, void *context);

/* Visits every row of a list, "tuples" and "valid" for instance. Returns how many there are. */
unsigned codec_vectors_visit(const char *section, const char *list, CodecVectorsVisit *visit,
                             void *context);

/* Frees the vectors, which the first visit loaded. */
void codec_vectors_clear(void);

/* A member as text; NULL: there is none. */
const char *codec_vectors_text(JsonObject *row, const char *member);

/* A hexadecimal member as bytes, which the caller frees with g_free(). No member: no bytes. */
LarderBytes codec_vectors_bytes(JsonObject *row, const char *member);

/* A member as text, or the member with "_hex" as bytes; copied as above. */
LarderBytes codec_vectors_text_or_hex(JsonObject *row, const char *member);

#endif
