/*
 * process.h: figures of the process itself, as the operating system has them.
 *
 * What the system does not tell (no /proc, for instance) is left out of the text.
 *
 * Threading: any thread.
 */
#ifndef LARDER_SERVICE_OBS_PROCESS_H
#define LARDER_SERVICE_OBS_PROCESS_H

#include "service/obs/text.h"

/* Writes the process_ metrics but the start time. */
void obs_process_write(ObsText *text);

#endif
