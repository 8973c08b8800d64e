/*
 * names.h: faults, exceptions and their codes by name.
 *
 * Threading: constants.
 */
#ifndef LARDER_SERVICE_TESTKIT_NAMES_H
#define LARDER_SERVICE_TESTKIT_NAMES_H

#include <larder/test_server.h>

/* "delay", "exception", "half_reply", ... False: there is none of that name. */
bool testkit_names_kind(const char *name, LarderFaultKind *ret_kind);

/* "invalid_request" to "failed". False: it is no exception. */
bool testkit_names_exception(const char *name, LarderOutcome *ret_outcome);

/* "overload" of REFUSED, and so on: names of the contract in small letters. False: none. */
bool testkit_names_code(LarderOutcome outcome, const char *name, int32_t *ret_code);

/* The name of a code in the contract, "OVERLOAD"; NULL: the outcome has none of this number. */
const char *testkit_names_of_code(LarderOutcome outcome, int32_t code);

/* The names of the kinds, for messages. */
#define TESTKIT_NAMES_KINDS                                                         \
    "delay, exception, execute_then_exception, no_reply, execute_no_reply, close, " \
    "execute_close, half_reply"

/* Those of the exceptions. */
#define TESTKIT_NAMES_EXCEPTIONS "invalid_request, not_here, refused, indeterminate, failed"

#endif
