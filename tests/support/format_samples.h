/*
 * format_samples.h: one small example of each kind of structure in the files, always the same.
 *
 * tests/golden/format holds them as files; they seed the fuzz corpora, and tests damage them.
 */
#ifndef LARDER_TESTS_SUPPORT_FORMAT_SAMPLES_H
#define LARDER_TESTS_SUPPORT_FORMAT_SAMPLES_H

#include "engine/base/buf.h"
#include "tests/support/format_check.h"

typedef struct FormatSample {
    const char *name; /* of the file in tests/golden/format */
    void (*write)(BaseBuf *into);
    FormatCheck *check;
    bool open_ended; /* a beginning of it is acceptable, too */
} FormatSample;

/* The i-th sample, from 0; NULL behind the last one. */
const FormatSample *format_sample_at(size_t i);

/* The entries of the data block: one of every kind, and 20 that make a second group. */
size_t format_sample_entry_count(void);

#endif
