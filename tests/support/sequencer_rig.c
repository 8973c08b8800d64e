/*
 * sequencer_rig.c: a sequencer over a fake backend. See sequencer_rig.h.
 */
#include "tests/support/sequencer_rig.h"

#include "engine/base/check.h"
#include "engine/env/mem.h"

void
sequencer_rig_init(SequencerRig *rig, size_t depth, int64_t block)
{
    rig->mem = env_mem_new();
    BASE_CHECK(rig->mem != NULL && base_is_ok(env_make_directory(rig->mem, "/d")));
    fault_env_init(&rig->env, rig->mem, base_error(BASE_IO, "made to fail"));
    base_fake_clock_init(&rig->clock, 1000000);
    commit_stamp_init(&rig->stamps, &rig->clock.clock, 0);
    BASE_CHECK(
        base_is_ok(commit_version_open_sized(&rig->env.env, "/d", 0, block, &rig->versions)));
    fake_backend_init(&rig->fake, depth == 0);
    const CommitSequencerArgs args = {
        .backend = &rig->fake.backend,
        .clock = &rig->clock.clock,
        .stamps = &rig->stamps,
        .versions = rig->versions,
        .value_max = RIG_VALUE_MAX,
        .can_persist = depth != 0,
        .depth = depth,
    };
    BASE_CHECK(base_is_ok(commit_sequencer_new(&args, &rig->sequencer)));
    rig->fake.sequencer = rig->sequencer;
    atomic_init(&rig->answered, 0);
}

void
sequencer_rig_clear(SequencerRig *rig)
{
    commit_sequencer_free(rig->sequencer);
    fake_backend_clear(&rig->fake);
    commit_version_close(rig->versions);
    env_mem_free(rig->mem);
}

static void
note_answer(EngineCommit *commit, const EngineOutcome *outcome)
{
    RigCommit *request = (RigCommit *)commit;
    BASE_CHECK(outcome == &commit->outcome && !request->rig->fake.in_group);
    size_t len = outcome->has_current_value ? outcome->current_value.len : 0;
    len = len < sizeof(request->current) ? len : sizeof(request->current) - 1;
    if (len != 0) {
        memcpy(request->current, outcome->current_value.data, len);
    }
    request->current[len] = '\0';
    request->order = atomic_fetch_add(&request->rig->answered, 1) + 1;
    atomic_fetch_add(&request->answers, 1);
}

void
sequencer_rig_commit(SequencerRig *rig, RigCommit *commit)
{
    memset(commit, 0, sizeof(*commit));
    commit->rig = rig;
    commit->commit.guards = commit->guards;
    commit->commit.mutations = commit->mutations;
    commit->commit.done = note_answer;
    commit->commit.want_current_value = true;
}

EngineMutation *
sequencer_rig_mutate(RigCommit *commit, EngineMutationKind kind, const char *key)
{
    BASE_CHECK(commit->commit.mutation_count < 4);
    EngineMutation *mutation = &commit->mutations[commit->commit.mutation_count++];
    *mutation = (EngineMutation){
        .kind = kind,
        .key = base_slice_text(key),
        .lowest = INT64_MIN,
        .highest = INT64_MAX,
        .length_max = SIZE_MAX,
        .want_existed = true,
    };
    return mutation;
}

EngineMutation *
sequencer_rig_put(RigCommit *commit, const char *key, const char *value)
{
    EngineMutation *mutation = sequencer_rig_mutate(commit, ENGINE_PUT, key);
    mutation->value = base_slice_text(value);
    return mutation;
}

EngineGuard *
sequencer_rig_guard(RigCommit *commit, const char *key, unsigned checks)
{
    BASE_CHECK(commit->commit.guard_count < 4);
    EngineGuard *guard = &commit->guards[commit->commit.guard_count++];
    *guard = (EngineGuard){.key = base_slice_text(key), .checks = checks};
    return guard;
}

void
sequencer_rig_submit(RigCommit *commit)
{
    commit_sequencer_submit(commit->rig->sequencer, &commit->commit);
}

int64_t
sequencer_rig_set(SequencerRig *rig, const char *key, const char *value)
{
    RigCommit commit;
    sequencer_rig_commit(rig, &commit);
    sequencer_rig_put(&commit, key, value)->want_existed = false; /* it may be cold */
    bool automatic = rig->fake.automatic;
    rig->fake.automatic = true;
    sequencer_rig_submit(&commit);
    rig->fake.automatic = automatic;
    BASE_CHECK(commit.answers == 1 && commit.commit.outcome.kind == ENGINE_APPLIED);
    return commit.commit.outcome.version;
}

bool
sequencer_rig_is(const SequencerRig *rig, const char *key, const char *value)
{
    const EngineRecord *record = fake_backend_get(&rig->fake, ENGINE_DATA, base_slice_text(key));
    if (record == NULL || value == NULL) {
        return record == NULL && value == NULL;
    }
    return base_slice_equal(record->value, base_slice_text(value));
}
