/*
 * mutation.c: a line of a batch or bulk file. See mutation.h.
 *
 * Members are named by their place in one table, which says which operations have them.
 */
#include "service/cli/mutation.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    OP_GUARD = 1 << 0,
    OP_PUT = 1 << 1,
    OP_REMOVE = 1 << 2,
    OP_INCREMENT = 1 << 3,
    OP_REMOVE_RANGE = 1 << 4,
    OP_ONE_KEY = OP_GUARD | OP_PUT | OP_REMOVE | OP_INCREMENT,
};

typedef enum MemberId {
    MEMBER_OP,
    MEMBER_KEY,
    MEMBER_VALUE,
    MEMBER_STOP,
    MEMBER_DELTA,
    MEMBER_TTL,
    MEMBER_EXPIRES_AT,
    MEMBER_KEEP_TTL,
    MEMBER_IF_ABSENT,
    MEMBER_IF_PRESENT,
    MEMBER_IF_VERSION,
    MEMBER_IF_VERSION_AT_MOST,
    MEMBER_IF_VALUE,
    MEMBER_COUNT,
} MemberId;

static const struct {
    const char *name;
    unsigned operations; /* that have it */
} members[MEMBER_COUNT] = {
    [MEMBER_OP] = {"op", OP_ONE_KEY | OP_REMOVE_RANGE},
    [MEMBER_KEY] = {"key", OP_ONE_KEY | OP_REMOVE_RANGE},
    [MEMBER_VALUE] = {"value", OP_PUT},
    [MEMBER_STOP] = {"stop", OP_REMOVE_RANGE},
    [MEMBER_DELTA] = {"delta", OP_INCREMENT},
    [MEMBER_TTL] = {"ttl_ms", OP_PUT | OP_INCREMENT},
    [MEMBER_EXPIRES_AT] = {"expires_at_ms", OP_PUT | OP_INCREMENT},
    [MEMBER_KEEP_TTL] = {"keep_ttl", OP_PUT | OP_INCREMENT},
    [MEMBER_IF_ABSENT] = {"if_absent", OP_ONE_KEY},
    [MEMBER_IF_PRESENT] = {"if_present", OP_ONE_KEY},
    [MEMBER_IF_VERSION] = {"if_version", OP_ONE_KEY},
    [MEMBER_IF_VERSION_AT_MOST] = {"if_version_at_most", OP_ONE_KEY},
    [MEMBER_IF_VALUE] = {"if_value", OP_ONE_KEY},
};

static MemberId
member_of(BaseSlice name)
{
    unsigned id = 0;
    while (id < MEMBER_COUNT && !base_slice_equal(name, base_slice_text(members[id].name))) {
        id++;
    }
    return (MemberId)id;
}

/* The operation of that name; 0: there is none. */
static unsigned
operation_of(BaseSlice name, LarderMutationKind *ret_kind)
{
    static const struct {
        const char *name;
        LarderMutationKind kind;
    } operations[] = {
        {"guard", LARDER_MUTATION_KIND_PUT},
        {"put", LARDER_MUTATION_KIND_PUT},
        {"remove", LARDER_MUTATION_KIND_REMOVE},
        {"increment", LARDER_MUTATION_KIND_INCREMENT},
        {"remove_range", LARDER_MUTATION_KIND_REMOVE_RANGE},
    };
    for (unsigned i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (base_slice_equal(name, base_slice_text(operations[i].name))) {
            *ret_kind = operations[i].kind;
            return 1u << i;
        }
    }
    return 0;
}

static bool
read_bytes(CliJsonReader *json, LarderBytes *ret_bytes)
{
    BaseSlice bytes = BASE_SLICE_EMPTY;
    if (!cli_json_reader_bytes(json, &bytes)) {
        return false;
    }
    *ret_bytes = larder_bytes(bytes.data, bytes.len);
    return true;
}

static bool
read_true(CliJsonReader *json)
{
    bool value = false;
    return cli_json_reader_boolean(json, &value) &&
           (value || cli_json_reader_object(json, "it may only be true"));
}

static void
read_condition(CliMutation *mutation, MemberId id)
{
    CliJsonReader *json = &mutation->json;
    LarderCondition *condition = &mutation->condition;
    mutation->mutation.condition = condition;
    switch (id) {
    case MEMBER_IF_ABSENT:
        condition->has_absent = condition->absent = read_true(json);
        break;
    case MEMBER_IF_PRESENT:
        condition->has_present = condition->present = read_true(json);
        break;
    case MEMBER_IF_VERSION:
        condition->has_version_equal = cli_json_reader_integer(json, &condition->version_equal);
        break;
    case MEMBER_IF_VERSION_AT_MOST:
        condition->has_version_at_most = cli_json_reader_integer(json, &condition->version_at_most);
        break;
    default:
        condition->has_value_equal = read_bytes(json, &condition->value_equal);
        break;
    }
}

static void
read_expiry(CliMutation *mutation, MemberId id)
{
    CliJsonReader *json = &mutation->json;
    LarderExpiry *expiry = &mutation->expiry;
    if (mutation->mutation.expiry != NULL) {
        (void)cli_json_reader_object(json, "ttl_ms, expires_at_ms and keep_ttl exclude each other");
        return;
    }
    mutation->mutation.expiry = expiry;
    if (id == MEMBER_TTL) {
        expiry->has_ttl_ms = cli_json_reader_integer(json, &expiry->ttl_ms);
    } else if (id == MEMBER_EXPIRES_AT) {
        expiry->has_at_ms = cli_json_reader_integer(json, &expiry->at_ms);
    } else {
        expiry->has_keep = expiry->keep = read_true(json);
    }
}

static void
read_member(CliMutation *mutation, MemberId id, unsigned *operation)
{
    CliJsonReader *json = &mutation->json;
    BaseSlice name = BASE_SLICE_EMPTY;
    switch (id) {
    case MEMBER_OP:
        if (cli_json_reader_text(json, &name)) {
            *operation = operation_of(name, &mutation->mutation.kind);
        }
        break;
    case MEMBER_KEY:
        (void)read_bytes(json, &mutation->mutation.key);
        break;
    case MEMBER_VALUE:
        mutation->mutation.has_value = read_bytes(json, &mutation->mutation.value);
        break;
    case MEMBER_STOP:
        mutation->mutation.has_stop_key = read_bytes(json, &mutation->mutation.stop_key);
        break;
    case MEMBER_DELTA:
        mutation->mutation.has_delta = cli_json_reader_integer(json, &mutation->mutation.delta);
        break;
    case MEMBER_TTL:
    case MEMBER_EXPIRES_AT:
    case MEMBER_KEEP_TTL:
        read_expiry(mutation, id);
        break;
    case MEMBER_COUNT:
        (void)cli_json_reader_object(json, "there is no such member");
        break;
    default:
        read_condition(mutation, id);
        break;
    }
}

/* What only shows when all members were read. */
static void
check(CliMutation *mutation, unsigned operation, unsigned seen)
{
    CliJsonReader *json = &mutation->json;
    if (operation == 0) {
        (void)cli_json_reader_object(json,
                                     "op has to be guard, put, remove, increment or remove_range");
        return;
    }
    for (unsigned i = 0; i < MEMBER_COUNT; i++) {
        if ((seen >> i & 1) != 0 && (members[i].operations & operation) == 0) {
            (void)cli_json_reader_object(json, "the operation has no such member");
        }
    }
    bool value = operation == OP_PUT;
    if ((seen >> MEMBER_KEY & 1) == 0 || (value && (seen >> MEMBER_VALUE & 1) == 0)) {
        (void)cli_json_reader_object(json, "the key or the value is missing");
    }
    if (operation == OP_GUARD && mutation->mutation.condition == NULL) {
        (void)cli_json_reader_object(json, "a guard needs a condition");
    }
    if (operation == OP_INCREMENT && !mutation->mutation.has_delta) {
        mutation->mutation.has_delta = true;
        mutation->mutation.delta = 1;
    }
    mutation->guard = operation == OP_GUARD;
}

static void
read_all(CliMutation *mutation)
{
    CliJsonReader *json = &mutation->json;
    BaseSlice name = BASE_SLICE_EMPTY;
    unsigned operation = 0;
    unsigned seen = 0;
    if (cli_json_reader_enter(json)) {
        while (cli_json_reader_member(json, &name)) {
            MemberId id = member_of(name);
            if (id != MEMBER_COUNT && (seen >> id & 1) != 0) {
                (void)cli_json_reader_object(json, "a member comes twice");
            }
            seen |= 1u << id;
            read_member(mutation, id, &operation);
        }
    }
    if (cli_json_reader_finish(json)) {
        check(mutation, operation, seen & ((1u << MEMBER_COUNT) - 1));
    }
}

CliMutation *
cli_mutation_read(BaseSlice line, char *problem, size_t size)
{
    CliMutation *mutation = calloc(1, sizeof *mutation);
    if (mutation == NULL || !base_buf_append_slice(&mutation->line, line)) {
        free(mutation);
        (void)snprintf(problem, size, "there is no memory");
        return NULL;
    }
    mutation->json = cli_json_reader(base_buf_slice(&mutation->line));
    read_all(mutation);
    if (mutation->json.problem != NULL) {
        (void)snprintf(problem, size, "column %zu: %s", mutation->json.at + 1,
                       mutation->json.problem);
        cli_mutation_free(mutation);
        return NULL;
    }
    return mutation;
}

void
cli_mutation_free(CliMutation *mutation)
{
    if (mutation != NULL) {
        cli_json_reader_clear(&mutation->json);
        base_buf_clear(&mutation->line);
        free(mutation);
    }
}
