/*
 * fuzz_canary.c: a target with a planted defect, which fuzzing must find and replaying must notice.
 */
#include "engine/base/check.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BASE_CHECK(!(size >= 3 && data[0] == 'e' && data[1] == 'g' && data[2] == 'g'));
    return 0;
}
