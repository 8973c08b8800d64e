/*
 * mem_node.c: the two states of a file or directory. See mem_node.h.
 */
#include "engine/env/mem_node.h"

#include <stdlib.h>

#define MEM_SECTOR 512

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for the file system in memory");
}

/*
 * -------------------------------------------------------------------------------------- names --
 */

static EnvMemName *
names_find(const EnvMemNames *names, const char *text)
{
    size_t len = strcspn(text, "/");
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->items[i].text;
        if (strncmp(name, text, len) == 0 && name[len] == '\0') {
            return &names->items[i];
        }
    }
    return NULL;
}

static void
names_remove(EnvMemNames *names, const char *text)
{
    EnvMemName *found = names_find(names, text);
    if (found != NULL) {
        free(found->text);
        *found = names->items[--names->count];
    }
}

static bool
names_set(EnvMemNames *names, const char *text, EnvMemNode *node)
{
    EnvMemName *found = names_find(names, text);
    if (found != NULL) {
        found->node = node;
        return true;
    }
    EnvMemName *items = realloc(names->items, (names->count + 1) * sizeof(*items));
    if (items == NULL) {
        return false;
    }
    names->items = items;
    char *copy = strdup(text);
    if (copy == NULL) {
        return false;
    }
    items[names->count++] = (EnvMemName){copy, node};
    return true;
}

static void
names_clear(EnvMemNames *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->items[i].text);
    }
    free(names->items);
    *names = (EnvMemNames){NULL, 0};
}

/* Makes `names` a copy of `from`. */
static bool
names_copy(EnvMemNames *names, const EnvMemNames *from)
{
    names_clear(names);
    for (size_t i = 0; i < from->count; i++) {
        if (!names_set(names, from->items[i].text, from->items[i].node)) {
            return false;
        }
    }
    return true;
}

static bool
names_apply(EnvMemNames *names, const EnvMemChange *change)
{
    if (change->set != NULL && !names_set(names, change->set, change->node)) {
        return false;
    }
    if (change->removed != NULL) {
        names_remove(names, change->removed);
    }
    return true;
}

/*
 * ------------------------------------------------------------------------------------ changes --
 */

static void
changes_clear(EnvMemNode *directory)
{
    for (size_t i = 0; i < directory->change_count; i++) {
        free(directory->changes[i].removed);
        free(directory->changes[i].set);
    }
    free(directory->changes);
    directory->changes = NULL;
    directory->change_count = 0;
}

static char *
copy_name(const char *text)
{
    return text == NULL ? NULL : strndup(text, strcspn(text, "/"));
}

EnvMemNode *
env_mem_node_find(const EnvMemNode *directory, const char *name)
{
    const EnvMemName *found = names_find(&directory->names, name);
    return found == NULL ? NULL : found->node;
}

BaseStatus
env_mem_node_rename(EnvMemNode *directory, const char *removed, const char *set, EnvMemNode *node)
{
    size_t count = directory->change_count;
    EnvMemChange *changes = realloc(directory->changes, (count + 1) * sizeof(*changes));
    if (changes == NULL) {
        return no_memory();
    }
    directory->changes = changes;
    EnvMemChange change = {copy_name(removed), copy_name(set), node};
    bool copied =
        (removed == NULL) == (change.removed == NULL) && (set == NULL) == (change.set == NULL);
    if (!copied || !names_apply(&directory->names, &change)) {
        free(change.removed);
        free(change.set);
        return no_memory();
    }
    changes[directory->change_count++] = change;
    return base_ok();
}

/* Makes the first `count` changes of a directory durable and forgets the rest. */
static BaseStatus
directory_settle(EnvMemNode *directory, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!names_apply(&directory->durable_names, &directory->changes[i])) {
            return no_memory();
        }
    }
    changes_clear(directory);
    return base_ok();
}

/*
 * -------------------------------------------------------------------------------------- bytes --
 */

static void
mark_dirty(EnvMemNode *file, size_t start, size_t stop)
{
    bool clean = file->dirty_start == file->dirty_stop;
    file->dirty_start = clean || start < file->dirty_start ? start : file->dirty_start;
    file->dirty_stop = clean || stop > file->dirty_stop ? stop : file->dirty_stop;
}

/* Sets the length of bytes, filling with zeros. */
static bool
resize(BaseBuf *bytes, size_t size)
{
    if (size > bytes->len) {
        size_t extra = size - bytes->len;
        uint8_t *fresh = base_buf_extend(bytes, extra);
        if (fresh == NULL) {
            return false;
        }
        memset(fresh, 0, extra);
    }
    bytes->len = size;
    return true;
}

BaseStatus
env_mem_node_grow(EnvMemNode *file, size_t size)
{
    size_t before = file->bytes.len;
    if (size <= before) {
        return base_ok();
    }
    if (!resize(&file->bytes, size)) {
        return base_error(BASE_NO_SPACE, "no memory for the file");
    }
    mark_dirty(file, before, size);
    return base_ok();
}

void
env_mem_node_shrink(EnvMemNode *file, size_t size)
{
    if (size < file->bytes.len) {
        mark_dirty(file, size, file->bytes.len);
        file->bytes.len = size;
    }
}

BaseStatus
env_mem_node_write(EnvMemNode *file, size_t offset, const void *data, size_t len)
{
    if (len == 0) {
        return base_ok();
    }
    BaseStatus status = env_mem_node_grow(file, offset + len);
    if (!base_is_ok(status)) {
        return status;
    }
    memcpy(file->bytes.data + offset, data, len);
    mark_dirty(file, offset, offset + len);
    return base_ok();
}

static BaseStatus
file_sync(EnvMemNode *file)
{
    BaseBuf *durable = &file->durable_bytes;
    if (!resize(durable, file->bytes.len)) {
        return no_memory();
    }
    size_t stop = file->dirty_stop < durable->len ? file->dirty_stop : durable->len;
    if (file->dirty_start < stop) {
        memcpy(durable->data + file->dirty_start, file->bytes.data + file->dirty_start,
               stop - file->dirty_start);
    }
    file->dirty_start = 0;
    file->dirty_stop = 0;
    return base_ok();
}

static bool
coin(BaseRand *rand)
{
    return (base_rand_next(rand) & 1) != 0;
}

/* Lets each sector of the dirty range survive or not, and the length too. */
static BaseStatus
file_keep_some(EnvMemNode *file, BaseRand *keep)
{
    BaseBuf *durable = &file->durable_bytes;
    size_t size = coin(keep) ? file->bytes.len : durable->len;
    if (!resize(durable, size)) {
        return no_memory();
    }
    size_t stop = file->dirty_stop < size ? file->dirty_stop : size;
    stop = stop < file->bytes.len ? stop : file->bytes.len;
    for (size_t at = file->dirty_start; at < stop;) {
        size_t end = (at / MEM_SECTOR + 1) * MEM_SECTOR;
        end = end < stop ? end : stop;
        if (coin(keep)) {
            memcpy(durable->data + at, file->bytes.data + at, end - at);
        }
        at = end;
    }
    return base_ok();
}

static BaseStatus
file_crash(EnvMemNode *file, BaseRand *keep)
{
    BaseStatus status = keep == NULL ? base_ok() : file_keep_some(file, keep);
    if (!base_is_ok(status)) {
        return status;
    }
    file->dirty_start = 0;
    file->dirty_stop = 0;
    file->bytes.len = 0;
    bool copied = base_buf_append_slice(&file->bytes, base_buf_slice(&file->durable_bytes));
    return copied ? base_ok() : no_memory();
}

/*
 * ---------------------------------------------------------------------------------- both kinds --
 */

void
env_mem_node_clear(EnvMemNode *node)
{
    base_buf_clear(&node->bytes);
    base_buf_clear(&node->durable_bytes);
    names_clear(&node->names);
    names_clear(&node->durable_names);
    changes_clear(node);
}

BaseStatus
env_mem_node_sync(EnvMemNode *node)
{
    return node->is_directory ? directory_settle(node, node->change_count) : file_sync(node);
}

static void
reach_names(const EnvMemNames *names)
{
    for (size_t i = 0; i < names->count; i++) {
        env_mem_node_reach(names->items[i].node);
    }
}

void
env_mem_node_reach(EnvMemNode *node)
{
    if (node->reached) {
        return;
    }
    node->reached = true;
    reach_names(&node->names);
    reach_names(&node->durable_names);
    for (size_t i = 0; i < node->change_count; i++) {
        if (node->changes[i].node != NULL) {
            env_mem_node_reach(node->changes[i].node);
        }
    }
}

BaseStatus
env_mem_node_crash(EnvMemNode *node, BaseRand *keep)
{
    node->locked = false;
    if (!node->is_directory) {
        return file_crash(node, keep);
    }
    size_t kept = keep == NULL ? 0 : (size_t)base_rand_below(keep, node->change_count + 1);
    BaseStatus status = directory_settle(node, kept);
    if (base_is_ok(status) && !names_copy(&node->names, &node->durable_names)) {
        status = no_memory();
    }
    return status;
}
