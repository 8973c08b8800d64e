/*
 * posix.h: errors of the operating system as statuses. For implementations of env only.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_ENV_POSIX_H
#define LARDER_ENGINE_ENV_POSIX_H

#include "engine/base/status.h"

/* The status that stands for an errno. */
BaseStatus env_posix_status(int error);

#endif
