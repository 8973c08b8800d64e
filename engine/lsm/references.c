/*
 * references.c: the tails of all blob files in memory, then all entries. See references.h.
 */
#include "engine/lsm/references.h"

#include "engine/format/file_name.h"
#include "engine/format/key.h"
#include "engine/lsm/tables.h"
#include "engine/table/iterator.h"

#include <stdlib.h>

/* A value that a tail lists. */
typedef struct Value {
    uint64_t offset;
    uint64_t key_hash;
    int64_t version;
    uint32_t size;
} Value;

typedef struct Check {
    const Env *env;
    const char *directory;
    const LsmLevels *levels;
    BaseBuf *tails; /* of Value, by offset; for each blob file of the levels */
} Check;

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for the large values of a store");
}

/* ------------------------------------------------------------------------------------- tails -- */

static bool
add_value(void *user, const FormatBlobItem *item)
{
    Value value = {.offset = item->handle.offset,
                   .key_hash = format_key_hash(item->key),
                   .version = item->version,
                   .size = item->handle.size};
    return base_buf_append(user, &value, sizeof(value));
}

static BaseStatus
read_tail(const Check *check, const LsmBlobFile *file, BaseBuf *tail)
{
    char name[FORMAT_FILE_NAME_BYTES];
    char path[ENV_PATH_MAX];
    TableBlobFile *blobs = NULL;
    TableBlobFileOptions options = {.env = check->env,
                                    .path = path,
                                    .number = file->number,
                                    .expect = true,
                                    .size = (uint64_t)file->size,
                                    .id = file->id};
    format_file_name_write((FormatFileName){FORMAT_FILE_BLOB, file->number}, name);
    BaseStatus status = env_join(path, check->directory, name);
    if (status.code == BASE_OK) {
        status = table_blob_file_open(&options, &blobs);
    }
    if (status.code == BASE_OK) {
        status = table_blob_file_visit(blobs, add_value, tail);
    }
    table_blob_file_free(blobs);
    return status.code == BASE_OK && tail->failed ? no_memory() : status;
}

/* The value at an offset; NULL: none begins there. */
static const Value *
find_value(const BaseBuf *tail, uint64_t offset)
{
    const Value *values = (const Value *)(const void *)tail->data;
    size_t low = 0;
    size_t high = tail->len / sizeof(Value);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (values[middle].offset == offset) {
            return &values[middle];
        }
        if (values[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* ----------------------------------------------------------------------------------- entries -- */

/* What is wrong with a reference, for people; NULL: nothing. */
static const char *
judge(const Check *check, const FormatEntry *entry)
{
    FormatBlobReference reference;
    if (format_blob_reference_decode(entry->value, &reference).code != BASE_OK) {
        return "a reference to a large value makes no sense";
    }
    const LsmBlobFile *file = lsm_levels_blob(check->levels, reference.number);
    if (file == NULL) {
        return "a large value is in a blob file that does not exist";
    }
    const Value *value =
        find_value(&check->tails[file - check->levels->blobs], reference.handle.offset);
    if (value == NULL || value->size != reference.handle.size) {
        return "a reference to a large value names a place where there is none";
    }
    return value->version == entry->version && value->key_hash == format_key_hash(entry->key)
               ? NULL
               : "a reference to a large value names the value of another entry";
}

static BaseStatus
check_table(const Check *check, const LsmTable *table, LsmReferenceVisitor *visit, void *user)
{
    const char *what = NULL;
    TableIterator iterator;
    table_iterator_init(&iterator, lsm_table_reader(table), TABLE_CACHE_PASS);
    table_iterator_first(&iterator);
    while (iterator.valid && what == NULL) {
        const FormatEntry *entry = table_iterator_entry(&iterator);
        what = entry->kind == FORMAT_BLOB ? judge(check, entry) : NULL;
        table_iterator_next(&iterator);
    }
    BaseStatus status = what == NULL ? iterator.status : base_ok();
    table_iterator_clear(&iterator);
    if (what != NULL) {
        visit(user, table, what);
    }
    return status;
}

BaseStatus
lsm_references_check(const Env *env, const char *directory, const LsmLevels *levels,
                     LsmReferenceVisitor *visit, void *user)
{
    Check check = {.env = env, .directory = directory, .levels = levels};
    BaseStatus status = base_ok();
    check.tails = calloc(levels->blob_count + 1, sizeof(*check.tails));
    if (check.tails == NULL) {
        return no_memory();
    }
    for (size_t i = 0; i < levels->blob_count && status.code == BASE_OK; i++) {
        status = read_tail(&check, &levels->blobs[i], &check.tails[i]);
    }
    for (int level = 0; level < LSM_LEVELS; level++) {
        for (size_t i = 0; i < levels->levels[level].count && status.code == BASE_OK; i++) {
            const LsmTable *table = levels->levels[level].tables[i];
            if (table->info.blobs.count != 0) {
                status = check_table(&check, table, visit, user);
            }
        }
    }
    for (size_t i = 0; i < levels->blob_count; i++) {
        base_buf_clear(&check.tails[i]);
    }
    free(check.tails);
    return status;
}
