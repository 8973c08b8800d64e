/*
 * current.c: writes and reads CURRENT. See current.h.
 */
#include "engine/format/current.h"

#include "engine/base/hash.h"
#include "engine/format/decode.h"
#include "engine/format/file_name.h"

#include <inttypes.h>

bool
format_current_encode(BaseBuf *into, uint64_t manifest)
{
    char name[FORMAT_FILE_NAME_BYTES];
    format_file_name_write((FormatFileName){FORMAT_FILE_MANIFEST, manifest}, name);
    return base_buf_printf(into, "%s %016" PRIx64 "\n", name, base_hash(base_slice_text(name), 0));
}

BaseStatus
format_current_decode(BaseSlice bytes, uint64_t *ret_manifest)
{
    const uint8_t *blank = bytes.len == 0 ? NULL : memchr(bytes.data, ' ', bytes.len);
    size_t name_len = blank == NULL ? 0 : (size_t)(blank - bytes.data);
    char name[FORMAT_FILE_NAME_BYTES];
    if (name_len == 0 || name_len >= sizeof name) {
        return format_corrupt("CURRENT names no manifest");
    }
    memcpy(name, bytes.data, name_len);
    name[name_len] = '\0';
    FormatFileName file = format_file_name_read(name);
    BaseBuf again = BASE_BUF_INIT;
    bool same = file.kind == FORMAT_FILE_MANIFEST && strlen(name) == name_len &&
                format_current_encode(&again, file.number) &&
                base_slice_equal(base_buf_slice(&again), bytes);
    bool memory = !again.failed;
    base_buf_clear(&again);
    if (!memory) {
        return base_error(BASE_NO_MEMORY, "no memory for reading CURRENT");
    }
    if (!same) {
        return format_corrupt("CURRENT does not fit its hash");
    }
    *ret_manifest = file.number;
    return base_ok();
}
