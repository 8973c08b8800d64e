/*
 * golden.h: messages of every method as stock clients write them, for tests.
 *
 * They come from tests/golden/wire, which make.py there makes with the stock Python client: a
 * request with required arguments only ("bare"), one with everything ("full"), and replies with
 * success, with each exception of the contract, and with a TApplicationException; each in both
 * protocols, without frame. A second set, from tests/golden/client, holds only what the contract
 * allows, in several variants; its make.py lists them.
 *
 * A test that cannot read its files aborts.
 */
#ifndef LARDER_TESTS_GOLDEN_GOLDEN_H
#define LARDER_TESTS_GOLDEN_GOLDEN_H

#include "engine/base/buf.h"
#include "service/wire/format.h"

#include <glib-object.h>

typedef struct GoldenMessage {
    bool request;
    WireProtocol protocol;
    char service[16];
    char method[WIRE_METHOD_BYTES_MAX + 1];
    char variant[32]; /* "bare", "full"; "success", "invalid", ..., "unknown" */
    BaseSlice bytes;
} GoldenMessage;

typedef struct GoldenSet {
    GoldenMessage *messages;
    size_t count;
} GoldenSet;

/* All messages of both protocols; free them with golden_clear(). */
GoldenSet golden_load(void);
/* The same of tests/golden/client. */
GoldenSet golden_load_client(void);
void golden_clear(GoldenSet *set);

/* The one message of these names; aborts when there is none. */
const GoldenMessage *golden_find(const GoldenSet *set, bool request, WireProtocol protocol,
                                 const char *service, const char *method, const char *variant);

/* Types of the generated structs of a method; aborts when there is no such method. */
GType golden_arguments_type(const char *service, const char *method);
GType golden_result_type(const char *service, const char *method);

/* Appends the bytes that hexadecimal text stands for; blanks in it are skipped. */
void golden_append_hex(BaseBuf *buf, const char *text);

/* Appends a message behind a frame header. */
void golden_append_framed(BaseBuf *buf, BaseSlice message);

#endif
