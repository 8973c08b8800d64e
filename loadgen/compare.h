/*
 * compare.h: `larder-load compare`: is B faster than A?
 *
 * Threading: plain functions.
 */
#ifndef LARDER_LOADGEN_COMPARE_H
#define LARDER_LOADGEN_COMPARE_H

#include "loadgen/bootstrap.h"

/* What a ratio shows. */
typedef enum LoadAnswerWord {
    LOAD_WORD_NONE, /* too few operations */
    LOAD_WORD_SAME, /* no difference shown */
    LOAD_WORD_FASTER,
    LOAD_WORD_SLOWER,
} LoadAnswerWord;

/* The word for an answer: B is faster or slower only if the whole interval says so. */
LoadAnswerWord load_compare_word(const LoadQuestion *question, const LoadRatio *ratio);

/* The command: argv[0] is "compare". Returns an exit status. */
int load_compare_main(int argc, char **argv);

#endif
