/*
 * config_file.h: a configuration file as a list of entries that know their lines.
 *
 * The format is that of GKeyFile: sections in brackets, key=value, comments behind #, lists
 * separated by semicolons, the escapes \s \n \t \r \\. GKeyFile reads the values; since it
 * neither knows lines nor minds duplicates, a scan of its own in front of it finds where each key
 * stands and what is no line of the format at all.
 *
 * Threading: one owner at a time. Uses GLib's aborting allocator: not for request paths.
 */
#ifndef LARDER_SERVICE_CONFIG_FILE_H
#define LARDER_SERVICE_CONFIG_FILE_H

#include "service/config_report.h"

/* A longer file is not a configuration. */
enum { CONFIG_FILE_BYTES_MAX = 1024 * 1024 };

/* key=value in a section. */
typedef struct ConfigEntry {
    char *key;
    unsigned line; /* from 1 */
} ConfigEntry;

typedef struct ConfigSection {
    char *name; /* without the brackets */
    unsigned line;
    GArray *entries; /* of ConfigEntry */
} ConfigSection;

typedef struct ConfigFile {
    char *path;
    GPtrArray *sections; /* of ConfigSection *, in the file's order; names and keys are unique */
    GKeyFile *values;
} ConfigFile;

/*
 * Reads a file. NULL, with problems in the report: it cannot be read, or is not of the format.
 * Duplicate sections and keys are reported and left out, so what follows is checked too.
 */
ConfigFile *config_file_read(const char *path, ConfigReport *report);

/* The same of text in memory; `path` is for messages. */
ConfigFile *config_file_parse(const char *path, const char *text, gsize len, ConfigReport *report);

/* Takes NULL. */
void config_file_free(ConfigFile *file);

/* Where a key stands, or its section; 0 when neither is in the file. */
unsigned config_file_line(const ConfigFile *file, const char *section, const char *key);

#endif
