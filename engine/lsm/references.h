/*
 * references.h: whether the large values that tables refer to are there, and are the right ones, by
 * reading all entries and the tails of the blob files.
 *
 * A tail says for each value of its file where it lies, and of which key and version it is. A
 * reference must name such a place and belong to that key and version. Of the values themselves
 * nothing is read.
 *
 * Threading: one thread; the tables of the levels are open.
 */
#ifndef LARDER_ENGINE_LSM_REFERENCES_H
#define LARDER_ENGINE_LSM_REFERENCES_H

#include "engine/env/env.h"
#include "engine/lsm/levels.h"

/* Hears of a table that has a wrong reference: once for each. */
typedef void LsmReferenceVisitor(void *user, const LsmTable *table, const char *what);

/*
 * Checks levels, whose blob files are in a directory. Takes 32 bytes of memory for each large
 * value. BASE_NO_MEMORY, or an error of reading.
 */
BaseStatus lsm_references_check(const Env *env, const char *directory, const LsmLevels *levels,
                                LsmReferenceVisitor *visit, void *user);

#endif
