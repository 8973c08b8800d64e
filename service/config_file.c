/*
 * config_file.c: finds the lines of sections and keys, then lets GKeyFile read the values.
 *
 * The scan takes a line apart like GKeyFile, and is stricter: blanks around a line do not count;
 * an empty line or one that begins with # is a comment; [NAME] begins a section; anything else is
 * a key of letters, digits, - and _, and a '='. GKeyFile gives up at the first line that it does
 * not understand, so it is given the lines that passed, and the others are reported.
 */
#include "service/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static void
entry_clear(gpointer data)
{
    ConfigEntry *entry = data;
    g_free(entry->key);
}

static void
section_free(gpointer data)
{
    ConfigSection *section = data;
    g_free(section->name);
    g_array_unref(section->entries);
    g_free(section);
}

static ConfigSection *
section_find(const ConfigFile *file, const char *name)
{
    for (guint i = 0; i < file->sections->len; i++) {
        ConfigSection *section = g_ptr_array_index(file->sections, i);
        if (strcmp(section->name, name) == 0) {
            return section;
        }
    }
    return NULL;
}

static ConfigEntry *
entry_find(const ConfigSection *section, const char *key)
{
    for (guint i = 0; i < section->entries->len; i++) {
        ConfigEntry *entry = &g_array_index(section->entries, ConfigEntry, i);
        if (strcmp(entry->key, key) == 0) {
            return entry;
        }
    }
    return NULL;
}

/* The text that is being taken apart. */
typedef struct ConfigScan {
    ConfigFile *file;
    ConfigReport *report;
    ConfigSection *section; /* that lines belong to; NULL before the first */
    GString *sound;         /* the lines that are of the format, for GKeyFile */
} ConfigScan;

/* A section that is there already is reported; its keys go to the first one, to be checked too. */
static void
scan_section(ConfigScan *scan, const char *text, unsigned line)
{
    size_t len = strlen(text);
    size_t name_len = len < 2 ? 0 : len - 2;
    bool sound = name_len > 0 && text[len - 1] == ']' && strcspn(text + 1, "[]") == name_len;
    for (size_t i = 0; i < len; i++) {
        sound = sound && !g_ascii_iscntrl(text[i]);
    }
    if (!sound) {
        config_report_add(scan->report, scan->file->path, line, "not a section: \"%s\"", text);
        return;
    }
    g_autofree char *name = g_strndup(text + 1, name_len);
    g_string_append_printf(scan->sound, "%s\n", text);
    scan->section = section_find(scan->file, name);
    if (scan->section != NULL) {
        config_report_add(scan->report, scan->file->path, line,
                          "section [%s] is already on line %u", name, scan->section->line);
        return;
    }
    scan->section = g_new0(ConfigSection, 1);
    scan->section->name = g_steal_pointer(&name);
    scan->section->line = line;
    scan->section->entries = g_array_new(FALSE, TRUE, sizeof(ConfigEntry));
    g_array_set_clear_func(scan->section->entries, entry_clear);
    g_ptr_array_add(scan->file->sections, scan->section);
}

static void
scan_entry(ConfigScan *scan, const char *text, unsigned line)
{
    const char *path = scan->file->path;
    size_t key_len =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    const char *equals = text + key_len + strspn(text + key_len, " \t");
    if (key_len == 0 || *equals != '=') {
        config_report_add(scan->report, path, line,
                          "neither [section], key=value nor a comment: \"%s\"", text);
        return;
    }
    g_autofree char *key = g_strndup(text, key_len);
    if (scan->section == NULL) {
        config_report_add(scan->report, path, line, "\"%s\" stands before the first [section]",
                          key);
        return;
    }
    const ConfigEntry *first = entry_find(scan->section, key);
    if (first != NULL) {
        config_report_add(scan->report, path, line, "[%s] %s is already on line %u",
                          scan->section->name, key, first->line);
        return;
    }
    g_string_append_printf(scan->sound, "%s\n", text);
    ConfigEntry entry = {g_steal_pointer(&key), line};
    g_array_append_val(scan->section->entries, entry);
}

static void
scan_lines(ConfigScan *scan, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++) {
        const char *line = g_strstrip(lines[i]);
        if (line[0] == '[') {
            scan_section(scan, line, i + 1);
        } else if (line[0] != '\0' && line[0] != '#') {
            scan_entry(scan, line, i + 1);
        }
    }
}

ConfigFile *
config_file_parse(const char *path, const char *text, gsize len, ConfigReport *report)
{
    const char *invalid = NULL;
    if (!g_utf8_validate(text, (gssize)len, &invalid)) {
        unsigned line = 1;
        for (const char *at = text; at < invalid; at++) {
            line += *at == '\n';
        }
        config_report_add(report, path, line, "not UTF-8 text");
        return NULL;
    }
    ConfigFile *file = g_new0(ConfigFile, 1);
    file->path = g_strdup(path);
    file->sections = g_ptr_array_new_with_free_func(section_free);
    file->values = g_key_file_new();
    g_autofree char *terminated = g_strndup(text, len);
    g_autoptr(GString) sound = g_string_new(NULL);
    ConfigScan scan = {file, report, NULL, sound};
    scan_lines(&scan, terminated);
    g_autoptr(GError) error = NULL;
    if (!g_key_file_load_from_data(file->values, sound->str, sound->len, G_KEY_FILE_NONE, &error)) {
        config_report_add(report, path, 0, "%s", error->message);
        config_file_free(file);
        return NULL;
    }
    return file;
}

/* The whole file, NUL-terminated; NULL with *ret_error (an errno) set. */
static char *
read_all(const char *path, gsize *ret_len, int *ret_error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        *ret_error = errno;
        return NULL;
    }
    g_autofree char *text = g_malloc(CONFIG_FILE_BYTES_MAX + 2);
    gsize len = 0;
    for (;;) {
        ssize_t got = read(fd, text + len, CONFIG_FILE_BYTES_MAX + 1 - len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        *ret_error = got < 0 ? errno : len + (gsize)got > CONFIG_FILE_BYTES_MAX ? EFBIG : 0;
        if (got <= 0 || *ret_error != 0) {
            break;
        }
        len += (gsize)got;
    }
    (void)close(fd);
    if (*ret_error != 0) {
        return NULL;
    }
    text[len] = '\0';
    *ret_len = len;
    return g_steal_pointer(&text);
}

ConfigFile *
config_file_read(const char *path, ConfigReport *report)
{
    gsize len = 0;
    int error = 0;
    g_autofree char *text = read_all(path, &len, &error);
    if (text == NULL) {
        config_report_add(report, path, 0, "cannot read it: %s", g_strerror(error));
        return NULL;
    }
    return config_file_parse(path, text, len, report);
}

void
config_file_free(ConfigFile *file)
{
    if (file == NULL) {
        return;
    }
    g_ptr_array_unref(file->sections);
    g_key_file_unref(file->values);
    g_free(file->path);
    g_free(file);
}

unsigned
config_file_line(const ConfigFile *file, const char *section_name, const char *key)
{
    const ConfigSection *section = file == NULL ? NULL : section_find(file, section_name);
    if (section == NULL) {
        return 0;
    }
    const ConfigEntry *entry = key == NULL ? NULL : entry_find(section, key);
    return entry == NULL ? section->line : entry->line;
}
