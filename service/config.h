/*
 * config.h: the whole configuration of a server.
 *
 * It comes from three places, later ones winning: the defaults, a file, the command line. The
 * file has three kinds of sections:
 *
 *   [server]           the settings of the table below, and listen, admin_listen, data_dir,
 *                      engine_dir
 *   [limits]           the configurable rows of LIMITS_TABLE
 *   [store "NAME"]     engine=NAME and the options of that engine
 *
 * A file without stores gets one named "default" on lsm. A configuration is either loaded
 * whole or not at all: every problem is collected with its file and line, and one problem refuses
 * the lot.
 *
 * Threading: read-only after config_load(). Uses GLib's aborting allocator: not for request paths.
 */
#ifndef LARDER_SERVICE_CONFIG_H
#define LARDER_SERVICE_CONFIG_H

#include "service/config_report.h"
#include "service/limits.h"

/* X(name, TYPE, default, lowest, highest, choices, LIVE, help); LIVE as in LIMITS_TABLE. */
#define CONFIG_SETTINGS(X)                                                                         \
    X(insecure_plaintext, BOOLEAN, 0, 0, 1, NULL, START,                                           \
      "Allow addresses that other machines can reach. Nothing is encrypted, and anyone may call.") \
    X(reactors, INTEGER, 0, 0, 64, NULL, START,                                                    \
      "Threads that read and write data connections. 0: one per processor.")                       \
    X(workers, INTEGER, 0, 0, 256, NULL, LIVE,                                                     \
      "Threads that execute data requests. 0: two per processor, at least four.")                  \
    X(admin_workers, INTEGER, 4, 2, 64, NULL, LIVE,                                                \
      "Threads that execute admin requests; a waiting drain occupies one.")                        \
    X(express_lane, BOOLEAN, 1, 0, 1, NULL, START,                                                 \
      "Execute get, multi_get, put, remove, batch, bulk_write and scan without generated code. "   \
      "Answers are the same without it, only slower.")                                             \
    X(drain_ms, DURATION, 30000, 0, 3600000, NULL, LIVE,                                           \
      "Time that requests under way get to finish when the server is told to stop.")               \
    X(log_level, CHOICE, 2, 0, 3, "error|warning|info|debug", LIVE,                                \
      "How much is logged to standard error.")                                                     \
    X(trace, CHOICE, 0, 0, 2, "off|slow|all", LIVE,                                                \
      "Calls that are logged, at level info: none, those that took trace_slow_ms or more, or "     \
      "all. A line shows who called what, how long it took and what came of it, with up to 64 "    \
      "bytes of the key, which may be a secret. Lines are dropped rather than waited for.")        \
    X(trace_slow_ms, DURATION, 100, 0, 3600000, NULL, LIVE,                                        \
      "What trace=slow calls slow: the time from the arrival of a call to its end.")

typedef struct ConfigSettings {
#define CONFIG_SETTINGS_FIELD(name, type, preset, lowest, highest, choices, live, help) \
    int64_t name;
    CONFIG_SETTINGS(CONFIG_SETTINGS_FIELD)
#undef CONFIG_SETTINGS_FIELD
} ConfigSettings;

enum {
#define CONFIG_SETTINGS_ONE(name, type, preset, lowest, highest, choices, live, help) +1
    CONFIG_SETTINGS_COUNT = 0 CONFIG_SETTINGS(CONFIG_SETTINGS_ONE)
#undef CONFIG_SETTINGS_ONE
};

typedef struct ConfigStore {
    char *name;
    const EngineClass *engine_class;
    int64_t *options; /* options[i] belongs to engine_class->options[i] */
} ConfigStore;

typedef struct Config {
    char **listen;       /* ends with NULL, like the next one; at least one address */
    char **admin_listen; /* may be empty */
    char *data_dir;
    char *engine_dir; /* where modules of engines are, beside the usual places; may be empty */
    ConfigSettings settings;
    Limits limits;
    GPtrArray *stores; /* of ConfigStore *, at least one */
} Config;

/* What the command line says; NULL: nothing. Borrowed. */
typedef struct ConfigOverrides {
    char **listen;
    char **admin_listen;
    const char *data_dir;
} ConfigOverrides;

/* Loads `path` (NULL: defaults alone) and the overrides. NULL: the report has the problems. */
Config *config_load(const char *path, const ConfigOverrides *overrides, ConfigReport *report);

/* What a program that has no configuration file of its own wants instead of the defaults. */
typedef struct ConfigPresets {
    const char *engine; /* of a store "default", which is there unless the text has it */
    ConfigSettings settings;
} ConfigPresets;

/* Loads a text (NULL: none) that is called `name` in problems. NULL as above. */
Config *config_load_text(const char *name, const char *text, const ConfigPresets *presets,
                         const ConfigOverrides *overrides, ConfigReport *report);

/* Takes NULL. */
void config_free(Config *config);

/* All defaults. */
ConfigSettings config_settings_default(void);

/* Row `i` of CONFIG_SETTINGS as an option, and its value. */
const EngineOption *config_setting_option(size_t i);
int64_t *config_setting_at(ConfigSettings *settings, size_t i);
int64_t config_setting_get(const ConfigSettings *settings, size_t i);

/* The store of that name, or NULL. */
const ConfigStore *config_store_find(const Config *config, const char *name);

/* Adds a copy of a store, whose name must be new. */
void config_store_copy(Config *config, const ConfigStore *store);

/*
 * The configuration as a file with comments; loading it gives the same configuration. Free the
 * text with g_free().
 */
char *config_print(const Config *config);

/* Defaults. */
#define CONFIG_LISTEN       "tcp:127.0.0.1:7400"
#define CONFIG_LISTEN6      "tcp:[::1]:7400"
#define CONFIG_ADMIN_LISTEN "tcp:127.0.0.1:7401"
#define CONFIG_DATA_DIR     "larder-data"

/* Engine of the store that a file without stores gets. */
#define CONFIG_ENGINE "lsm"

#endif
