/*
 * blob_ledger.h: what changes of tables mean for blob files, as edits.
 *
 * A value in a blob file is referred to by one entry of one table (L-3). So what dies is known
 * without reading anything: tables name the blob files that they use, and how much of each; what
 * the tables that go have used, less what those that come use, is dead. A file of which nothing is
 * alive is dropped by the same edit that kills the last of it, and goes when nobody holds it any
 * more.
 *
 * Files that come with a change are not looked at: whoever writes them refers to all of their
 * values.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_LSM_BLOB_LEDGER_H
#define LARDER_ENGINE_LSM_BLOB_LEDGER_H

#include "engine/lsm/levels.h"

/*
 * Appends, to edits that change the tables of `levels`, what they mean. *ret_concerned: they
 * concern large values at all. BASE_CORRUPTION: the edits are malformed. BASE_NO_MEMORY.
 */
BaseStatus lsm_blob_ledger_append(const LsmLevels *levels, BaseBuf *edits, bool *ret_concerned);

/*
 * Appends edits that count all as dead that no table uses: for levels that were put together
 * otherwise than by edits that went through append(). BASE_CORRUPTION: a table uses a file that is
 * not there. BASE_NO_MEMORY.
 */
BaseStatus lsm_blob_ledger_balance(const LsmLevels *levels, BaseBuf *edits);

#endif
