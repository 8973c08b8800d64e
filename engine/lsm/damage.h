/*
 * damage.h: what readers have found to be damaged: how often, and the last place.
 *
 * Threading: any thread; report is short and may be called in a read section.
 */
#ifndef LARDER_ENGINE_LSM_DAMAGE_H
#define LARDER_ENGINE_LSM_DAMAGE_H

#include "engine/table/file.h"

#include <pthread.h>

enum { LSM_DAMAGE_TEXT_BYTES = 384 };

typedef struct LsmDamage {
    pthread_mutex_t lock;
    int64_t count;
    char text[LSM_DAMAGE_TEXT_BYTES]; /* the last one: file, offset, what is wrong */
} LsmDamage;

void lsm_damage_init(LsmDamage *damage);
void lsm_damage_clear(LsmDamage *damage);

/* Who tells it. */
TableReporter lsm_damage_reporter(LsmDamage *damage);

/* How often; and the last one as text, if `text` is not NULL and there was any. */
int64_t lsm_damage_read(LsmDamage *damage, char text[LSM_DAMAGE_TEXT_BYTES]);

#endif
