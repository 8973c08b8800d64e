/*
 * names.h: faults and exceptions by the names that commands give them.
 *
 * Threading: constants.
 */
#ifndef LARDER_SERVICE_TESTKIT_TOOL_NAMES_H
#define LARDER_SERVICE_TESTKIT_TOOL_NAMES_H

#include <larder/test_server.h>

/* "delay", "exception", "half_reply", ... False: there is none of that name. */
bool tool_names_kind(const char *name, LarderFaultKind *ret_kind);

/* "invalid_request" to "failed". False: it is no exception. */
bool tool_names_exception(const char *name, LarderOutcome *ret_outcome);

/* "overload" of REFUSED, and so on: names of the contract in small letters. False: none. */
bool tool_names_code(LarderOutcome outcome, const char *name, int32_t *ret_code);

/* The name of any outcome: "ok", "refused", ... */
const char *tool_names_outcome(LarderOutcome outcome);

/* The names of the kinds, for messages. */
#define TOOL_NAMES_KINDS                                                            \
    "delay, exception, execute_then_exception, no_reply, execute_no_reply, close, " \
    "execute_close, half_reply"

/* Those of the exceptions. */
#define TOOL_NAMES_EXCEPTIONS "invalid_request, not_here, refused, indeterminate, failed"

#endif
