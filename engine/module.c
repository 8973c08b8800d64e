/*
 * module.c: engines from shared objects. See engine_class_load() in engine.h.
 *
 * A module is bound locally: its symbols, and those of the libraries that it brings, are seen by
 * nobody else. Its class is checked before anything else of it is used, field by field in the order
 * in which the fields can be trusted: version and size first, which never move.
 *
 * What was loaded stays loaded, refused modules included: texts of statuses point into it, and
 * libraries do not always bear to be unloaded.
 *
 * Threading: one mutex around loading.
 */
#include "engine/engine.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DIRECTORY_VARIABLE "LARDER_ENGINES"
#define FILE_PREFIX        "liblarder-engine-"
#define MESSAGE_SIZE       512

enum { LOADED_MAX = 32, PATH_BYTES = 4096, PLACES = 3 };

typedef struct Loaded {
    const EngineClass *engine_class;
    char path[PATH_BYTES];
} Loaded;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Loaded loaded[LOADED_MAX]; /* [mutex], like the next one */
static size_t loaded_count;

static BaseStatus __attribute__((format(printf, 3, 4)))
refuse(char *message, BaseStatus status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, MESSAGE_SIZE, format, arguments);
    va_end(arguments);
    return status;
}

/* ------------------------------------------------------------------------------------ search -- */

/* A name is part of a file's name, so it must not lead elsewhere. */
static bool
is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    return name[0] != '\0' && strlen(name) < 64 && strspn(name, letters) == strlen(name);
}

/* Finds the file, in `path`; or says where it is not. */
static BaseStatus
find_file(const char *name, const char *directory, char path[PATH_BYTES], char *message)
{
    const char *const places[PLACES] = {directory, getenv(DIRECTORY_VARIABLE), LARDER_ENGINE_DIR};
    int used = snprintf(
        message, MESSAGE_SIZE,
        "\"%.64s\" is not built in, and there is no file " FILE_PREFIX "%.64s.so in", name, name);
    const char *between = " ";
    for (size_t i = 0; i < PLACES; i++) {
        if (places[i] == NULL || places[i][0] == '\0') {
            continue;
        }
        int len = snprintf(path, PATH_BYTES, "%s/" FILE_PREFIX "%s.so", places[i], name);
        if (is_name(name) && len < PATH_BYTES && access(path, F_OK) == 0) {
            return base_ok();
        }
        if (used >= 0 && used < MESSAGE_SIZE) {
            used += snprintf(message + used, (size_t)(MESSAGE_SIZE - used), "%s%.150s", between,
                             places[i]);
        }
        between = ", ";
    }
    return base_error(BASE_NOT_FOUND, "there is no such engine");
}

/* ------------------------------------------------------------------------------------- check -- */

static unsigned
known_capabilities(void)
{
    unsigned known = 0;
    for (unsigned bit = 1; bit != 0; bit <<= 1) {
        known |= engine_capability_name(bit) != NULL ? bit : 0;
    }
    return known;
}

static BaseStatus
check(const EngineClass *found, const char *name, const char *path, char *message)
{
    const BaseStatus wrong = base_error(BASE_INVALID, "the module cannot be used");
    if (found->abi_version != ENGINE_ABI_VERSION) {
        return refuse(message, wrong,
                      "%.300s was built for version %u of the engine interface; this program has "
                      "version %u. Build it with the headers of this version",
                      path, (unsigned)found->abi_version, (unsigned)ENGINE_ABI_VERSION);
    }
    if (found->struct_size != sizeof(EngineClass)) {
        return refuse(message, wrong,
                      "%.300s has an EngineClass of %u bytes; that of this program has %zu. Build "
                      "it with the headers of this version",
                      path, (unsigned)found->struct_size, sizeof(EngineClass));
    }
    if (found->name == NULL || strcmp(found->name, name) != 0) {
        return refuse(message, wrong, "%.300s holds the engine \"%.64s\", not \"%.64s\"", path,
                      found->name == NULL ? "" : found->name, name);
    }
    unsigned unknown = found->capabilities & ~known_capabilities();
    if (unknown != 0) {
        return refuse(message, wrong,
                      "%.300s says that it has capabilities 0x%x; this program does not know 0x%x "
                      "of them",
                      path, found->capabilities, unknown);
    }
    if (found->open == NULL || found->summary == NULL ||
        (found->options == NULL && found->option_count != 0)) {
        return refuse(message, wrong, "%.300s has no open, no summary or no options in its class",
                      path);
    }
    return base_ok();
}

/* -------------------------------------------------------------------------------------- load -- */

static BaseStatus
load_file(const char *name, const char *path, char *message, const EngineClass **ret_class)
{
    const BaseStatus wrong = base_error(BASE_INVALID, "the module cannot be used");
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL) {
        const char *why = dlerror();
        return refuse(message, wrong, "%.150s cannot be loaded: %.300s", path, why);
    }
    void *symbol = dlsym(module, ENGINE_MODULE_ENTRY);
    if (symbol == NULL) {
        return refuse(message, wrong,
                      "%.300s is no engine of Larder: it does not export " ENGINE_MODULE_ENTRY "()",
                      path);
    }
    const EngineClass *(*entry)(void) = NULL;
    memcpy(&entry, &symbol, sizeof entry);
    const EngineClass *found = entry();
    if (found == NULL) {
        return refuse(message, wrong, "%.300s: " ENGINE_MODULE_ENTRY "() gives no class", path);
    }
    BaseStatus status = check(found, name, path, message);
    if (!base_is_ok(status)) {
        return status;
    }
    status = loaded_count == LOADED_MAX ? base_error(BASE_NO_MEMORY, "too many modules")
                                        : engine_class_register(found);
    if (!base_is_ok(status)) {
        return refuse(message, status, "%.300s: %s", path, status.what);
    }
    (void)snprintf(loaded[loaded_count].path, PATH_BYTES, "%s", path);
    loaded[loaded_count++].engine_class = found;
    *ret_class = found;
    return status;
}

BaseStatus
engine_class_load(const char *name, const char *directory, char message[512],
                  const EngineClass **ret_class)
{
    char path[PATH_BYTES];
    BaseStatus status = base_ok();
    message[0] = '\0';
    (void)pthread_mutex_lock(&mutex);
    const EngineClass *found = engine_class_find(name);
    if (found != NULL) {
        *ret_class = found;
    } else {
        status = find_file(name, directory, path, message);
        status = base_is_ok(status) ? load_file(name, path, message, ret_class) : status;
    }
    (void)pthread_mutex_unlock(&mutex);
    return status;
}

const char *
engine_class_file(const EngineClass *engine_class)
{
    const char *path = NULL;
    (void)pthread_mutex_lock(&mutex);
    for (size_t i = 0; i < loaded_count && path == NULL; i++) {
        path = loaded[i].engine_class == engine_class ? loaded[i].path : NULL;
    }
    (void)pthread_mutex_unlock(&mutex);
    return path;
}
