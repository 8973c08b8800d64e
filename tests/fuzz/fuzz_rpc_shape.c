/*
 * fuzz_rpc_shape.c: any bytes through the recogniser of usual shapes and the strict parser.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/support/shape_twin.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static WireTape tape = {NULL, 0, 0, {NULL, 0}};
    WireLimits small = WIRE_LIMITS_DEFAULT;
    small.request_bytes_max = 64;
    (void)shape_twin_check(base_slice(data, size), &WIRE_LIMITS_DEFAULT, &tape);
    (void)shape_twin_check(base_slice(data, size), &small, &tape);
    return 0;
}
