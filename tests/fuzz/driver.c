/*
 * driver.c: a main() for fuzz targets without libFuzzer: replays files and folders of files.
 *
 * usage: fuzz_NAME FILE|FOLDER...
 */
#include "engine/base/buf.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static unsigned replayed;

static bool
read_file(const char *path, BaseBuf *buf)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return false;
    }
    for (int byte = getc(file); byte != EOF; byte = getc(file)) {
        if (!base_buf_append_byte(buf, (uint8_t)byte)) {
            abort();
        }
    }
    bool fine = ferror(file) == 0;
    (void)fclose(file);
    return fine;
}

static bool
replay_file(const char *path)
{
    BaseBuf buf = BASE_BUF_INIT;
    if (!read_file(path, &buf)) {
        perror(path);
        return false;
    }
    (void)LLVMFuzzerTestOneInput(buf.data, buf.len);
    base_buf_clear(&buf);
    replayed++;
    return true;
}

static bool
replay_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        perror(path);
        return false;
    }
    bool fine = true;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char file[4096];
        int len = snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        fine = len > 0 && (size_t)len < sizeof(file) && replay_file(file) && fine;
    }
    (void)closedir(folder);
    return fine;
}

int
main(int argc, char **argv)
{
    bool fine = true;
    for (int i = 1; i < argc; i++) {
        struct stat status;
        bool folder = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode);
        fine = (folder ? replay_folder(argv[i]) : replay_file(argv[i])) && fine;
    }
    (void)printf("%u inputs replayed\n", replayed);
    return fine && replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
