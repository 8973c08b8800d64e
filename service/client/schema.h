/*
 * schema.h: the contract as tables: what each struct and method looks like here and on the wire.
 *
 * The tables are generated (gen-client/schema.c) and are what encode.h and decode.h go by, so that
 * no method needs code of its own. A struct's fields are found by their id as an index, without a
 * search.
 *
 * Threading: constants.
 */
#ifndef LARDER_SERVICE_CLIENT_SCHEMA_H
#define LARDER_SERVICE_CLIENT_SCHEMA_H

#include "engine/base/slice.h"

#include <larder/types.h>

/* What a member is in C, which says what it is on the wire. */
typedef enum ClientKind {
    CLIENT_NO_FIELD = 0,
    CLIENT_BOOL,
    CLIENT_I32,
    CLIENT_ENUM, /* an int-sized enum */
    CLIENT_I64,
    CLIENT_DOUBLE,
    CLIENT_BYTES,   /* LarderBytes: string or binary */
    CLIENT_STRUCT,  /* the struct itself */
    CLIENT_POINTER, /* a pointer to the struct; NULL: see ClientField.optional */
    CLIENT_BYTES_LIST,
    CLIENT_I64_LIST,
    CLIENT_STRUCT_LIST,
    CLIENT_TEXT_MAP,   /* LarderTextPairList */
    CLIENT_FIGURE_MAP, /* LarderFigureList */
    CLIENT_KIND_COUNT
} ClientKind;

typedef struct ClientStruct ClientStruct;

/* Which values of an enum are known, and what stands for all others. */
typedef struct ClientEnum {
    uint32_t known; /* bit n: n is a value */
    int32_t otherwise;
} ClientEnum;

typedef struct ClientField {
    uint8_t kind;        /* a ClientKind; CLIENT_NO_FIELD where no field has the id */
    bool optional;       /* has_offset holds; for POINTER: NULL is absent, else an empty struct */
    uint16_t offset;     /* of the member */
    uint16_t has_offset; /* of the bool that says whether it is there */
    union {
        const ClientStruct *structure; /* STRUCT, POINTER, STRUCT_LIST */
        ClientEnum values;             /* ENUM */
    };
} ClientField;

struct ClientStruct {
    const ClientField *fields; /* by id, 0 to id_max */
    uint16_t size;
    uint8_t id_max;  /* at most 31 */
    bool flat;       /* needs no memory beside it: neither pointers nor lists, at any depth */
    bool leads;      /* of a result: without field 1 it says nothing */
    uint32_t blanks; /* bit n: field n is BYTES or STRUCT, which all zero does not express */
};

/* What kind of argument holds the keys of a call. */
typedef enum ClientKeyHolder {
    CLIENT_HOLDS_KEY,
    CLIENT_HOLDS_KEYS,
    CLIENT_HOLDS_RANGE,
    CLIENT_HOLDS_RANGES,
    CLIENT_HOLDS_MUTATIONS,
} ClientKeyHolder;

/* A method. The pointers are NULL where a method has no such argument or option. */
typedef struct ClientMethod {
    BaseSlice name;
    const char *service;
    bool reads; /* changes nothing: calling it twice does no harm */
    const ClientStruct *arguments;
    const ClientStruct *result;
    const ClientField *store; /* of the arguments */
    const ClientField *key;   /* of the arguments: the one that holds the keys */
    ClientKeyHolder key_holder;
    const ClientField *options;
    const ClientField *deadline_ms; /* of the options, as are all below */
    const ClientField *request_id;
    const ClientField *condition;
} ClientMethod;

/* By LarderMethod. */
extern const ClientMethod client_schema_methods[LARDER_METHOD_COUNT];

/* The exceptions by their field ids, 1 to CLIENT_EXCEPTION_COUNT; 0 is none. */
enum { CLIENT_EXCEPTION_COUNT = 5 };
extern const ClientStruct *const client_schema_exceptions[CLIENT_EXCEPTION_COUNT + 1];

/* NULL: there is no such method. */
static inline const ClientMethod *
client_schema_method(LarderMethod method)
{
    return (unsigned)method < LARDER_METHOD_COUNT ? &client_schema_methods[method] : NULL;
}

#endif
