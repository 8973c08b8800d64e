/*
 * dictionary.c: see dictionary.h.
 */
#include "engine/lsm/dictionary.h"

#include "engine/format/trainer.h"
#include "engine/table/sample.h"

static bool
add_sample(void *user, BaseSlice raw)
{
    return format_trainer_add(user, raw);
}

void
lsm_dictionary_make(LsmTable *const *inputs, size_t count, int level, BaseBuf *into)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += inputs[i]->info.size;
    }
    if (bytes < LSM_DICTIONARY_INPUT) {
        return;
    }
    FormatTrainer trainer = FORMAT_TRAINER_INIT;
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        int64_t share = inputs[i]->info.size * FORMAT_TRAINER_SAMPLES / bytes;
        good = base_is_ok(
            table_sample(lsm_table_reader(inputs[i]), (uint32_t)share + 1, add_sample, &trainer));
    }
    if (good) {
        (void)format_trainer_train(&trainer, level, into);
    }
    format_trainer_clear(&trainer);
}
