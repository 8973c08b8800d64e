/*
 * import_verify.h: compares a file with a store, record by record.
 *
 * Threading: one at a time.
 */
#ifndef LARDER_SERVICE_CLI_IMPORT_VERIFY_H
#define LARDER_SERVICE_CLI_IMPORT_VERIFY_H

#include "service/cli/facts.h"

/*
 * Whether the store has every record of the file, the last one of each key, and expired ones not.
 * Returns OK; NEGATIVE when some differ, the first of which were said; else what went wrong.
 */
CliStatus cli_import_verify(CliCall *call, const char *path, const CliFacts *facts);

#endif
