/*
 * config_print.c: the effective configuration as a file, explained by its own tables.
 *
 * Every value is written, defaults too, with what it is for, what is legal, what the default is
 * and when a change takes effect. Texts are escaped by GKeyFile, so whatever was read is written
 * the same way.
 */
#include "engine/option.h"
#include "service/config.h"

#include <string.h>

enum { CONFIG_PRINT_COLUMNS = 96 };

/* Writes a text as comment lines, broken at blanks. */
static void
print_comment(GString *out, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    size_t column = 0;
    for (guint i = 0; words[i] != NULL; i++) {
        size_t len = strlen(words[i]);
        if (column == 0 || column + 1 + len > CONFIG_PRINT_COLUMNS) {
            g_string_append(out, column == 0 ? "#" : "\n#");
            column = 1;
        }
        g_string_append_printf(out, " %s", words[i]);
        column += 1 + len;
    }
    g_string_append_c(out, '\n');
}

/* A help text as a sentence: a capital first, a full stop last. */
static char *
sentence(const char *help)
{
    char *text = g_strdup_printf("%s%s", help, g_str_has_suffix(help, ".") ? "" : ".");
    text[0] = g_ascii_toupper(text[0]);
    return text;
}

static void
print_option(GString *out, const EngineOption *option, int64_t value)
{
    char legal[ENGINE_OPTION_LEGAL_SIZE];
    char preset[ENGINE_OPTION_TEXT_SIZE];
    char text[ENGINE_OPTION_TEXT_SIZE];
    engine_option_legal(option, legal);
    engine_option_print(option, option->preset, preset);
    engine_option_print(option, value, text);
    g_autofree char *help = sentence(option->help);
    legal[0] = g_ascii_toupper(legal[0]);
    g_autofree char *comment =
        g_strdup_printf("%s %s; default %s; %s.", help, legal, preset,
                        option->live ? "changes at a reload" : "changes at a restart");
    print_comment(out, comment);
    g_string_append_printf(out, "%s=%s\n\n", option->name, text);
}

/* Writes `key=` and what GKeyFile makes of the value. */
static void
print_text(GString *out, const char *comment, const char *key, const char *text)
{
    g_autoptr(GKeyFile) escape = g_key_file_new();
    g_key_file_set_string(escape, "x", key, text);
    g_autofree char *value = g_key_file_get_value(escape, "x", key, NULL);
    print_comment(out, comment);
    g_string_append_printf(out, "%s=%s\n\n", key, value);
}

static void
print_list(GString *out, const char *comment, const char *key, char **texts)
{
    g_autoptr(GKeyFile) escape = g_key_file_new();
    g_key_file_set_string_list(escape, "x", key, (const char *const *)texts, g_strv_length(texts));
    g_autofree char *value = g_key_file_get_value(escape, "x", key, NULL);
    print_comment(out, comment);
    g_string_append_printf(out, "%s=%s\n\n", key, value);
}

static void
print_server(GString *out, const Config *config)
{
    g_string_append(out, "[server]\n");
    print_list(out,
               "Addresses of the Store service, separated by semicolons: tcp:HOST:PORT (an IPv6 "
               "address in brackets; port 0: any free one), unix:PATH, or fd:N (an inherited "
               "socket); changes at a restart.",
               "listen", config->listen);
    print_list(out,
               "Addresses of the Admin and Observe services; none: they are not served; changes at "
               "a restart.",
               "admin_listen", config->admin_listen);
    print_text(out,
               "Directory of all stores; made when it does not exist; used by one server at a "
               "time; changes at a restart.",
               "data_dir", config->data_dir);
    print_text(out,
               "Directory of engines that are not built in, looked at before the one of the "
               "installation; liblarder-engine-NAME.so is the engine NAME.",
               "engine_dir", config->engine_dir);
    for (size_t i = 0; i < CONFIG_SETTINGS_COUNT; i++) {
        print_option(out, config_setting_option(i), config_setting_get(&config->settings, i));
    }
}

static void
print_limits(GString *out, const Config *config)
{
    g_string_append(out, "[limits]\n");
    for (size_t i = 0; i < LIMITS_COUNT; i++) {
        if (!limits_is_fixed(i)) {
            print_option(out, limits_option(i), limits_get(&config->limits, i));
        }
    }
}

static void
print_store(GString *out, const ConfigStore *store)
{
    const EngineClass *engine_class = store->engine_class;
    g_string_append_printf(out, "[store \"%s\"]\n", store->name);
    g_autofree char *summary = sentence(engine_class->summary);
    print_comment(out, summary);
    g_string_append_printf(out, "engine=%s\n\n", engine_class->name);
    for (size_t i = 0; i < engine_class->option_count; i++) {
        print_option(out, &engine_class->options[i], store->options[i]);
    }
}

char *
config_print(const Config *config)
{
    GString *out = g_string_new("# Configuration of larderd " LARDER_VERSION
                                ": all settings with the values in force.\n\n");
    print_server(out, config);
    print_limits(out, config);
    for (guint i = 0; i < config->stores->len; i++) {
        print_store(out, g_ptr_array_index(config->stores, i));
    }
    g_string_truncate(out, out->len - 1);
    return g_string_free(out, FALSE);
}
