/*
 * facts.c: records of manifests, one by one. See facts.h.
 *
 * The id of a manifest is in its header; without it no record can be told from other bytes. Behind
 * a bad record each multiple of 8 is tried; since the durable position in a record of a manifest is
 * the record's own offset, hardly any other bytes look like one.
 */
#include "engine/lsm/facts.h"

#include "engine/format/log_header.h"
#include "engine/format/log_record.h"

#include <stdlib.h>

#define MANIFEST_BYTES_MAX ((size_t)1 << 30)

typedef struct Reader {
    LsmFacts *facts;
    LsmFactsGap *gap;
    void *user;
    uint64_t number; /* of the manifest at hand */
    BaseSlice bytes;
    uint64_t id;
    bool found; /* a record of this manifest */
} Reader;

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for what the manifests say");
}

/* ------------------------------------------------------------------------------------ tables -- */

static size_t
place_of(const LsmFacts *facts, int64_t number)
{
    size_t low = 0;
    size_t high = facts->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (facts->tables[middle].info.number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const LsmFact *
lsm_facts_find(const LsmFacts *facts, int64_t number)
{
    size_t place = place_of(facts, number);
    bool found = place < facts->count && facts->tables[place].info.number == number;
    return found ? &facts->tables[place] : NULL;
}

static BaseSlice
keep(uint8_t **memory, BaseSlice bytes)
{
    BaseSlice kept = base_slice(*memory, bytes.len);
    if (bytes.len != 0) {
        memcpy(*memory, bytes.data, bytes.len);
    }
    *memory += bytes.len;
    return kept;
}

/* The keys of a table lie in one piece, which begins with the smallest. */
static bool
copy_info(const FormatTable *info, FormatTable *ret_copy)
{
    size_t bytes = info->smallest.len + info->largest.len + info->blobs.bytes.len;
    uint8_t *memory = malloc(bytes + 1);
    if (memory == NULL) {
        return false;
    }
    *ret_copy = *info;
    ret_copy->smallest = keep(&memory, info->smallest);
    ret_copy->largest = keep(&memory, info->largest);
    ret_copy->blobs.bytes = keep(&memory, info->blobs.bytes);
    return true;
}

static void
free_info(FormatTable *info)
{
    free((void *)(uintptr_t)info->smallest.data);
}

static BaseStatus
add_table(LsmFacts *facts, const FormatTable *info)
{
    FormatTable copy;
    size_t place = place_of(facts, info->number);
    if (!copy_info(info, &copy)) {
        return no_memory();
    }
    if (place < facts->count && facts->tables[place].info.number == info->number) {
        free_info(&facts->tables[place].info);
        facts->tables[place] = (LsmFact){.info = copy, .live = true};
        return base_ok();
    }
    LsmFact *tables = realloc(facts->tables, (facts->count + 1) * sizeof(*tables));
    if (tables == NULL) {
        free_info(&copy);
        return no_memory();
    }
    facts->tables = tables;
    memmove(&tables[place + 1], &tables[place], (facts->count - place) * sizeof(*tables));
    tables[place] = (LsmFact){.info = copy, .live = true};
    facts->count++;
    return base_ok();
}

static void
drop_table(LsmFacts *facts, int64_t number)
{
    size_t place = place_of(facts, number);
    if (place < facts->count && facts->tables[place].info.number == number) {
        facts->tables[place].live = false;
    }
}

/* -------------------------------------------------------------------------------- blob files -- */

static LsmBlobFile *
find_blobs(const LsmFacts *facts, uint64_t number)
{
    for (size_t i = 0; i < facts->blob_count; i++) {
        if (facts->blobs[i].number == number) {
            return &facts->blobs[i];
        }
    }
    return NULL;
}

static BaseStatus
add_blobs(LsmFacts *facts, const FormatEdit *edit)
{
    LsmBlobFile *file = find_blobs(facts, (uint64_t)edit->blob.number);
    if (file == NULL) {
        LsmBlobFile *blobs = realloc(facts->blobs, (facts->blob_count + 1) * sizeof(*blobs));
        if (blobs == NULL) {
            return no_memory();
        }
        facts->blobs = blobs;
        file = &blobs[facts->blob_count++];
    }
    *file = (LsmBlobFile){.number = (uint64_t)edit->blob.number,
                          .id = edit->blob.id,
                          .size = edit->blob.size,
                          .values = edit->blob.values,
                          .bytes = edit->blob.bytes};
    return base_ok();
}

static void
count_dead(LsmFacts *facts, const FormatEdit *edit)
{
    LsmBlobFile *file = find_blobs(facts, (uint64_t)edit->blob.number);
    if (file != NULL) {
        file->dead_values += edit->blob.values;
        file->dead_bytes += edit->blob.bytes;
    }
}

static void
drop_blobs(LsmFacts *facts, uint64_t number)
{
    LsmBlobFile *file = find_blobs(facts, number);
    if (file != NULL) {
        *file = facts->blobs[--facts->blob_count];
    }
}

/* ------------------------------------------------------------------------------------- edits -- */

static void
raise(int64_t *figure, int64_t value)
{
    *figure = value > *figure ? value : *figure;
}

/* A whole state begins: what was before is not live unless it is named again. */
static void
begin_state(LsmFacts *facts, const FormatEdit *edit)
{
    facts->state.store_id = edit->store.id;
    facts->state.made_at_ms = edit->store.made_at_ms;
    facts->blob_count = 0;
    for (size_t i = 0; i < facts->count; i++) {
        facts->tables[i].live = false;
    }
}

static BaseStatus
take_edit(LsmFacts *facts, const FormatEdit *edit)
{
    LsmStoreState *state = &facts->state;
    switch (edit->tag) {
    case FORMAT_EDIT_STORE:
        begin_state(facts, edit);
        break;
    case FORMAT_EDIT_NEXT_FILE:
        raise(&state->next_file, edit->number);
        break;
    case FORMAT_EDIT_LOG_FLOOR:
        raise(&state->log_floor, edit->number);
        break;
    case FORMAT_EDIT_LAST:
        raise(&state->last_version, edit->last.version);
        raise(&state->last_stamp_ms, edit->last.stamp_ms);
        break;
    case FORMAT_EDIT_ADD_TABLE:
        return add_table(facts, &edit->add_table);
    case FORMAT_EDIT_DROP_TABLE:
        drop_table(facts, edit->drop_table.number);
        break;
    case FORMAT_EDIT_ADD_BLOB_FILE:
        return add_blobs(facts, edit);
    case FORMAT_EDIT_DEAD_BLOBS:
        count_dead(facts, edit);
        break;
    case FORMAT_EDIT_DROP_BLOB_FILE:
        drop_blobs(facts, (uint64_t)edit->number);
        break;
    case FORMAT_EDIT_CLEAN_END:
        state->clean_segment = edit->clean_end.segment;
        state->clean_len = edit->clean_end.len;
        break;
    case FORMAT_EDIT_COMPACT_POINTER:
        break;
    }
    return base_ok();
}

static void
tell(Reader *reader, size_t offset, const char *what)
{
    reader->facts->whole = false;
    reader->gap(reader->user, reader->number, (int64_t)offset, false, what);
}

/* Takes all edits of a record, or what is before one that makes no sense. */
static BaseStatus
take_record(Reader *reader, size_t offset, BaseSlice payload)
{
    FormatDecoder decoder = format_decode(payload);
    BaseStatus status = base_ok();
    reader->facts->state.clean_segment = 0; /* any later record undoes it */
    reader->facts->state.clean_len = 0;
    while (status.code == BASE_OK && format_decode_left(&decoder) != 0) {
        FormatEdit edit;
        status = format_manifest_edit_decode(&decoder, &edit);
        if (status.code == BASE_OK) {
            reader->found = true;
            reader->facts->any = true;
            status = take_edit(reader->facts, &edit);
        }
    }
    if (status.code != BASE_OK && status.code != BASE_NO_MEMORY) {
        tell(reader, offset, status.what);
        return base_ok();
    }
    return status;
}

/* ----------------------------------------------------------------------------------- records -- */

static bool
read_record(const Reader *reader, size_t offset, FormatLogRecord *ret_record)
{
    BaseSlice rest = base_slice(reader->bytes.data + offset, reader->bytes.len - offset);
    return format_log_record_read(rest, reader->id, offset, ret_record) == FORMAT_LOG_RECORD &&
           ret_record->durable == offset;
}

/* Whether the first record is a whole state; if not, the manifest was never the one that counts. */
static bool
begins_whole(const Reader *reader)
{
    FormatLogRecord record;
    return read_record(reader, FORMAT_LOG_HEADER_BYTES, &record);
}

static BaseStatus
read_records(Reader *reader)
{
    size_t end = FORMAT_LOG_HEADER_BYTES;
    BaseStatus status = base_ok();
    reader->facts->whole = true;
    for (size_t offset = end; offset < reader->bytes.len && status.code == BASE_OK;) {
        FormatLogRecord record;
        if (!read_record(reader, offset, &record)) {
            offset += FORMAT_LOG_RECORD_ALIGNMENT;
            continue;
        }
        if (offset != end) {
            tell(reader, end, "a record is damaged");
        }
        status = take_record(reader, offset, record.payload);
        offset += record.len;
        end = offset;
    }
    reader->facts->torn = end < reader->bytes.len;
    if (status.code == BASE_OK && reader->facts->torn) {
        reader->gap(reader->user, reader->number, (int64_t)end, true,
                    "the last record is damaged, or was never written whole");
    }
    return status;
}

static BaseStatus
read_manifest(Reader *reader)
{
    FormatLogHeader header;
    BaseStatus status = format_log_header_decode(reader->bytes, FORMAT_LOG_MANIFEST, &header);
    if (status.code != BASE_OK || header.number != reader->number) {
        tell(reader, 0, status.code != BASE_OK ? status.what : "the header is another manifest's");
        return base_ok();
    }
    reader->id = header.id;
    reader->found = false;
    bool whole_before = reader->facts->whole;
    bool torn_before = reader->facts->torn;
    bool begins = begins_whole(reader);
    status = read_records(reader);
    if (!reader->found) {
        reader->facts->whole = whole_before; /* begun, and never completed */
        reader->facts->torn = torn_before;
    } else if (!begins) {
        reader->facts->whole = false;
    }
    return status;
}

BaseStatus
lsm_facts_read(const Env *env, const char *directory, const LsmInventory *inventory,
               LsmFactsGap *gap, void *user, LsmFacts *ret_facts)
{
    *ret_facts = (LsmFacts){.state = {.next_file = 1, .log_floor = 1}};
    Reader reader = {.facts = ret_facts, .gap = gap, .user = user};
    BaseBuf bytes = BASE_BUF_INIT;
    BaseStatus status = base_ok();
    for (size_t i = 0; i < inventory->count && status.code == BASE_OK; i++) {
        char path[ENV_PATH_MAX];
        const LsmInventoryFile *file = &inventory->files[i];
        if (file->name.kind != FORMAT_FILE_MANIFEST) {
            continue;
        }
        base_buf_reset(&bytes);
        reader.number = file->name.number;
        status = env_join(path, directory, file->text);
        if (status.code == BASE_OK) {
            status = env_read_file(env, path, MANIFEST_BYTES_MAX, &bytes);
        }
        if (status.code == BASE_OK) {
            reader.bytes = base_buf_slice(&bytes);
            status = read_manifest(&reader);
        } else if (status.code != BASE_NO_MEMORY) {
            tell(&reader, 0, status.what);
            status = base_ok();
        }
    }
    base_buf_clear(&bytes);
    if (status.code != BASE_OK) {
        lsm_facts_clear(ret_facts);
    }
    return status;
}

void
lsm_facts_clear(LsmFacts *facts)
{
    for (size_t i = 0; i < facts->count; i++) {
        free_info(&facts->tables[i].info);
    }
    free(facts->tables);
    free(facts->blobs);
    *facts = (LsmFacts){0};
}
