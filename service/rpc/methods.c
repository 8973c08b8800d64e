/*
 * methods.c: the generated table of methods, and what the table does not say.
 *
 * A method is found by going through the rows of its service, at most a few dozen, and comparing
 * lengths first. Whether a method writes is looked up only when a reply is lost.
 */
#include "service/rpc/methods.h"

#include "larder_methods.h"
#include "larder_rpc_larder_types.h"

#include <string.h>

/* The table says `store`, `admin`, `observe`. */
#define SERVICE_store   RPC_STORE
#define SERVICE_admin   RPC_ADMIN
#define SERVICE_observe RPC_OBSERVE

#define IS_REQUIRED true
#define IS_OPTIONAL false

static const RpcMethod methods[] = {
#define METHOD(Service, service, name) \
    {                                  \
        SERVICE_##service, #name,      \
        {
#define ARGUMENT(id, name, type, presence) {id, #name, WIRE_##type, IS_##presence},
#define END()                     \
    {                             \
        0, NULL, WIRE_STOP, false \
    }                             \
    }                             \
    }                             \
    ,
    LARDER_METHODS(METHOD, ARGUMENT, END)
#undef METHOD
#undef ARGUMENT
#undef END
};

static const ObsMethod labels[] = {
#define METHOD(Service, service, name) {#Service, #name},
#define ARGUMENT(id, name, type, presence)
#define END()
    LARDER_METHODS(METHOD, ARGUMENT, END)
#undef METHOD
#undef ARGUMENT
#undef END
};

/* Methods outside of Observe that change nothing. */
static const char *const readers[] = {
    "server_info",  "get",           "multi_get",   "scan",          "range_info",
    "checksum",     "lease_get",     "lease_list",  "snapshot_list", "changes",
    "topology",     "locate",        "ping",        "store_list",    "config_plan",
    "authenticate", "config_export", "backup_list", "job_get",       "job_list",
};

/* Arguments that are names. */
static const char *const names[] = {"store", "name", "new_name"};

enum { METHOD_COUNT = sizeof methods / sizeof methods[0] };

_Static_assert(METHOD_COUNT == LARDER_METHOD_COUNT, "the table is complete");

static bool
is_among(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

int
rpc_methods_api_version(void)
{
    return LARDER_RPC_API_VERSION;
}

size_t
rpc_methods_count(void)
{
    return METHOD_COUNT;
}

const RpcMethod *
rpc_methods_at(size_t row)
{
    return &methods[row];
}

size_t
rpc_methods_find(RpcServiceId service, BaseSlice name)
{
    for (size_t row = 0; row < METHOD_COUNT; row++) {
        if (methods[row].service == service &&
            base_slice_equal(base_slice_text(methods[row].name), name)) {
            return row;
        }
    }
    return METHOD_COUNT;
}

bool
rpc_methods_writes(const RpcMethod *method)
{
    return method->service != RPC_OBSERVE &&
           !is_among(method->name, readers, sizeof readers / sizeof readers[0]);
}

bool
rpc_methods_is_name(const RpcArgument *argument)
{
    return is_among(argument->name, names, sizeof names / sizeof names[0]);
}

WireType
rpc_methods_element(const RpcArgument *argument)
{
    /* Lists of the contract hold structs, but for the keys of multi_get. */
    return strcmp(argument->name, "keys") == 0 ? WIRE_BYTES : WIRE_STRUCT;
}

const ObsMethod *
rpc_methods_labels(void)
{
    return labels;
}
