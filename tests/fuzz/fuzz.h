/*
 * fuzz.h: what every fuzz target defines.
 *
 * A target aborts (BASE_CHECK) when a property does not hold, and returns 0 otherwise. The name is
 * what libFuzzer calls; driver.c calls it, too.
 */
#ifndef LARDER_TESTS_FUZZ_FUZZ_H
#define LARDER_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
