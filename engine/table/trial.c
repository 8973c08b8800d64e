/*
 * trial.c: see trial.h.
 */
#include "engine/table/trial.h"

bool
table_trial_begin(TableTrial *trial)
{
    if (trial->left == 0) {
        return true;
    }
    trial->left--;
    return false;
}

void
table_trial_note(TableTrial *trial, bool paid)
{
    if (paid) {
        *trial = (TableTrial){0};
        return;
    }
    if (trial->vain < TABLE_TRIAL_PATIENCE) {
        trial->vain++;
    }
    if (trial->vain == TABLE_TRIAL_PATIENCE) {
        unsigned pass = trial->pass == 0 ? TABLE_TRIAL_PATIENCE : trial->pass * 2;
        trial->pass = pass < TABLE_TRIAL_PASS_MAX ? pass : TABLE_TRIAL_PASS_MAX;
        trial->left = trial->pass;
    }
}
