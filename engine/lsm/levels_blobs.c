/*
 * levels_blobs.c: the blob files of levels, by number. See levels.h.
 *
 * The counts of what is dead belong to one levels object, since a reader of older levels may still
 * need what has died since; the file itself is shared, and counted (LsmBlobHold).
 */
#include "engine/lsm/levels_private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGE_BYTES 256

__attribute__((format(printf, 2, 3))) static BaseStatus
broken(char *message, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, MESSAGE_BYTES, format, arguments);
    va_end(arguments);
    return base_error(BASE_CORRUPTION, "edits of the manifest do not fit");
}

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for the blob files of a store");
}

/* -------------------------------------------------------------------------------------- list -- */

/* Where a file is, or belongs. */
static size_t
place_of(const LsmLevels *levels, uint64_t number)
{
    size_t low = 0;
    size_t high = levels->blob_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (levels->blobs[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const LsmBlobFile *
lsm_levels_blob(const LsmLevels *levels, uint64_t number)
{
    size_t place = place_of(levels, number);
    bool found = place < levels->blob_count && levels->blobs[place].number == number;
    return found ? &levels->blobs[place] : NULL;
}

static void
hold_unref(const LsmTableOwner *owner, LsmBlobHold *hold)
{
    if (atomic_fetch_sub_explicit(&hold->refs, 1, memory_order_acq_rel) == 1) {
        if (owner->blob_unused != NULL) {
            owner->blob_unused(owner->user, hold);
        }
        free(hold);
    }
}

bool
lsm_levels_copy_blobs(const LsmLevels *from, LsmLevels *to)
{
    if (from->blob_count == 0) {
        return true;
    }
    to->blobs = malloc(from->blob_count * sizeof(*to->blobs));
    if (to->blobs == NULL) {
        return false;
    }
    memcpy(to->blobs, from->blobs, from->blob_count * sizeof(*to->blobs));
    to->blob_count = from->blob_count;
    for (size_t i = 0; i < to->blob_count; i++) {
        atomic_fetch_add_explicit(&to->blobs[i].hold->refs, 1, memory_order_relaxed);
    }
    return true;
}

void
lsm_levels_clear_blobs(LsmLevels *levels)
{
    for (size_t i = 0; i < levels->blob_count; i++) {
        hold_unref(levels->owner, levels->blobs[i].hold);
    }
    free(levels->blobs);
}

void
lsm_levels_supersede_blobs(const LsmLevels *before, const LsmLevels *after)
{
    for (size_t i = 0; i < before->blob_count; i++) {
        if (lsm_levels_blob(after, before->blobs[i].number) == NULL) {
            atomic_store_explicit(&before->blobs[i].hold->dropped, true, memory_order_release);
        }
    }
}

/* ------------------------------------------------------------------------------------- edits -- */

static BaseStatus
add(LsmLevels *levels, const FormatEdit *edit, char *message)
{
    uint64_t number = (uint64_t)edit->blob.number;
    if (lsm_levels_blob(levels, number) != NULL) {
        return broken(message, "blob file %06" PRIu64 " is there already", number);
    }
    LsmBlobFile *blobs = realloc(levels->blobs, (levels->blob_count + 1) * sizeof(*blobs));
    if (blobs == NULL) {
        return no_memory();
    }
    levels->blobs = blobs;
    LsmBlobHold *hold = calloc(1, sizeof(*hold));
    if (hold == NULL) {
        return no_memory();
    }
    hold->number = number;
    atomic_init(&hold->refs, 1);
    size_t place = place_of(levels, number);
    memmove(&blobs[place + 1], &blobs[place], (levels->blob_count - place) * sizeof(*blobs));
    blobs[place] = (LsmBlobFile){.number = number,
                                 .id = edit->blob.id,
                                 .size = edit->blob.size,
                                 .values = edit->blob.values,
                                 .bytes = edit->blob.bytes,
                                 .hold = hold};
    levels->blob_count++;
    return base_ok();
}

static BaseStatus
count_dead(LsmBlobFile *file, const FormatEdit *edit, char *message)
{
    if (edit->blob.values > file->values - file->dead_values ||
        edit->blob.bytes > file->bytes - file->dead_bytes) {
        return broken(message, "more of blob file %06" PRIu64 " is dead than there was",
                      file->number);
    }
    file->dead_values += edit->blob.values;
    file->dead_bytes += edit->blob.bytes;
    return base_ok();
}

BaseStatus
lsm_levels_change_blobs(LsmLevels *levels, const FormatEdit *edit, char *message)
{
    if (edit->tag == FORMAT_EDIT_ADD_BLOB_FILE) {
        return add(levels, edit, message);
    }
    bool drop = edit->tag == FORMAT_EDIT_DROP_BLOB_FILE;
    uint64_t number = (uint64_t)(drop ? edit->number : edit->blob.number);
    if (lsm_levels_blob(levels, number) == NULL) {
        return broken(message, "there is no blob file %06" PRIu64, number);
    }
    size_t place = place_of(levels, number);
    LsmBlobFile *file = &levels->blobs[place];
    if (!drop) {
        return count_dead(file, edit, message);
    }
    hold_unref(levels->owner, file->hold);
    levels->blob_count--;
    memmove(file, file + 1, (levels->blob_count - place) * sizeof(*file));
    return base_ok();
}

/* -------------------------------------------------------------------------------------- uses -- */

/* Adds what a table uses. */
static BaseStatus
add_uses(const LsmLevels *levels, const FormatTable *info, char *message, LsmBlobUse *uses)
{
    FormatBlobUse use;
    FormatDecoder decoder = format_decode(info->blobs.bytes);
    while (format_blob_uses_next(&decoder, &use)) {
        if (lsm_levels_blob(levels, use.number) == NULL) {
            return broken(message,
                          "table %06" PRId64 " refers to blob file %06" PRIu64
                          ", which is not there",
                          info->number, use.number);
        }
        LsmBlobUse *sum = &uses[place_of(levels, use.number)];
        sum->values += (int64_t)use.entries;
        sum->bytes += (int64_t)use.bytes;
    }
    return base_ok();
}

BaseStatus
lsm_levels_blob_uses(const LsmLevels *levels, char *message, LsmBlobUse **ret_uses)
{
    LsmBlobUse *uses = calloc(levels->blob_count + 1, sizeof(*uses));
    BaseStatus status = uses != NULL ? base_ok() : no_memory();
    for (int level = 0; level < LSM_LEVELS; level++) {
        for (size_t i = 0; i < levels->levels[level].count && status.code == BASE_OK; i++) {
            status = add_uses(levels, &levels->levels[level].tables[i]->info, message, uses);
        }
    }
    if (status.code != BASE_OK) {
        free(uses);
        return status;
    }
    *ret_uses = uses;
    return status;
}

BaseStatus
lsm_levels_check_blobs(const LsmLevels *levels, char *message)
{
    LsmBlobUse *uses = NULL;
    BaseStatus status = lsm_levels_blob_uses(levels, message, &uses);
    for (size_t i = 0; i < levels->blob_count && status.code == BASE_OK; i++) {
        const LsmBlobFile *file = &levels->blobs[i];
        if (uses[i].values > file->values - file->dead_values ||
            uses[i].bytes > file->bytes - file->dead_bytes) {
            status = broken(message,
                            "tables use %" PRId64 " values of blob file %06" PRIu64
                            ", of which %" PRId64 " are alive",
                            uses[i].values, file->number, file->values - file->dead_values);
        }
    }
    free(uses);
    return status;
}

bool
lsm_levels_blob_stale(const LsmBlobFile *file, unsigned dead_percent)
{
    return file->dead_values != 0 &&
           !atomic_load_explicit(&file->hold->damaged, memory_order_relaxed) &&
           (double)file->dead_bytes * 100 >= (double)file->bytes * (double)dead_percent;
}

/* -------------------------------------------------------------------------------- describing -- */

bool
lsm_levels_describe_blobs(const LsmLevels *levels, BaseBuf *into)
{
    bool good = true;
    for (size_t i = 0; i < levels->blob_count && good; i++) {
        const LsmBlobFile *file = &levels->blobs[i];
        FormatEdit edit = {.tag = FORMAT_EDIT_ADD_BLOB_FILE};
        edit.blob.number = (int64_t)file->number;
        edit.blob.id = file->id;
        edit.blob.size = file->size;
        edit.blob.values = file->values;
        edit.blob.bytes = file->bytes;
        good = format_manifest_edit_encode(into, &edit);
        if (good && file->dead_values != 0) {
            edit.tag = FORMAT_EDIT_DEAD_BLOBS;
            edit.blob.values = file->dead_values;
            edit.blob.bytes = file->dead_bytes;
            good = format_manifest_edit_encode(into, &edit);
        }
    }
    return good;
}
