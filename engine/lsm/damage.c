/*
 * damage.c: see damage.h.
 */
#include "engine/lsm/damage.h"

#include <inttypes.h>
#include <stdio.h>

static void
report(void *user, const TableFault *fault)
{
    LsmDamage *damage = user;
    const char *slash = strrchr(fault->path, '/');
    (void)pthread_mutex_lock(&damage->lock);
    damage->count++;
    (void)snprintf(damage->text, sizeof(damage->text), "%s at byte %" PRIu64 ": %s",
                   slash != NULL ? slash + 1 : fault->path, fault->offset, fault->status.what);
    (void)pthread_mutex_unlock(&damage->lock);
}

void
lsm_damage_init(LsmDamage *damage)
{
    *damage = (LsmDamage){.count = 0};
    (void)pthread_mutex_init(&damage->lock, NULL);
}

void
lsm_damage_clear(LsmDamage *damage)
{
    (void)pthread_mutex_destroy(&damage->lock);
}

TableReporter
lsm_damage_reporter(LsmDamage *damage)
{
    return (TableReporter){.report = report, .user = damage};
}

int64_t
lsm_damage_read(LsmDamage *damage, char text[LSM_DAMAGE_TEXT_BYTES])
{
    (void)pthread_mutex_lock(&damage->lock);
    int64_t count = damage->count;
    if (text != NULL && count != 0) {
        memcpy(text, damage->text, LSM_DAMAGE_TEXT_BYTES);
    }
    (void)pthread_mutex_unlock(&damage->lock);
    return count;
}
