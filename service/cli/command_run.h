/*
 * command_run.h: what the commands do: one function each, named like the command.
 *
 * Each prints its results and says how it ended. The arguments have been counted and the options
 * checked before (parse.h).
 *
 * Threading: one call at a time.
 */
#ifndef LARDER_SERVICE_CLI_COMMAND_RUN_H
#define LARDER_SERVICE_CLI_COMMAND_RUN_H

#include "service/cli/command.h"

/* command_read.c */
CliStatus cli_run_get(CliCall *call);
CliStatus cli_run_mget(CliCall *call);

/* command_write.c */
CliStatus cli_run_put(CliCall *call);
CliStatus cli_run_remove(CliCall *call);
CliStatus cli_run_touch(CliCall *call);
CliStatus cli_run_incr(CliCall *call);
CliStatus cli_run_append(CliCall *call);

/* command_scan.c */
CliStatus cli_run_scan(CliCall *call);

/* command_range.c */
CliStatus cli_run_remove_range(CliCall *call);
CliStatus cli_run_range_info(CliCall *call);
CliStatus cli_run_checksum(CliCall *call);

/* command_batch.c */
CliStatus cli_run_batch(CliCall *call);
CliStatus cli_run_bulk(CliCall *call);

/* command_import.c, command_export.c */
CliStatus cli_run_import(CliCall *call);
CliStatus cli_run_export(CliCall *call);

/* command_server.c */
CliStatus cli_run_info(CliCall *call);
CliStatus cli_run_stores(CliCall *call);
CliStatus cli_run_limits(CliCall *call);
CliStatus cli_run_ping(CliCall *call);

/* command_store.c: what cli_run_info() shows of a store */
CliStatus cli_info_store(CliCall *call, const char *name);

/* command_maintain.c */
CliStatus cli_run_flush(CliCall *call);
CliStatus cli_run_compact(CliCall *call);
CliStatus cli_run_verify(CliCall *call);
CliStatus cli_run_jobs(CliCall *call);

/* command_admin.c */
CliStatus cli_run_stats(CliCall *call);
CliStatus cli_run_health(CliCall *call);
CliStatus cli_run_metrics(CliCall *call);
CliStatus cli_run_drain(CliCall *call);

/* command_watch.c */
CliStatus cli_run_watch(CliCall *call);

/* command_session.c */
CliStatus cli_run_use(CliCall *call);
CliStatus cli_run_help(CliCall *call);
CliStatus cli_run_exit(CliCall *call);

#endif
