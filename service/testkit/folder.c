/*
 * folder.c: see folder.h. Links are removed, never followed.
 */
#include "service/testkit/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { FOLDER_DESCRIPTORS = 16 };

char *
testkit_folder_new(void)
{
    const char *parent = getenv("TMPDIR");
    char *path = NULL;
    if (asprintf(&path, "%s/larder-test-XXXXXX",
                 parent == NULL || parent[0] == '\0' ? "/tmp" : parent) < 0) {
        return NULL;
    }
    if (mkdtemp(path) == NULL) {
        free(path);
        return NULL;
    }
    return path;
}

static int
remove_one(const char *path, const struct stat *found, int flag, struct FTW *where)
{
    (void)found;
    (void)flag;
    (void)where;
    return remove(path);
}

bool
testkit_folder_remove(const char *path)
{
    return nftw(path, remove_one, FOLDER_DESCRIPTORS, FTW_DEPTH | FTW_PHYS) == 0;
}
