/*
 * conformance.c: tries every statement of the contract on one subject.
 *
 *   larder-conformance embedded ENGINE [OPTION=VALUE...]
 *   larder-conformance tcp:HOST:PORT ENGINE
 *
 * Prints a line per statement and ends with a non-zero status when one was refuted. Statements that
 * need what the engine cannot do are named as such, never counted as held.
 */
#include "tests/conformance/subject.h"

#include <stdio.h>
#include <stdlib.h>

static const Statement *const lists[] = {
    statements_of_keys,   statements_of_conditions, statements_of_counters, statements_of_batches,
    statements_of_ranges, statements_of_time,       statements_of_errors,
};

int
main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "usage: larder-conformance embedded|tcp:HOST:PORT ENGINE "
                              "[OPTION=VALUE...]\n");
        return 64;
    }
    const SubjectArgs args = {.address = argv[1],
                              .engine = argv[2],
                              .store_name = "default",
                              .options = argv + 3,
                              .option_count = (size_t)argc - 3};
    Subject *subject = subject_open(&args);
    Trial trial = subject_trial(subject);
    int held = 0;
    int refuted = 0;
    int not_applicable = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (const Statement *statement = lists[i]; statement->number != 0; statement++) {
            const char *verdict = "holds";
            if ((statement->needs & ~trial.capabilities) != 0) {
                not_applicable++;
                verdict = "n/a";
            } else if (trial_run(&trial, statement)) {
                held++;
            } else {
                refuted++;
                verdict = "REFUTED";
            }
            printf("C-%d %-7s %s\n", statement->number, verdict, statement->text);
        }
    }
    subject_close(subject);
    printf("%s on %s: %d statements hold, %d refuted, %d not applicable\n", argv[2], argv[1], held,
           refuted, not_applicable);
    return refuted == 0 && held > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
