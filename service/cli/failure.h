/*
 * failure.h: what to tell about a call that did not succeed.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_SERVICE_CLI_FAILURE_H
#define LARDER_SERVICE_CLI_FAILURE_H

#include "engine/base/buf.h"
#include "service/cli/status.h"

#include <larder/client.h>

/* The exit status of an outcome. */
CliStatus cli_failure_status(LarderOutcome outcome);

/* Appends one line for people, without its newline: what happened, and what to do. */
void cli_failure_text(const LarderReply *reply, BaseBuf *into);

/* Appends one line of JSON: an object with the member "error". */
void cli_failure_json(const LarderReply *reply, BaseBuf *into);

#endif
