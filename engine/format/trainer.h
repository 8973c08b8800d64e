/*
 * trainer.h: makes a dictionary for blocks out of samples of them, if one pays.
 *
 * A dictionary helps small blocks to what large ones find by themselves: what comes again in other
 * blocks. So it is first tried how much better four blocks are packed as one; only when that is a
 * tenth a dictionary is trained, on most of the samples, and it must save a twentieth of the others
 * to be worth its place and its time. Trying costs milliseconds, training about a tenth of a
 * second.
 *
 * Threading: one owner.
 */
#ifndef LARDER_ENGINE_FORMAT_TRAINER_H
#define LARDER_ENGINE_FORMAT_TRAINER_H

#include "engine/base/buf.h"

enum {
    FORMAT_TRAINER_SAMPLES = 256,        /* to be added, about */
    FORMAT_DICTIONARY_BYTES = 16 << 10,  /* of a dictionary, at most */
    FORMAT_TRAINER_BLOCK_MAX = 16 << 10, /* longer blocks find enough in themselves */
};

/* Samples one behind the other. */
typedef struct FormatSamples {
    BaseBuf bytes;
    BaseBuf sizes; /* size_t */
} FormatSamples;

typedef struct FormatTrainer {
    size_t added;
    FormatSamples train;
    FormatSamples proof; /* kept from training */
} FormatTrainer;

/* An empty trainer. */
#define FORMAT_TRAINER_INIT ((FormatTrainer){.added = 0})

/* Frees what it holds. */
void format_trainer_clear(FormatTrainer *trainer);

/* Adds a block as it is before packing. False: no memory. */
bool format_trainer_add(FormatTrainer *trainer, BaseSlice raw);

/*
 * Appends a dictionary for packing at zstd's `level` to `into`, if it pays. False: it does not, or
 * there are too few samples, or no memory; `into` is as it was.
 */
bool format_trainer_train(const FormatTrainer *trainer, int level, BaseBuf *into);

#endif
