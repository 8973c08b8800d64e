/*
 * op.h: one operation of a workload, and how it ended.
 *
 * Threading: plain values.
 */
#ifndef LARDER_LOADGEN_OP_H
#define LARDER_LOADGEN_OP_H

#include "engine/base/slice.h"

typedef enum LoadOpKind {
    LOAD_GET,
    LOAD_PUT,
    LOAD_REMOVE,
    LOAD_SCAN,      /* a walk over several entries */
    LOAD_MULTI_GET, /* gets of several records in one request */
    LOAD_COMPACT,   /* of the whole store */
    LOAD_BATCH,     /* puts of several records in one commit */
    LOAD_INSERT,    /* in rows only: a PUT of a new record */
    LOAD_RMW,       /* in rows only: a GET, then a PUT of the record */
    LOAD_OP_KIND_COUNT,
} LoadOpKind;

/* A member of a BATCH. */
typedef struct LoadPart {
    uint64_t record;
    int64_t floor_version; /* as that of an operation */
    uint32_t sequence;
    uint32_t value_size;
} LoadPart;

/* Times are nanoseconds of the monotonic clock. */
typedef struct LoadOp {
    LoadOpKind kind;       /* what the target does */
    LoadOpKind row;        /* as what it is counted: the kind, INSERT or RMW */
    uint32_t value_size;   /* PUT */
    uint32_t sequence;     /* PUT, REMOVE: of the write */
    uint64_t record;       /* SCAN: where it begins; reverse: behind its first entry */
    uint64_t total;        /* MULTI_GET: records that there are */
    uint32_t walk;         /* SCAN: entries at most; MULTI_GET: records */
    bool reverse;          /* SCAN */
    bool missing;          /* GET: a key that nobody writes, right behind the record's */
    bool sync;             /* PUT, REMOVE: answered only after a sync */
    LoadPart *parts;       /* BATCH: its members; borrowed until it is handed back */
    uint32_t part_count;   /* BATCH */
    int64_t floor_version; /* highest version of the record that was acknowledged before it began */
    int64_t intended_ns;   /* when it should have begun; without a rate, when it did */
    int64_t started_ns;    /* when it was handed to the target */
    int64_t first_ns;      /* PUT of an RMW: when its GET was; otherwise 0 */
} LoadOp;

/* Why an operation has no result. The first five are the exceptions of the contract. */
typedef enum LoadFault {
    LOAD_FAULT_NONE,
    LOAD_FAULT_INVALID_REQUEST,
    LOAD_FAULT_NOT_HERE,
    LOAD_FAULT_REFUSED,
    LOAD_FAULT_INDETERMINATE,
    LOAD_FAULT_FAILED,
    LOAD_FAULT_NOT_APPLIED, /* a put without a condition that was not applied */
    LOAD_FAULT_PROTOCOL,    /* a reply that is malformed, or an error of the protocol */
    LOAD_FAULT_TIMEOUT,     /* no reply in time */
    LOAD_FAULT_LOST,        /* the connection ended before the reply */
    LOAD_FAULT_CUT_SHORT, /* a page that the server ended for its time or work, not for its items */
    LOAD_FAULT_UNSENT,    /* due by the rate, but the run ended before it could be sent */
    LOAD_FAULT_COUNT,
} LoadFault;

/* An entry that a SCAN or a MULTI_GET has met. Slices are borrowed while it is delivered. */
typedef struct LoadEntry {
    uint32_t index; /* within its walk, from 0; MULTI_GET: of its key */
    BaseSlice key;  /* SCAN */
    BaseSlice value;
} LoadEntry;

/* How an operation ended. Slices are borrowed during the call that delivers it. */
typedef struct LoadAnswer {
    LoadFault fault;
    BaseSlice message;   /* of the fault, for people */
    bool found;          /* GET */
    BaseSlice value;     /* GET, when found */
    int64_t version;     /* GET: of the record; PUT, REMOVE: of the commit */
    uint32_t entries;    /* SCAN, MULTI_GET: that were met; BATCH: its members */
    int64_t finished_ns; /* when the reply was there */
} LoadAnswer;

/* Whether operations of this kind meet several entries, and not one record. */
bool load_op_is_walk(LoadOpKind kind);

/*
 * The record of the i-th key of a MULTI_GET. They begin at `record` and lie evenly spread over all
 * records, so that none of them is near another.
 */
uint64_t load_op_member(const LoadOp *op, uint32_t index);

/* "get", "refused". Never NULL. */
const char *load_op_name(LoadOpKind kind);
const char *load_fault_name(LoadFault fault);

#endif
