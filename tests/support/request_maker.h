/*
 * request_maker.h: random requests for the hot methods, good and bad, for tests of lanes.
 *
 * Most requests are what clients send: a few keys that repeat, options set and unset, both
 * protocols, framed and unframed. Some have what clients do not send: unknown fields, fields of
 * another type, numbers out of range, missing arguments, keys and values over their limits, texts
 * that are no text.
 * A share of the keys carries orders to the scripted engine (scripted_script.h), so that every
 * outcome and exception comes up.
 *
 * The same seed gives the same requests. Threading: one owner.
 */
#ifndef LARDER_TESTS_SUPPORT_REQUEST_MAKER_H
#define LARDER_TESTS_SUPPORT_REQUEST_MAKER_H

#include "engine/base/rand.h"
#include "service/wire/writer.h"

typedef struct RequestMaker {
    BaseRand rng;
    bool scripted;    /* keys may carry orders */
    int64_t versions; /* a version that exists, about, to put into conditions */
    WireWriter writer;
} RequestMaker;

void request_maker_init(RequestMaker *maker, uint64_t seed, bool scripted);

/* Replaces `into` by a request. */
void request_maker_next(RequestMaker *maker, BaseBuf *into);

#endif
