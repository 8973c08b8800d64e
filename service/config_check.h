/*
 * config_check.h: what is wrong between values that are each legal.
 *
 * Checked: addresses (their form, how far they reach, none twice), limits against each other, the
 * number of stores.
 *
 * Threading: plain function. Uses GLib's aborting allocator: not for request paths.
 */
#ifndef LARDER_SERVICE_CONFIG_CHECK_H
#define LARDER_SERVICE_CONFIG_CHECK_H

#include "service/config.h"
#include "service/config_file.h"

/* Adds what it finds. `file` (may be NULL) and `overrides` tell where the values come from. */
void config_check(const Config *config, const ConfigFile *file, const ConfigOverrides *overrides,
                  ConfigReport *report);

#endif
