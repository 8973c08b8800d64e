/*
 * section.h: a read section for threads that have nobody to tell when there is none.
 *
 * Threading: any thread.
 */
#ifndef LARDER_ENGINE_LSM_SECTION_H
#define LARDER_ENGINE_LSM_SECTION_H

#include "engine/base/epoch.h"

#include <time.h>

/*
 * Begins a read section; base_epoch_exit() ends it. Only the first one of a thread can lack memory,
 * and then this waits for it: a few dozen bytes.
 */
static inline void
lsm_section_enter(void)
{
    while (!base_epoch_enter()) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

#endif
