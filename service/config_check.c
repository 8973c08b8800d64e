/*
 * config_check.c: the rules that take more than one value.
 */
#include "service/config_check.h"

#include "service/address.h"

#include <string.h>

/* Where the values come from, and where findings go. */
typedef struct ConfigCheck {
    const Config *config;
    const ConfigFile *file;
    const ConfigOverrides *overrides;
    ConfigReport *report;
} ConfigCheck;

/* A list of addresses with its names in the file and on the command line. */
typedef struct ConfigAddresses {
    char **texts;
    const char *key;
    const char *option;
    bool overridden;
} ConfigAddresses;

G_GNUC_PRINTF(3, 4)
static void
found(const ConfigCheck *check, const ConfigAddresses *list, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (list->overridden || check->file == NULL) {
        config_report_add(check->report, list->option, 0, "%s", message);
        return;
    }
    config_report_add(check->report, check->file->path,
                      config_file_line(check->file, "server", list->key), "[server] %s: %s",
                      list->key, message);
}

/* Checks one list; the addresses are added to `seen`, which has those of the lists before. */
static void
check_addresses(const ConfigCheck *check, const ConfigAddresses *list, GArray *seen)
{
    for (guint i = 0; list->texts[i] != NULL; i++) {
        const char *text = list->texts[i];
        Address address;
        const char *problem = NULL;
        if (!address_parse(text, &address, &problem)) {
            found(check, list, "\"%s\" %s", text, problem);
            continue;
        }
        if (!address_is_local(&address) && check->config->settings.insecure_plaintext == 0) {
            found(check, list,
                  "\"%s\" can be reached from other machines, and nothing is encrypted; use a "
                  "loopback address or a unix socket, or set insecure_plaintext=true",
                  text);
        }
        for (guint j = 0; j < seen->len; j++) {
            if (address_is_same(&address, &g_array_index(seen, Address, j))) {
                found(check, list, "\"%s\" is listened on already", text);
            }
        }
        g_array_append_val(seen, address);
    }
}

static void
check_listeners(const ConfigCheck *check)
{
    const ConfigAddresses data = {check->config->listen, "listen", "--listen",
                                  check->overrides->listen != NULL};
    const ConfigAddresses admin = {check->config->admin_listen, "admin_listen", "--admin-listen",
                                   check->overrides->admin_listen != NULL};
    if (data.texts[0] == NULL) {
        found(check, &data, "needs at least one address");
    }
    g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(Address));
    check_addresses(check, &data, seen);
    check_addresses(check, &admin, seen);
}

static void
check_limits(const ConfigCheck *check)
{
    LimitsClash clashes[LIMITS_CLASHES_MAX];
    size_t count = limits_check(&check->config->limits, clashes);
    const char *where = check->file == NULL ? "limits" : check->file->path;
    for (size_t i = 0; i < count; i++) {
        config_report_add(check->report, where,
                          config_file_line(check->file, "limits", clashes[i].name),
                          "[limits] %s: %s", clashes[i].name, clashes[i].message);
    }
}

void
config_check(const Config *config, const ConfigFile *file, const ConfigOverrides *overrides,
             ConfigReport *report)
{
    const ConfigCheck check = {config, file, overrides, report};
    check_listeners(&check);
    check_limits(&check);
    if (config->stores->len > OBS_STORES_MAX) {
        config_report_add(report, file == NULL ? "stores" : file->path, 0, "%u stores; %d at most",
                          config->stores->len, OBS_STORES_MAX);
    }
    if (config->data_dir[0] == '\0') {
        config_report_add(report, file == NULL ? "--data-dir" : file->path,
                          config_file_line(file, "server", "data_dir"),
                          "[server] data_dir: needs the path of a directory");
    }
}
