/*
 * fuzz_format_log.c: segments of the log and the commits in them that hold anything. The
 * properties are those of tests/support/format_check.h.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/support/format_check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BaseSlice bytes = base_slice(data, size);
    (void)format_check_log(bytes);
    (void)format_check_commits(bytes);
    return 0;
}
