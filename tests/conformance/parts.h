/*
 * parts.h: builds the generated structs that requests consist of.
 *
 * Generated members are set together with their presence flag; generated constructors may have put
 * an object into a member already, which is released first.
 *
 * Threading: plain functions.
 */
#ifndef LARDER_TESTS_CONFORMANCE_PARTS_H
#define LARDER_TESTS_CONFORMANCE_PARTS_H

#include "tests/conformance/calls.h"

/* Sets an optional member of a generated struct, with its presence flag. */
#define SET(object, member, to)            \
    do {                                   \
        (object)->member = (to);           \
        (object)->__isset_##member = TRUE; \
    } while (0)

/* Sets an optional binary member; generated constructors may have put an array there already. */
#define SET_BYTES(object, member, slice)             \
    do {                                             \
        if ((object)->member != NULL) {              \
            g_byte_array_unref((object)->member);    \
        }                                            \
        SET(object, member, parts_bytes_new(slice)); \
    } while (0)

/* Sets an optional struct member; generated constructors may have put an object there already. */
#define SET_OBJECT(object, member, to)        \
    do {                                      \
        if ((object)->member != NULL) {       \
            g_object_unref((object)->member); \
        }                                     \
        SET(object, member, to);              \
    } while (0)

/* The members that every write option struct has. */
#define SET_WRITE_OPTIONS(options, request)                                         \
    do {                                                                            \
        if ((request)->with_deadline) {                                             \
            SET(options, deadline_ms, (request)->deadline_ms);                      \
        }                                                                           \
        if ((request)->sync) {                                                      \
            SET(options, durability, LARDER_RPC_DURABILITY_SYNC);                   \
        }                                                                           \
        if ((request)->with_fence) {                                                \
            SET_OBJECT(options, fence, parts_fence_new());                          \
        }                                                                           \
        if ((request)->with_request_id) {                                           \
            SET_BYTES(options, request_id, BASE_SLICE_LITERAL("0123456789abcdef")); \
        }                                                                           \
    } while (0)

/* The members that single-key writes have besides. */
#define SET_KEY_OPTIONS(options, request)                             \
    do {                                                              \
        SET_WRITE_OPTIONS(options, request);                          \
        SET_OBJECT(options, condition, parts_condition_new(request)); \
        if ((request)->return_current) {                              \
            SET(options, return_current, TRUE);                       \
        }                                                             \
    } while (0)

GByteArray *parts_bytes_new(BaseSlice slice);
LarderRpcCondition *parts_condition_new(const Request *request);
LarderRpcExpiry *parts_expiry_new(const Request *request);
LarderRpcFence *parts_fence_new(void);
LarderRpcKeyRange *parts_range_new(const Request *request);

/* Whether the request names an expiry. */
bool parts_has_expiry(const Request *request);

#endif
