/*
 * quarantine.h: where a repair puts the files that it does not trust: the directory "quarantine" in
 * the store's own.
 *
 * A file is put aside in two steps, so that a repair that is interrupted between them has lost
 * nothing: first it gets a second name in the quarantine; when the repaired store is durable, the
 * first name goes. A name that is taken there, by an earlier repair, gets a number behind it.
 *
 * Threading: one thread.
 */
#ifndef LARDER_ENGINE_LSM_QUARANTINE_H
#define LARDER_ENGINE_LSM_QUARANTINE_H

#include "engine/base/buf.h"
#include "engine/env/env.h"

typedef struct LsmQuarantine {
    const Env *env;
    const char *directory; /* the store's; borrowed */
    BaseBuf names;         /* of the files, each with its terminator and whether its name goes */
    size_t count;
    size_t kept; /* bytes of `names` that have second names already */
} LsmQuarantine;

void lsm_quarantine_init(LsmQuarantine *quarantine, const Env *env, const char *directory);
void lsm_quarantine_clear(LsmQuarantine *quarantine);

/*
 * Notes a file. `replaced`: the repair writes another one of that name, so the name stays. A file
 * that is noted already is not noted again. BASE_NO_MEMORY.
 */
BaseStatus lsm_quarantine_add(LsmQuarantine *quarantine, const char *name, bool replaced);

/*
 * Gives those that have none yet names in the quarantine, durably. Files that are not there are
 * left out.
 */
BaseStatus lsm_quarantine_keep(LsmQuarantine *quarantine);

/* Takes their names in the store away, durably. */
BaseStatus lsm_quarantine_remove(LsmQuarantine *quarantine);

/* Visits the names; false stops. */
void lsm_quarantine_visit(const LsmQuarantine *quarantine, EnvNameVisitor *visit, void *user);

#endif
