/*
 * write_options.h: what the options of the command line say about a write.
 *
 * Threading: pure functions, but for the call.
 */
#ifndef LARDER_SERVICE_CLI_WRITE_OPTIONS_H
#define LARDER_SERVICE_CLI_WRITE_OPTIONS_H

#include "service/cli/call.h"

typedef struct CliWriteOptions {
    bool has_deadline_ms;
    int64_t deadline_ms;
    bool has_condition;
    LarderCondition condition;
    bool has_expiry;
    LarderExpiry expiry;
    bool has_durability;
    LarderDurability durability;
    bool has_fence;
    LarderFence fence;
    bool has_request_id;
    LarderBytes request_id;
    bool has_return_current;
    bool return_current;
} CliWriteOptions;

/* Reads all that the command takes of them. False: see call.h. */
bool cli_write_options(CliCall *call, CliWriteOptions *ret_options);

/* Reads --prefix, --start and --stop. */
bool cli_range_options(CliCall *call, LarderKeyRange *ret_range);

/* The text of a UUID as 16 bytes. False: it is none. */
bool cli_uuid_parse(const char *text, uint8_t ret_uuid[16]);

/* A new UUIDv7 for this time, with random bits from the system. False: there are none. */
bool cli_uuid_make(int64_t now_ms, uint8_t ret_uuid[16]);

#endif
