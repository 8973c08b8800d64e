/*
 * mutation.h: a line of a batch or bulk file.
 *
 *   {"op":"guard","key":K, CONDITIONS}
 *   {"op":"put","key":K,"value":V, EXPIRY, CONDITIONS}
 *   {"op":"remove","key":K, CONDITIONS}
 *   {"op":"increment","key":K,"delta":N, EXPIRY, CONDITIONS}
 *   {"op":"remove_range","key":K,"stop":K}
 *
 * EXPIRY: one of "ttl_ms":N, "expires_at_ms":N, "keep_ttl":true. CONDITIONS: "if_absent":true,
 * "if_present":true, "if_version":N, "if_version_at_most":N, "if_value":V. K and V are strings, or
 * objects with the member text or base64. "stop" may be left out: to the last key. "delta" is 1
 * unless given.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_MUTATION_H
#define LARDER_SERVICE_CLI_MUTATION_H

#include "engine/base/buf.h"
#include "service/cli/json_reader.h"

#include <larder/types.h>

typedef struct CliMutation {
    bool guard; /* only key and condition count */
    LarderMutation mutation;
    LarderExpiry expiry;
    LarderCondition condition;
    BaseBuf line;
    CliJsonReader json; /* owns what the mutation points to, together with the line */
} CliMutation;

/*
 * Reads a line, which is copied. NULL: it is wrong, and `problem` (of `size` bytes) says where and
 * how; or there is no memory, which it says, too.
 */
CliMutation *cli_mutation_read(BaseSlice line, char *problem, size_t size);

/* Takes NULL. */
void cli_mutation_free(CliMutation *mutation);

#endif
