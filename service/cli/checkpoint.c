/*
 * checkpoint.c: decides when an import has come so far that it is worth a note. See checkpoint.h.
 */
#include "service/cli/checkpoint.h"

#include "engine/base/clock.h"

enum { MARK_BYTES = 1 << 20, WRITE_INTERVAL_US = 200000 };

bool
cli_checkpoint_wants(const CliCheckpoint *checkpoint, uint64_t position)
{
    if (checkpoint->path == NULL || checkpoint->count == CLI_CHECKPOINTS) {
        return false;
    }
    size_t last = (checkpoint->first + checkpoint->count - 1) % CLI_CHECKPOINTS;
    uint64_t marked =
        checkpoint->count == 0 ? checkpoint->note.position : checkpoint->marks[last].position;
    return position - marked >= MARK_BYTES;
}

void
cli_checkpoint_mark(CliCheckpoint *checkpoint, uint64_t position, uint64_t hash, uint64_t records)
{
    size_t place = (checkpoint->first + checkpoint->count) % CLI_CHECKPOINTS;
    if (checkpoint->path == NULL || checkpoint->count == CLI_CHECKPOINTS) {
        return;
    }
    checkpoint->marks[place] = (CliMark){position, hash, records};
    checkpoint->count++;
}

BaseStatus
cli_checkpoint_reach(CliCheckpoint *checkpoint, uint64_t oldest, bool at_once)
{
    while (checkpoint->count > 0 && checkpoint->marks[checkpoint->first].records < oldest) {
        const CliMark *mark = &checkpoint->marks[checkpoint->first];
        checkpoint->note.position = mark->position;
        checkpoint->note.hash = mark->hash;
        checkpoint->note.records = mark->records;
        checkpoint->stale = true;
        checkpoint->first = (checkpoint->first + 1) % CLI_CHECKPOINTS;
        checkpoint->count--;
    }
    int64_t now = base_clock_monotonic_us(base_clock_real());
    bool due = at_once || now - checkpoint->written_us >= WRITE_INTERVAL_US;
    if (checkpoint->path == NULL || !checkpoint->stale || !due) {
        return base_ok();
    }
    checkpoint->written_us = now;
    checkpoint->stale = false;
    return cli_resume_write(checkpoint->path, &checkpoint->note);
}
