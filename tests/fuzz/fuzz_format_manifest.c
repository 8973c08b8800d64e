/*
 * fuzz_format_manifest.c: manifests, the edits in them, and CURRENT that hold anything. The
 * properties are those of tests/support/format_check.h.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/support/format_check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BaseSlice bytes = base_slice(data, size);
    (void)format_check_log(bytes);
    (void)format_check_edits(bytes);
    (void)format_check_names(bytes);
    return 0;
}
