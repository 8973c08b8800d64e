/*
 * config.c: loads a configuration: defaults, then the file, then the command line, then the checks.
 *
 * Every section is a list of options (EngineOption) with a place for each value, so one function
 * reads all of them; only the addresses and the data directory are texts.
 */
#include "service/config.h"

#include "engine/option.h"
#include "service/address.h"
#include "service/config_check.h"
#include "service/config_file.h"
#include "service/store/set.h"

#include <string.h>

#define CONFIG_LIVE  true
#define CONFIG_START false

#define CONFIG_OPTION(name, type, preset, lowest, highest, choices, live, help) \
    {#name, ENGINE_OPTION_##type, preset, lowest, highest, choices, CONFIG_##live, help},
static const EngineOption config_setting_options[CONFIG_SETTINGS_COUNT] = {
    CONFIG_SETTINGS(CONFIG_OPTION)};

#define CONFIG_OFFSET(name, type, preset, lowest, highest, choices, live, help) \
    offsetof(ConfigSettings, name),
static const size_t config_setting_offsets[CONFIG_SETTINGS_COUNT] = {
    CONFIG_SETTINGS(CONFIG_OFFSET)};

/* Keys that are no numbers. */
static const char *const config_server_texts[] = {"listen", "admin_listen", "data_dir",
                                                  "engine_dir"};

const EngineOption *
config_setting_option(size_t i)
{
    return &config_setting_options[i];
}

int64_t *
config_setting_at(ConfigSettings *settings, size_t i)
{
    return (int64_t *)(void *)((char *)settings + config_setting_offsets[i]);
}

int64_t
config_setting_get(const ConfigSettings *settings, size_t i)
{
    return *(const int64_t *)(const void *)((const char *)settings + config_setting_offsets[i]);
}

ConfigSettings
config_settings_default(void)
{
    ConfigSettings settings;
    for (size_t i = 0; i < CONFIG_SETTINGS_COUNT; i++) {
        *config_setting_at(&settings, i) = config_setting_options[i].preset;
    }
    return settings;
}

static void
store_free(gpointer data)
{
    ConfigStore *store = data;
    g_free(store->name);
    g_free(store->options);
    g_free(store);
}

static ConfigStore *
store_add(Config *config, const char *name, const EngineClass *engine_class)
{
    ConfigStore *store = g_new0(ConfigStore, 1);
    store->name = g_strdup(name);
    store->engine_class = engine_class;
    store->options = g_new0(int64_t, engine_class->option_count);
    for (size_t i = 0; i < engine_class->option_count; i++) {
        store->options[i] = engine_class->options[i].preset;
    }
    g_ptr_array_add(config->stores, store);
    return store;
}

const ConfigStore *
config_store_find(const Config *config, const char *name)
{
    for (guint i = 0; i < config->stores->len; i++) {
        const ConfigStore *store = g_ptr_array_index(config->stores, i);
        if (strcmp(store->name, name) == 0) {
            return store;
        }
    }
    return NULL;
}

void
config_store_copy(Config *config, const ConfigStore *store)
{
    ConfigStore *copy = store_add(config, store->name, store->engine_class);
    for (size_t i = 0; i < store->engine_class->option_count; i++) {
        copy->options[i] = store->options[i];
    }
}

static Config *
config_new(void)
{
    Config *config = g_new0(Config, 1);
    config->listen = g_new0(char *, 3);
    config->listen[0] = g_strdup(CONFIG_LISTEN);
    config->listen[1] = address_has_loopback6() ? g_strdup(CONFIG_LISTEN6) : NULL;
    config->admin_listen = g_strsplit(CONFIG_ADMIN_LISTEN, ";", -1);
    config->data_dir = g_strdup(CONFIG_DATA_DIR);
    config->engine_dir = g_strdup("");
    config->limits = limits_default();
    config->settings = config_settings_default();
    config->stores = g_ptr_array_new_with_free_func(store_free);
    return config;
}

void
config_free(Config *config)
{
    if (config == NULL) {
        return;
    }
    g_strfreev(config->listen);
    g_strfreev(config->admin_listen);
    g_free(config->data_dir);
    g_free(config->engine_dir);
    g_ptr_array_unref(config->stores);
    g_free(config);
}

/* A file being loaded. */
typedef struct ConfigLoad {
    Config *config;
    const ConfigFile *file;
    ConfigReport *report;
} ConfigLoad;

/* Reports the value of a key as wrong. */
static void
refuse_value(const ConfigLoad *load, const ConfigSection *section, const ConfigEntry *entry,
             const char *problem)
{
    config_report_add(load->report, load->file->path, entry->line, "[%s] %s: %s", section->name,
                      entry->key, problem);
}

/* Reports a key that the section does not have; `known` ends with NULL. */
static void
refuse_key(const ConfigLoad *load, const ConfigSection *section, const ConfigEntry *entry,
           const GPtrArray *known)
{
    g_autofree char *hint = config_report_suggest(entry->key, (const char *const *)known->pdata);
    config_report_add(load->report, load->file->path, entry->line, "[%s] has no setting \"%s\"%s",
                      section->name, entry->key, hint);
}

/* The unescaped value, or NULL with a problem reported. */
static char *
read_text(const ConfigLoad *load, const ConfigSection *section, const ConfigEntry *entry)
{
    g_autoptr(GError) error = NULL;
    char *text = g_key_file_get_string(load->file->values, section->name, entry->key, &error);
    if (text == NULL) {
        refuse_value(load, section, entry, error->message);
        return NULL;
    }
    return g_strchomp(text);
}

static void
read_value(const ConfigLoad *load, const ConfigSection *section, const ConfigEntry *entry,
           const EngineOption *option, int64_t *ret_value)
{
    g_autofree char *text = read_text(load, section, entry);
    if (text == NULL || engine_option_parse(option, text, ret_value)) {
        return;
    }
    char legal[ENGINE_OPTION_LEGAL_SIZE];
    engine_option_legal(option, legal);
    g_autofree char *problem = g_strdup_printf("\"%s\" is not %s", text, legal);
    refuse_value(load, section, entry, problem);
}

/* The values of a list without the blanks around them; empty ones are left out. */
static void
read_list(const ConfigLoad *load, const ConfigSection *section, const ConfigEntry *entry,
          char ***list)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) items =
        g_key_file_get_string_list(load->file->values, section->name, entry->key, NULL, &error);
    if (items == NULL) {
        refuse_value(load, section, entry, error->message);
        return;
    }
    GPtrArray *kept = g_ptr_array_new();
    for (guint i = 0; items[i] != NULL; i++) {
        if (g_strstrip(items[i])[0] != '\0') {
            g_ptr_array_add(kept, g_strdup(items[i]));
        }
    }
    g_ptr_array_add(kept, NULL);
    g_strfreev(*list);
    *list = (char **)g_ptr_array_free(kept, FALSE);
}

static bool
read_server_text(const ConfigLoad *load, const ConfigSection *section, const ConfigEntry *entry)
{
    Config *config = load->config;
    if (strcmp(entry->key, "listen") == 0) {
        read_list(load, section, entry, &config->listen);
        return true;
    }
    if (strcmp(entry->key, "admin_listen") == 0) {
        read_list(load, section, entry, &config->admin_listen);
        return true;
    }
    char **place = strcmp(entry->key, "data_dir") == 0     ? &config->data_dir
                   : strcmp(entry->key, "engine_dir") == 0 ? &config->engine_dir
                                                           : NULL;
    if (place == NULL) {
        return false;
    }
    char *text = read_text(load, section, entry);
    if (text != NULL) {
        g_free(*place);
        *place = text;
    }
    return true;
}

static void
load_server(const ConfigLoad *load, const ConfigSection *section)
{
    for (guint e = 0; e < section->entries->len; e++) {
        const ConfigEntry *entry = &g_array_index(section->entries, ConfigEntry, e);
        size_t i = 0;
        while (i < CONFIG_SETTINGS_COUNT &&
               strcmp(config_setting_options[i].name, entry->key) != 0) {
            i++;
        }
        if (i < CONFIG_SETTINGS_COUNT) {
            read_value(load, section, entry, &config_setting_options[i],
                       config_setting_at(&load->config->settings, i));
            continue;
        }
        if (read_server_text(load, section, entry)) {
            continue;
        }
        g_autoptr(GPtrArray) known = g_ptr_array_new();
        for (i = 0; i < CONFIG_SETTINGS_COUNT; i++) {
            g_ptr_array_add(known, (gpointer)config_setting_options[i].name);
        }
        for (i = 0; i < G_N_ELEMENTS(config_server_texts); i++) {
            g_ptr_array_add(known, (gpointer)config_server_texts[i]);
        }
        g_ptr_array_add(known, NULL);
        refuse_key(load, section, entry, known);
    }
}

static void
load_limits(const ConfigLoad *load, const ConfigSection *section)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (size_t i = 0; i < LIMITS_COUNT; i++) {
        if (!limits_is_fixed(i)) {
            g_ptr_array_add(known, (gpointer)limits_option(i)->name);
        }
    }
    g_ptr_array_add(known, NULL);
    for (guint e = 0; e < section->entries->len; e++) {
        const ConfigEntry *entry = &g_array_index(section->entries, ConfigEntry, e);
        size_t i = 0;
        while (i < LIMITS_COUNT &&
               (limits_is_fixed(i) || strcmp(limits_option(i)->name, entry->key) != 0)) {
            i++;
        }
        if (i == LIMITS_COUNT) {
            refuse_key(load, section, entry, known);
            continue;
        }
        read_value(load, section, entry, limits_option(i), limits_at(&load->config->limits, i));
    }
}

/* Names of all engines, to show or to suggest. */
static GPtrArray *
engine_names(void)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; engine_class_at(i) != NULL; i++) {
        g_ptr_array_add(names, (gpointer)engine_class_at(i)->name);
    }
    g_ptr_array_add(names, NULL);
    return names;
}

/* The class that engine= names; NULL: reported. */
static const EngineClass *
load_engine(const ConfigLoad *load, const ConfigSection *section)
{
    g_autoptr(GPtrArray) names = engine_names();
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    g_autofree char *wanted =
        g_key_file_get_string(load->file->values, section->name, "engine", NULL);
    if (wanted == NULL) {
        config_report_add(load->report, load->file->path, section->line,
                          "[%s] needs engine=NAME; there are: %s", section->name, list);
        return NULL;
    }
    /* From the file itself: [server] may come behind the stores. */
    g_autofree char *directory =
        g_key_file_get_string(load->file->values, "server", "engine_dir", NULL);
    const EngineClass *engine_class = NULL;
    char why[512];
    BaseStatus status = engine_class_load(
        g_strchomp(wanted), directory == NULL ? NULL : g_strchomp(directory), why, &engine_class);
    guint line = config_file_line(load->file, section->name, "engine");
    if (status.code == BASE_NOT_FOUND) {
        g_autofree char *hint = config_report_suggest(wanted, (const char *const *)names->pdata);
        config_report_add(load->report, load->file->path, line,
                          "[%s] engine: there is no \"%s\"%s; there are: %s; %s", section->name,
                          wanted, hint, list, why);
    } else if (!base_is_ok(status)) {
        config_report_add(load->report, load->file->path, line, "[%s] engine: %s", section->name,
                          why);
    }
    return engine_class;
}

static void
load_store_options(const ConfigLoad *load, const ConfigSection *section, ConfigStore *store)
{
    const EngineClass *engine_class = store->engine_class;
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (size_t i = 0; i < engine_class->option_count; i++) {
        g_ptr_array_add(known, (gpointer)engine_class->options[i].name);
    }
    g_ptr_array_add(known, (gpointer) "engine");
    g_ptr_array_add(known, NULL);
    for (guint e = 0; e < section->entries->len; e++) {
        const ConfigEntry *entry = &g_array_index(section->entries, ConfigEntry, e);
        size_t i = 0;
        while (i < engine_class->option_count &&
               strcmp(engine_class->options[i].name, entry->key) != 0) {
            i++;
        }
        if (i < engine_class->option_count) {
            read_value(load, section, entry, &engine_class->options[i], &store->options[i]);
        } else if (strcmp(entry->key, "engine") != 0) {
            refuse_key(load, section, entry, known);
        }
    }
}

/* The NAME of a section [store "NAME"]; NULL: it is none. */
static char *
name_in(const char *section)
{
    size_t len = strlen(section);
    if (!g_str_has_prefix(section, "store \"") || len < 8 || section[len - 1] != '"') {
        return NULL;
    }
    return g_strndup(section + 7, len - 8);
}

static void
load_store(const ConfigLoad *load, const ConfigSection *section, const char *name)
{
    if (!store_name_is_valid(base_slice_text(name))) {
        config_report_add(load->report, load->file->path, section->line,
                          "[%s]: the name of a store is 1 to %d characters of a-z, 0-9, _ and -",
                          section->name, STORE_NAME_MAX);
        return;
    }
    const EngineClass *engine_class = load_engine(load, section);
    if (engine_class != NULL) {
        load_store_options(load, section, store_add(load->config, name, engine_class));
    }
}

static void
load_section(const ConfigLoad *load, const ConfigSection *section)
{
    if (strcmp(section->name, "server") == 0) {
        load_server(load, section);
        return;
    }
    if (strcmp(section->name, "limits") == 0) {
        load_limits(load, section);
        return;
    }
    g_autofree char *name = name_in(section->name);
    if (name != NULL) {
        load_store(load, section, name);
        return;
    }
    static const char *const known[] = {"server", "limits", "store \"NAME\"", NULL};
    g_autofree char *hint = config_report_suggest(section->name, known);
    config_report_add(load->report, load->file->path, section->line,
                      "there is no section [%s]%s; there are [server], [limits] and "
                      "[store \"NAME\"]",
                      section->name, hint);
}

static void
apply_overrides(Config *config, const ConfigOverrides *overrides)
{
    if (overrides->listen != NULL) {
        g_strfreev(config->listen);
        config->listen = g_strdupv(overrides->listen);
    }
    if (overrides->admin_listen != NULL) {
        g_strfreev(config->admin_listen);
        config->admin_listen = g_strdupv(overrides->admin_listen);
    }
    if (overrides->data_dir != NULL) {
        g_free(config->data_dir);
        config->data_dir = g_strdup(overrides->data_dir);
    }
}

/* Fills in `config` from the file (NULL: none), which is freed; NULL if anything is wrong. */
static Config *
load_all(Config *config, ConfigFile *file, const ConfigOverrides *overrides, ConfigReport *report)
{
    const ConfigLoad load = {config, file, report};
    for (guint i = 0; file != NULL && i < file->sections->len; i++) {
        load_section(&load, g_ptr_array_index(file->sections, i));
    }
    if (config->stores->len == 0) {
        store_add(config, "default", engine_class_find(CONFIG_ENGINE));
    }
    apply_overrides(config, overrides);
    config_check(config, file, overrides, report);
    config_file_free(file);
    if (!config_report_is_empty(report)) {
        config_free(config);
        return NULL;
    }
    return config;
}

Config *
config_load(const char *path, const ConfigOverrides *overrides, ConfigReport *report)
{
    ConfigFile *file = path == NULL ? NULL : config_file_read(path, report);
    if (path != NULL && file == NULL) {
        return NULL;
    }
    return load_all(config_new(), file, overrides, report);
}

/* Adds the store "default" of the presets unless the file has one. */
static void
preset_store(Config *config, const ConfigFile *file, const char *engine, ConfigReport *report)
{
    if (config_file_line(file, "store \"default\"", NULL) != 0) {
        return;
    }
    const EngineClass *engine_class = NULL;
    char why[512];
    if (base_is_ok(engine_class_load(engine, NULL, why, &engine_class))) {
        store_add(config, "default", engine_class);
        return;
    }
    g_autoptr(GPtrArray) names = engine_names();
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    config_report_add(report, "engine", 0, "there is no \"%s\"; there are: %s; %s", engine, list,
                      why);
}

Config *
config_load_text(const char *name, const char *text, const ConfigPresets *presets,
                 const ConfigOverrides *overrides, ConfigReport *report)
{
    ConfigFile *file = text == NULL ? NULL : config_file_parse(name, text, strlen(text), report);
    if (text != NULL && file == NULL) {
        return NULL;
    }
    Config *config = config_new();
    config->settings = presets->settings;
    preset_store(config, file, presets->engine, report);
    return load_all(config, file, overrides, report);
}
