/*
 * run.c: runs of puts. See run.h.
 */
#include "engine/commit/run.h"

#include "engine/base/check.h"

static bool
execute(CommitBackend *backend, CommitVersions *versions, CommitEntry *entry)
{
    if (!base_is_ok(backend->ops->prepare(backend, entry))) {
        return false;
    }
    commit_version_take(versions, entry->op_count);
    backend->ops->publish(backend, entry);
    return true;
}

bool
commit_run_execute(CommitBackend *backend, CommitVersions *versions, int64_t stamp_ms,
                   EnginePut *puts, size_t count)
{
    BASE_CHECK(count != 0 && count <= ENGINE_PUT_NOW_MAX);
    if (!commit_version_has(versions, count)) {
        return false;
    }
    CommitOp ops[ENGINE_PUT_NOW_MAX];
    int64_t version = commit_version_last(versions);
    for (size_t i = 0; i < count; i++) {
        puts[i].version = ++version;
        commit_op_fill(&ops[i], COMMIT_PUT, ENGINE_DATA, puts[i].key, puts[i].value, version);
    }
    CommitEntry entry = {.version = version, .stamp_ms = stamp_ms, .ops = ops, .op_count = count};
    if (backend->ops->begin != NULL) {
        backend->ops->begin(backend, NULL, 0);
    }
    bool executed = execute(backend, versions, &entry);
    if (backend->ops->end != NULL) {
        backend->ops->end(backend);
    }
    return executed;
}
