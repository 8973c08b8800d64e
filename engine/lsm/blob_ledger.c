/*
 * blob_ledger.c: see blob_ledger.h.
 */
#include "engine/lsm/blob_ledger.h"

#include <stdlib.h>

#define MESSAGE_BYTES 256

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for counting large values");
}

/* An edit for what has died of a file. */
static bool
append_dead(const LsmBlobFile *file, int64_t values, int64_t bytes, BaseBuf *edits)
{
    FormatEdit edit = {.tag = FORMAT_EDIT_DEAD_BLOBS};
    if (values <= 0) {
        return true;
    }
    if (values == file->values - file->dead_values) {
        edit.tag = FORMAT_EDIT_DROP_BLOB_FILE;
        edit.number = (int64_t)file->number;
    } else {
        edit.blob.number = (int64_t)file->number;
        edit.blob.values = values;
        edit.blob.bytes = bytes;
    }
    return format_manifest_edit_encode(edits, &edit);
}

/* Adds what a table uses, times `sign`, to the sums of the files of the levels. */
static void
add_uses(const LsmLevels *levels, const FormatBlobUses *uses, int sign, LsmBlobUse *sums)
{
    FormatBlobUse use;
    FormatDecoder decoder = format_decode(uses->bytes);
    while (format_blob_uses_next(&decoder, &use)) {
        const LsmBlobFile *file = lsm_levels_blob(levels, use.number);
        if (file != NULL) {
            LsmBlobUse *sum = &sums[file - levels->blobs];
            sum->values += sign * (int64_t)use.entries;
            sum->bytes += sign * (int64_t)use.bytes;
        }
    }
}

/* What an edit of a table says about its large values: those that it uses come, or go. */
static const FormatBlobUses *
uses_of(const LsmLevels *levels, const FormatEdit *edit)
{
    if (edit->tag == FORMAT_EDIT_ADD_TABLE) {
        return &edit->add_table.blobs;
    }
    int level;
    const LsmTable *table = edit->tag == FORMAT_EDIT_DROP_TABLE
                                ? lsm_levels_find(levels, edit->drop_table.number, &level)
                                : NULL;
    return table != NULL ? &table->info.blobs : NULL;
}

/* Sums up what tables that go have used, less what those that come use. */
static BaseStatus
sum_up(const LsmLevels *levels, BaseSlice payload, LsmBlobUse *dead, bool *concerned)
{
    FormatDecoder decoder = format_decode(payload);
    while (format_decode_left(&decoder) != 0) {
        FormatEdit edit;
        BaseStatus status = format_manifest_edit_decode(&decoder, &edit);
        if (status.code != BASE_OK) {
            return status;
        }
        const FormatBlobUses *uses = uses_of(levels, &edit);
        if (uses != NULL && uses->count != 0) {
            *concerned = true;
            add_uses(levels, uses, edit.tag == FORMAT_EDIT_ADD_TABLE ? -1 : 1, dead);
        }
    }
    return base_ok();
}

BaseStatus
lsm_blob_ledger_append(const LsmLevels *levels, BaseBuf *edits, bool *ret_concerned)
{
    LsmBlobUse *dead = calloc(levels->blob_count + 1, sizeof(*dead));
    *ret_concerned = false;
    if (dead == NULL) {
        return no_memory();
    }
    BaseStatus status = sum_up(levels, base_buf_slice(edits), dead, ret_concerned);
    bool good = true;
    for (size_t i = 0; i < levels->blob_count && good && status.code == BASE_OK; i++) {
        good = append_dead(&levels->blobs[i], dead[i].values, dead[i].bytes, edits);
    }
    free(dead);
    return good ? status : no_memory();
}

BaseStatus
lsm_blob_ledger_balance(const LsmLevels *levels, BaseBuf *edits)
{
    char message[MESSAGE_BYTES];
    LsmBlobUse *uses = NULL;
    BaseStatus status = lsm_levels_blob_uses(levels, message, &uses);
    if (status.code != BASE_OK) {
        return status;
    }
    bool good = true;
    for (size_t i = 0; i < levels->blob_count && good; i++) {
        const LsmBlobFile *file = &levels->blobs[i];
        good = append_dead(file, file->values - file->dead_values - uses[i].values,
                           file->bytes - file->dead_bytes - uses[i].bytes, edits);
    }
    free(uses);
    return good ? base_ok() : no_memory();
}
