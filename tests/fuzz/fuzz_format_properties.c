/*
 * fuzz_format_properties.c: properties, footers and stored blocks that hold anything. The
 * properties are those of tests/support/format_check.h.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/support/format_check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BaseSlice bytes = base_slice(data, size);
    (void)format_check_properties(bytes);
    (void)format_check_footer(bytes);
    (void)format_check_frame(bytes);
    return 0;
}
