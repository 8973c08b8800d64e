/*
 * verify.h: reads everything in the directory of a closed store, and checks what can be checked.
 *
 *   CURRENT, manifest   the check of every record; the rules of levels.h hold after every edit
 *   tables              there, of their size and id; every block, the order of all entries, index,
 *                       filter, properties (table_verify), and that the manifest says the same
 *   levels              entries and removed ranges of newer runs are newer (L-2), and no two
 *                       entries of a key have one version (L-3), by a merge of everything (order.h)
 *   blob files          there, of their size and id; every value; what tables refer to is there,
 *                       and is the value of that key and version; no more is used than is alive
 *   log                 the chain of segments, every record and commit, the clean end
 *   VERSION             its check, and that no commit is above its ceiling
 *   other files         which the next opening will remove
 *
 * Where the manifest cannot be read, tables, blob files and segments are still checked each by
 * itself. Nothing is written.
 *
 * Threading: one thread, over a directory that nobody writes.
 */
#ifndef LARDER_ENGINE_LSM_VERIFY_H
#define LARDER_ENGINE_LSM_VERIFY_H

#include "engine/engine.h"

/*
 * EngineClass.verify_files. Every finding is reported as it is met. BASE_CORRUPTION: there is
 * damage. Other errors: it could not be done, and args->message says why.
 */
BaseStatus lsm_verify_directory(EngineFilesArgs *args);

#endif
