/*
 * folder.h: a temporary directory, and its end.
 *
 * Threading: plain functions.
 */
#ifndef LARDER_SERVICE_TESTKIT_FOLDER_H
#define LARDER_SERVICE_TESTKIT_FOLDER_H

#include <stdbool.h>

/* A new, empty directory under TMPDIR (else /tmp), for free(). NULL: errno says why. */
char *testkit_folder_new(void);

/* Removes a directory with all that is in it. False: errno says why, and something is left. */
bool testkit_folder_remove(const char *path);

#endif
