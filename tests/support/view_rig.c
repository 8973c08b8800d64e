/*
 * view_rig.c: deals operations out to the sources of a view. See view_rig.h.
 */
#include "tests/support/view_rig.h"

#include "engine/base/check.h"
#include "engine/format/fragments.h"
#include "engine/format/key.h"
#include "engine/lsm/stored.h"
#include "engine/table/builder.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    OPS = 600,
    VALUE_MAX = 60,
    TABLES_MAX = 4, /* of a part */
    PARTS_MAX = 16,
};

/* Operations that end up in one source. */
typedef struct Part {
    const ViewRigOp *ops;
    size_t count;
    int level; /* -1: a generation */
    bool ingested;
} Part;

static void
must(BaseStatus status)
{
    BASE_CHECK(base_is_ok(status));
}

static bool
chance(ViewRig *rig, unsigned percent)
{
    return base_rand_below(&rig->rand, 100) < percent;
}

/* -------------------------------------------------------------------------------- operations -- */

static int
compare_keys(const void *a, const void *b)
{
    return base_slice_compare(*(const BaseSlice *)a, *(const BaseSlice *)b);
}

/* Keys of few letters, so that many begin others and all share something. */
static void
make_keys(ViewRig *rig)
{
    for (size_t i = 0; i < VIEW_RIG_KEYS; i++) {
        size_t len = 1 + base_rand_below(&rig->rand, VIEW_RIG_KEY_MAX - 4);
        for (size_t j = 0; j < len; j++) {
            rig->key_bytes[i][j] = (uint8_t)('a' + base_rand_below(&rig->rand, 3));
        }
        /* Three letters of its own make it another key than all others. */
        for (size_t digit = 0, rest = i; digit < 3; digit++, rest /= 5) {
            rig->key_bytes[i][len++] = (uint8_t)('v' + rest % 5);
        }
        rig->keys[i] = base_slice(rig->key_bytes[i], len);
    }
    qsort(rig->keys, VIEW_RIG_KEYS, sizeof rig->keys[0], compare_keys);
}

static ViewRigOp *
add_op(ViewRig *rig, ViewRigKind kind, int64_t version)
{
    ViewRigOp *op = &rig->ops[rig->op_count++];
    *op = (ViewRigOp){.kind = kind, .version = version};
    op->keyspace = base_rand_below(&rig->rand, 6) == 0;
    op->key = base_rand_below(&rig->rand, VIEW_RIG_KEYS);
    return op;
}

static void
add_range(ViewRig *rig, int64_t version)
{
    ViewRigOp *op = add_op(rig, VIEW_RIG_RANGE, version);
    size_t most = rig->shape.narrow_ranges ? 6 : VIEW_RIG_KEYS;
    op->stop = op->key + base_rand_below(&rig->rand, most);
    op->stop = op->stop > VIEW_RIG_KEYS ? VIEW_RIG_KEYS : op->stop;
}

static void
add_point(ViewRig *rig, int64_t version)
{
    bool remove = chance(rig, rig->shape.removes);
    ViewRigOp *op = add_op(rig, remove ? VIEW_RIG_REMOVE : VIEW_RIG_PUT, version);
    if (!remove) {
        op->value_len = base_rand_below(&rig->rand, rig->shape.value_max + 1);
        if (chance(rig, rig->shape.expiring)) {
            op->expires_at_ms = 1 + (int64_t)base_rand_below(&rig->rand, 2 * VIEW_RIG_NOW_MS);
        }
    }
}

/* Whether the newest operation has a key that its commit has already. */
static bool
repeats_key(const ViewRig *rig)
{
    const ViewRigOp *op = &rig->ops[rig->op_count - 1];
    for (const ViewRigOp *other = op; other-- > rig->ops && other->version == op->version;) {
        if (other->kind != VIEW_RIG_RANGE && other->keyspace == op->keyspace &&
            other->key == op->key) {
            return true;
        }
    }
    return false;
}

/* A commit: perhaps a removed range, then some keys, each once. */
static void
add_commit(ViewRig *rig, size_t points)
{
    int64_t version = ++rig->version;
    if (chance(rig, rig->shape.ranges)) {
        add_range(rig, version);
    }
    for (size_t i = 0; i < points; i++) {
        add_point(rig, version);
        rig->op_count -= repeats_key(rig);
    }
}

/* A commit of puts alone, as an ingested table has them. */
static void
add_ingested(ViewRig *rig)
{
    ViewRigShape shape = rig->shape;
    rig->shape.ranges = rig->shape.removes = 0;
    add_commit(rig, 1 + base_rand_below(&rig->rand, 30));
    rig->shape = shape;
}

/* ------------------------------------------------------------------------------- generations -- */

static void
stored_key(const ViewRig *rig, unsigned keyspace, size_t key, LsmStored *ret_stored)
{
    bool behind_all = key == VIEW_RIG_KEYS;
    must(lsm_stored_init(ret_stored, keyspace + behind_all,
                         behind_all ? BASE_SLICE_EMPTY : rig->keys[key]));
}

static BaseSlice
value_of(const ViewRigOp *op, uint8_t *bytes)
{
    for (size_t i = 0; i < op->value_len; i++) {
        bytes[i] = (uint8_t)((size_t)op->version * 31 + i * (op->key + 1));
    }
    return base_slice(bytes, op->value_len);
}

static void
link_point(ViewRig *rig, LsmGeneration *generation, const ViewRigOp *op)
{
    LsmStored stored;
    stored_key(rig, op->keyspace, op->key, &stored);
    uint8_t *value = malloc(op->value_len + 1);
    BASE_CHECK(value != NULL);
    LsmEntry entry = {.key = stored.key,
                      .hash = lsm_key_index_hash(stored.key),
                      .kind = op->kind == VIEW_RIG_PUT ? LSM_RECORD_PUT : LSM_RECORD_REMOVE,
                      .value = value_of(op, value),
                      .version = op->version,
                      .expires_at_ms = op->expires_at_ms};
    must(lsm_memtable_reserve(generation->memtable, 1));
    LsmBuilt built = lsm_memtable_build(generation->memtable, &entry);
    lsm_memtable_link(generation->memtable, &built);
    free(value);
}

static void
link_range(ViewRig *rig, LsmGeneration *generation, const ViewRigOp *op)
{
    LsmStored start;
    LsmStored stop;
    LsmRangeBuilt built;
    stored_key(rig, op->keyspace, op->key, &start);
    stored_key(rig, op->keyspace, op->stop, &stop);
    FormatRange range = {start.key, stop.key, op->version};
    must(lsm_range_set_build(&range, &built));
    lsm_range_set_add(&generation->ranges, built);
}

static void
push_generation(ViewRig *rig, const Part *part)
{
    LsmGeneration *generation = NULL;
    must(lsm_generation_new(1 << 20, NULL, &generation));
    for (size_t i = 0; i < part->count; i++) {
        const ViewRigOp *op = &part->ops[i];
        (op->kind == VIEW_RIG_RANGE ? link_range : link_point)(rig, generation, op);
        atomic_store(&generation->version_highest, op->version);
    }
    must(lsm_catalog_push(rig->store.catalog, generation));
    lsm_generation_unref(generation);
}

/* ------------------------------------------------------------------------------------ tables -- */

static int
compare_ops(const void *a, const void *b)
{
    const ViewRigOp *left = *(const ViewRigOp *const *)a;
    const ViewRigOp *right = *(const ViewRigOp *const *)b;
    if (left->keyspace != right->keyspace) {
        return left->keyspace < right->keyspace ? -1 : 1;
    }
    if (left->key != right->key) {
        return left->key < right->key ? -1 : 1;
    }
    return (left->version < right->version) - (left->version > right->version);
}

/* A table under way: the stored keys of [start, stop) of a part. */
typedef struct Cut {
    ViewRig *rig;
    TableBuilder *builder;
    BaseSlice start;
    BaseSlice stop;
    bool ingested;
    bool any;
} Cut;

static bool
add_fragment(void *user, const FormatFragment *fragment)
{
    Cut *cut = user;
    FormatFragment part = *fragment;
    if (base_slice_compare(part.start, cut->start) < 0) {
        part.start = cut->start;
    }
    if (base_slice_compare(part.stop, cut->stop) > 0) {
        part.stop = cut->stop;
    }
    if (base_slice_compare(part.start, part.stop) < 0) {
        must(table_builder_add_fragment(cut->builder, &part));
        cut->any = true;
    }
    return true;
}

static void
add_fragments(Cut *cut, const Part *part)
{
    FormatRange *ranges = calloc(part->count + 1, sizeof *ranges);
    LsmStored *keys = calloc(2 * part->count + 1, sizeof *keys);
    BASE_CHECK(ranges != NULL && keys != NULL);
    size_t count = 0;
    for (size_t i = 0; i < part->count; i++) {
        const ViewRigOp *op = &part->ops[i];
        if (op->kind == VIEW_RIG_RANGE) {
            stored_key(cut->rig, op->keyspace, op->key, &keys[2 * count]);
            stored_key(cut->rig, op->keyspace, op->stop, &keys[2 * count + 1]);
            ranges[count] =
                (FormatRange){keys[2 * count].key, keys[2 * count + 1].key, op->version};
            count++;
        }
    }
    FormatReadVersions readers = {.all = true};
    if (count != 0) {
        must(format_fragments_visit(ranges, count, &readers, add_fragment, cut));
    }
    free(ranges);
    free(keys);
}

static void
add_entries(Cut *cut, const ViewRigOp *const *sorted, size_t count)
{
    uint8_t *value = malloc(cut->rig->shape.value_max + 1);
    BASE_CHECK(value != NULL);
    for (size_t i = 0; i < count; i++) {
        const ViewRigOp *op = sorted[i];
        LsmStored stored;
        stored_key(cut->rig, op->keyspace, op->key, &stored);
        if (base_slice_compare(stored.key, cut->start) < 0 ||
            base_slice_compare(stored.key, cut->stop) >= 0) {
            continue;
        }
        FormatEntry entry = {.key = stored.key,
                             .version = cut->ingested ? 1 : op->version,
                             .kind = op->kind == VIEW_RIG_PUT ? FORMAT_PUT : FORMAT_REMOVE};
        if (op->kind == VIEW_RIG_PUT) {
            entry.value = value_of(op, value);
            entry.expires_at_ms = op->expires_at_ms;
        }
        must(table_builder_add(cut->builder, &entry));
        cut->any = true;
    }
    free(value);
}

static void
append_edit(const Part *part, int64_t number, int64_t version, const TableSummary *summary,
            BaseBuf *edits)
{
    const FormatProperties *properties = &summary->properties;
    FormatEdit edit = {.tag = FORMAT_EDIT_ADD_TABLE};
    edit.add_table =
        (FormatTable){.level = part->level,
                      .number = number,
                      .id = summary->id,
                      .size = (int64_t)summary->size,
                      .order = part->level == 0 ? number : 0,
                      .largest_excluded = summary->largest_excluded,
                      .smallest = properties->smallest,
                      .largest = properties->largest,
                      .version_min = part->ingested ? version : properties->version_min,
                      .version_max = part->ingested ? version : properties->version_max,
                      .version_override = part->ingested ? version : 0,
                      .entries = properties->entries,
                      .removes = properties->removes,
                      .fragments = properties->fragments,
                      .expiring = properties->expiring,
                      .expiry_min = properties->expiry_min,
                      .expiry_max = properties->expiry_max,
                      .key_bytes = properties->key_bytes,
                      .value_bytes = properties->value_bytes,
                      .made_at_ms = properties->made_at_ms};
    BASE_CHECK(format_manifest_edit_encode(edits, &edit));
}

static void
path_of(int64_t number, char path[ENV_PATH_MAX])
{
    char name[FORMAT_FILE_NAME_BYTES];
    format_file_name_write((FormatFileName){FORMAT_FILE_TABLE, (uint64_t)number}, name);
    must(env_join(path, LSM_RIG_DIRECTORY, name));
}

/* Writes what a part has in a span of keys; no table if it has nothing there. */
static void
build_table(ViewRig *rig, const Part *part, const ViewRigOp *const *sorted, size_t count,
            const LsmStored borders[2], BaseBuf *edits)
{
    int64_t number = lsm_catalog_number(rig->store.catalog);
    TableBuilderOptions options = {.block_bytes = 256,
                                   .filter_bits = chance(rig, 80) ? 10 : 0,
                                   .id = 77 + (uint64_t)number,
                                   .number = number,
                                   .made_at_ms = 1700000000000,
                                   .program = BASE_SLICE_LITERAL("larder test")};
    char path[ENV_PATH_MAX];
    Cut cut = {
        .rig = rig, .start = borders[0].key, .stop = borders[1].key, .ingested = part->ingested};
    TableSummary summary;
    path_of(number, path);
    must(table_builder_new(rig->store.memory, path, &options, &cut.builder));
    add_entries(&cut, sorted, count);
    add_fragments(&cut, part);
    if (cut.any) {
        must(table_builder_finish(cut.builder, &summary));
        append_edit(part, number, part->ops[part->count - 1].version, &summary, edits);
    }
    table_builder_free(cut.builder);
}

/* The borders between the tables of a part, as stored keys in order; the outer ones hold all. */
static size_t
choose_borders(ViewRig *rig, LsmStored borders[TABLES_MAX + 1])
{
    size_t tables = 1 + base_rand_below(&rig->rand, TABLES_MAX);
    size_t at[TABLES_MAX + 1];
    for (size_t i = 0; i <= tables; i++) {
        at[i] = base_rand_below(&rig->rand, 2 * VIEW_RIG_KEYS);
        for (size_t j = i; j > 0 && at[j - 1] > at[j]; j--) {
            size_t swap = at[j];
            at[j] = at[j - 1];
            at[j - 1] = swap;
        }
    }
    at[0] = 0;
    at[tables] = 2 * VIEW_RIG_KEYS;
    for (size_t i = 0; i <= tables; i++) {
        unsigned keyspace = at[i] > VIEW_RIG_KEYS;
        stored_key(rig, keyspace, at[i] - keyspace * VIEW_RIG_KEYS, &borders[i]);
    }
    must(lsm_stored_init(&borders[0], 0, BASE_SLICE_EMPTY));
    return tables;
}

static void
install_part(ViewRig *rig, const Part *part)
{
    const ViewRigOp **sorted = calloc(part->count + 1, sizeof *sorted);
    LsmStored borders[TABLES_MAX + 1];
    BaseBuf edits = BASE_BUF_INIT;
    char message[384];
    size_t count = 0;
    BASE_CHECK(sorted != NULL);
    for (size_t i = 0; i < part->count; i++) {
        if (part->ops[i].kind != VIEW_RIG_RANGE) {
            sorted[count++] = &part->ops[i];
        }
    }
    qsort(sorted, count, sizeof *sorted, compare_ops);
    FormatEdit last = {.tag = FORMAT_EDIT_LAST};
    last.last.version = part->count == 0 ? 0 : part->ops[part->count - 1].version;
    last.last.stamp_ms = 1;
    BASE_CHECK(format_manifest_edit_encode(&edits, &last));
    size_t tables = choose_borders(rig, borders);
    for (size_t i = 0; i < tables && part->count != 0; i++) {
        build_table(rig, part, sorted, count, &borders[i], &edits);
    }
    if (part->count != 0) {
        must(lsm_catalog_install(rig->store.catalog, base_buf_slice(&edits), NULL, 0, message));
    }
    base_buf_clear(&edits);
    free(sorted);
}

/* ------------------------------------------------------------------------------------- parts -- */

/* Chooses the sources, from old to new: levels from the last one up, runs, generations. */
static size_t
choose_parts(ViewRig *rig, Part parts[PARTS_MAX])
{
    size_t count = 0;
    for (int level = LSM_LEVELS - 1; level > 0; level -= 2) {
        if (chance(rig, 60)) {
            parts[count++] = (Part){.level = level};
        }
    }
    for (size_t runs = base_rand_below(&rig->rand, 4); runs > 0; runs--) {
        parts[count++] = (Part){.level = 0};
        if (chance(rig, rig->shape.ingested)) {
            parts[count++] = (Part){.level = 0, .ingested = true};
        }
    }
    size_t generations = rig->shape.tables_only ? 0 : base_rand_below(&rig->rand, 4);
    for (; generations > 0 || count == 0; generations -= generations > 0) {
        parts[count++] = (Part){.level = rig->shape.tables_only ? 0 : -1};
    }
    return count;
}

static void
fill_part(ViewRig *rig, Part *part, size_t ops)
{
    size_t first = rig->op_count;
    if (part->ingested) {
        add_ingested(rig);
    }
    while (!part->ingested && rig->op_count < first + ops) {
        add_commit(rig, 1 + base_rand_below(&rig->rand, 3));
    }
    part->ops = rig->ops + first;
    part->count = rig->op_count - first;
}

void
view_rig_init(ViewRig *rig, uint64_t seed, const ViewRigShape *shape)
{
    *rig = (ViewRig){.rand = base_rand(seed), .shape = *shape};
    rig->shape.ops = shape->ops == 0 ? OPS : shape->ops;
    rig->shape.value_max = shape->value_max == 0 ? VALUE_MAX : shape->value_max;
    lsm_rig_init(&rig->store);
    rig->counters = aligned_alloc(64, sizeof *rig->counters);
    Part parts[PARTS_MAX];
    size_t count = choose_parts(rig, parts);
    rig->ops = calloc(2 * rig->shape.ops + count * 64, sizeof *rig->ops);
    BASE_CHECK(rig->counters != NULL && rig->ops != NULL);
    memset(rig->counters, 0, sizeof *rig->counters);
    make_keys(rig);
    for (size_t i = 0; i < count; i++) {
        size_t share = 2 * rig->shape.ops / count;
        fill_part(rig, &parts[i], base_rand_below(&rig->rand, share + 1));
        if (parts[i].level < 0) {
            push_generation(rig, &parts[i]);
        } else {
            install_part(rig, &parts[i]);
        }
    }
    atomic_store(lsm_catalog_visible(rig->store.catalog), rig->version);
}

void
view_rig_clear(ViewRig *rig)
{
    lsm_rig_clear(&rig->store);
    free(rig->counters);
    free(rig->ops);
}

void
view_rig_damage(ViewRig *rig)
{
    LsmView *view = lsm_catalog_hold(rig->store.catalog);
    const LsmLevels *levels = view->levels;
    BASE_CHECK(levels->run_count != 0);
    const LsmRun *run = &levels->runs[base_rand_below(&rig->rand, levels->run_count)];
    const LsmTable *table = run->tables[base_rand_below(&rig->rand, run->count)];
    char path[ENV_PATH_MAX];
    EnvFile *file = NULL;
    uint8_t byte = 0;
    size_t got = 0;
    path_of(table->info.number, path);
    must(env_open_file(rig->store.memory, path, ENV_OPEN_WRITE, &file));
    must(env_file_read_at(file, 20, &byte, 1, &got));
    byte ^= 1;
    must(env_file_write_at(file, 20, &byte, 1));
    env_file_close(file);
    lsm_view_unref(view);
}

/* ------------------------------------------------------------------------------------- model -- */

const ViewRigOp *
view_rig_newest(const ViewRig *rig, unsigned keyspace, size_t key, int64_t version)
{
    for (size_t i = rig->op_count; i-- > 0;) {
        const ViewRigOp *op = &rig->ops[i];
        if (op->version > version || op->keyspace != keyspace) {
            continue;
        }
        bool touches =
            op->kind == VIEW_RIG_RANGE ? op->key <= key && key < op->stop : op->key == key;
        if (touches) {
            return op;
        }
    }
    return NULL;
}

bool
view_rig_is_live(const ViewRig *rig, unsigned keyspace, size_t key, int64_t version)
{
    const ViewRigOp *op = view_rig_newest(rig, keyspace, key, version);
    return op != NULL && op->kind == VIEW_RIG_PUT &&
           (op->expires_at_ms == 0 || op->expires_at_ms > VIEW_RIG_NOW_MS);
}

bool
view_rig_is_value(const ViewRigOp *op, BaseSlice value)
{
    uint8_t *bytes = malloc(op->value_len + 1);
    BASE_CHECK(bytes != NULL);
    bool same = base_slice_equal(value_of(op, bytes), value);
    free(bytes);
    return same;
}
