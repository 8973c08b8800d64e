/*
 * order.h: whether newer runs hold newer entries (L-2, L-3), by reading everything.
 *
 * All entries of all runs are merged. Of one key, versions descend, each once (L-3), and the
 * entries of a newer run come before those of an older one (L-2). A removed range counts as an
 * entry of every key that it covers: those of a newer run are all newer than entries and removed
 * ranges of older runs, where they meet. But a commit may be spread over two runs when the log is
 * replayed, first its removed ranges, then the rest, which they do not hide: one version for both.
 *
 * Threading: one thread; the tables of the levels are open.
 */
#ifndef LARDER_ENGINE_LSM_ORDER_H
#define LARDER_ENGINE_LSM_ORDER_H

#include "engine/lsm/levels.h"

/*
 * Hears of what breaks the order: the table that has the entry or range that should not be there.
 */
typedef void LsmOrderVisitor(void *user, const LsmTable *table, const char *what);

/* Checks levels. BASE_NO_MEMORY, or an error of reading. */
BaseStatus lsm_order_check(const LsmLevels *levels, LsmOrderVisitor *visit, void *user);

#endif
