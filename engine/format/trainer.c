/*
 * trainer.c: see trainer.h.
 */
#include "engine/format/trainer.h"

#include "engine/format/packer.h"

#include <zdict.h>

enum {
    SAMPLES_MIN = 32,
    PROOF = 4,   /* one in so many samples is kept from training */
    GROUP = 4,   /* blocks that are packed as one, to see whether they have much in common */
    COMMON = 10, /* a group must then be smaller by one part in so many */
    SAVING = 20, /* and so must be what is packed with the dictionary */
};

static void
clear_samples(FormatSamples *samples)
{
    base_buf_clear(&samples->bytes);
    base_buf_clear(&samples->sizes);
}

void
format_trainer_clear(FormatTrainer *trainer)
{
    clear_samples(&trainer->train);
    clear_samples(&trainer->proof);
}

bool
format_trainer_add(FormatTrainer *trainer, BaseSlice raw)
{
    FormatSamples *samples = trainer->added++ % PROOF == 0 ? &trainer->proof : &trainer->train;
    return base_buf_append_slice(&samples->bytes, raw) &&
           base_buf_append(&samples->sizes, &raw.len, sizeof raw.len);
}

static const size_t *
sizes_of(const FormatSamples *samples)
{
    return (const size_t *)(const void *)samples->sizes.data;
}

static size_t
count_of(const FormatSamples *samples)
{
    return samples->sizes.len / sizeof(size_t);
}

/* Bytes that samples take when so many at a time are packed; 0: no memory. */
static size_t
packed_bytes(const FormatSamples *samples, size_t group, int level, BaseSlice dictionary)
{
    FormatPacker *packer = format_packer_new(level, dictionary);
    BaseBuf packed = BASE_BUF_INIT;
    const uint8_t *next = samples->bytes.data;
    size_t count = count_of(samples) - count_of(samples) % GROUP;
    size_t total = 0;
    for (size_t i = 0; packer != NULL && i < count; i += group) {
        size_t len = 0;
        for (size_t k = i; k < i + group; k++) {
            len += sizes_of(samples)[k];
        }
        base_buf_reset(&packed);
        bool smaller =
            format_packer_pack(packer, base_slice(next, len), &packed) != FORMAT_CODEC_NONE;
        total += smaller ? packed.len : len;
        next += len;
    }
    base_buf_clear(&packed);
    format_packer_free(packer);
    return total;
}

/* Whether `less` is smaller than `bytes` by one part in `parts`. */
static bool
is_less(size_t less, size_t bytes, size_t parts)
{
    return less != 0 && less < bytes - bytes / parts;
}

bool
format_trainer_train(const FormatTrainer *trainer, int level, BaseBuf *into)
{
    const FormatSamples *train = &trainer->train;
    const FormatSamples *proof = &trainer->proof;
    if (trainer->added < SAMPLES_MIN || train->bytes.failed || train->sizes.failed ||
        proof->bytes.failed || proof->sizes.failed) {
        return false;
    }
    size_t alone = packed_bytes(proof, 1, level, BASE_SLICE_EMPTY);
    if (!is_less(packed_bytes(proof, GROUP, level, BASE_SLICE_EMPTY), alone, COMMON)) {
        return false;
    }
    size_t before = into->len;
    uint8_t *place = base_buf_extend(into, FORMAT_DICTIONARY_BYTES);
    if (place == NULL) {
        return false;
    }
    size_t len = ZDICT_trainFromBuffer(place, FORMAT_DICTIONARY_BYTES, train->bytes.data,
                                       sizes_of(train), (unsigned)count_of(train));
    bool pays = !ZDICT_isError(len) &&
                is_less(packed_bytes(proof, 1, level, base_slice(place, len)), alone, SAVING);
    into->len = pays ? before + len : before;
    return pays;
}
