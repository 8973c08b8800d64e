/*
 * lsm_files.h: the files of a closed store as bytes, to be damaged and put back, and a list of what
 * a check or a repair has reported.
 *
 * Whatever fails here that a test did not ask for aborts.
 */
#ifndef LARDER_TESTS_SUPPORT_LSM_FILES_H
#define LARDER_TESTS_SUPPORT_LSM_FILES_H

#include "engine/engine.h"
#include "engine/env/env.h"
#include "engine/format/file_name.h"

#define LSM_FILES_MAX    256
#define LSM_FINDINGS_MAX 256

/* ------------------------------------------------------------------------------------- files -- */

typedef struct LsmSavedFile {
    char name[64];
    FormatFileKind kind;
    BaseBuf bytes;
} LsmSavedFile;

typedef struct LsmSavedFiles {
    LsmSavedFile files[LSM_FILES_MAX]; /* by name */
    size_t count;
} LsmSavedFiles;

/* Reads all files of a directory; LOCK and directories are left out. */
void lsm_files_save(LsmSavedFiles *saved, const Env *env, const char *directory);

/* Makes the directory hold these files and no others; empties its quarantine. */
void lsm_files_restore(const LsmSavedFiles *saved, const Env *env, const char *directory);

void lsm_files_clear(LsmSavedFiles *saved);

/* The index of the n-th file of a kind, from 0; count: there is none. */
size_t lsm_files_find(const LsmSavedFiles *saved, FormatFileKind kind, size_t n);

/* The index of a file by its name; count: there is none. */
size_t lsm_files_named(const LsmSavedFiles *saved, const char *name);

/* Damages a file in place. */
void lsm_files_flip(const Env *env, const char *directory, const char *name, int64_t offset,
                    uint8_t bits);
void lsm_files_cut(const Env *env, const char *directory, const char *name, int64_t size);
void lsm_files_remove(const Env *env, const char *directory, const char *name);

/* Writes a file anew. */
void lsm_files_write(const Env *env, const char *directory, const char *name, BaseSlice bytes);

bool lsm_files_exist(const Env *env, const char *directory, const char *name);

/* ---------------------------------------------------------------------------------- findings -- */

typedef struct LsmFinding {
    EngineFindingKind kind;
    char file[64];
    int64_t offset;
    char what[256];
} LsmFinding;

typedef struct LsmFindings {
    LsmFinding items[LSM_FINDINGS_MAX];
    size_t count; /* kept; more may have come */
    size_t of_kind[ENGINE_FINDING_LOSS + 1];
} LsmFindings;

/* For EngineFilesArgs.report; `user` is the findings. */
void lsm_findings_add(void *user, const EngineFinding *finding);

/* Whether there is a finding of that kind about a file; NULL: any file. */
bool lsm_findings_has(const LsmFindings *findings, EngineFindingKind kind, const char *file);

/* Whether some finding says this. */
bool lsm_findings_say(const LsmFindings *findings, const char *text);

/* Writes them to the standard error output, for a test that fails. */
void lsm_findings_print(const LsmFindings *findings);

#endif
