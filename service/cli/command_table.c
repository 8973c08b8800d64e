/*
 * command_table.c: the table of commands. See command.h.
 *
 * In the order of help: reading, writing, many keys, files, the server, the session.
 */
#include "service/cli/command_table.h"

#include "service/cli/command_run.h"

enum {
    GROUP_ONE_KEY_WRITE =
        CLI_GROUP_DEADLINE | CLI_GROUP_CONDITION | CLI_GROUP_RETURN | CLI_GROUP_WRITE,
};

const CliCommand cli_command_table[] = {
    {"get", NULL, "STORE KEY", CLI_GROUP_DEADLINE | CLI_GROUP_GET | CLI_GROUP_LONG,
     CLI_COMMAND_PAGED, cli_run_get, "read one key",
     "Prints the value. Exit status 1: there is no such key, or its version is that of\n"
     "--if-version-not.",
     "larder get default greeting             the value, escaped\n"
     "larder get default picture --raw >a.png its bytes and nothing else\n"
     "larder get default greeting --long      version, expiry and length, too\n"
     "larder get default log --offset=1M --length=64K\n"},
    {"mget", "multi-get", "STORE [KEY...]", CLI_GROUP_DEADLINE | CLI_GROUP_MGET | CLI_GROUP_LONG,
     CLI_COMMAND_PAGED, cli_run_mget, "read many keys at one version",
     "Prints key, tab, value, in the order of the keys; keys that are not there are named on the\n"
     "standard error, and make the exit status 1.",
     "larder mget default a b c\n"
     "larder scan default --keys-only --prefix=user: | larder mget default --from=-\n"},
    {"put", NULL, "STORE KEY VALUE", GROUP_ONE_KEY_WRITE | CLI_GROUP_EXPIRY | CLI_GROUP_PUT,
     CLI_COMMAND_SECRET, cli_run_put, "set a key to a value",
     "The value @FILE is the contents of a file, - is the standard input; both are taken as they\n"
     "are. Exit status 1: the condition does not hold, and nothing was changed.",
     "larder put default greeting 'hello\\n'\n"
     "larder put default picture @cat.png\n"
     "date | larder put default now - --ttl=1h\n"
     "larder put default lock $$ --if-absent --ttl=30s\n"
     "larder put default page @new --if-version=17 --return-current\n"},
    {"remove", "rm", "STORE KEY", GROUP_ONE_KEY_WRITE | CLI_GROUP_REMOVE, 0, cli_run_remove,
     "remove a key",
     "Removing a key that is not there is fine; the output says so, unless --blind is given.",
     "larder remove default greeting\n"
     "larder rm default page --if-version=17\n"},
    {"touch", "expire", "STORE KEY", GROUP_ONE_KEY_WRITE | CLI_GROUP_TOUCH, 0, cli_run_touch,
     "change when a key expires", "Takes one of --ttl, --expire-at and --no-ttl.",
     "larder touch default session:7 --ttl=30m\n"
     "larder expire default offer --expire-at=2030-01-31T12:00:00Z\n"
     "larder touch default page --no-ttl\n"},
    {"incr", "increment", "STORE KEY [DELTA]",
     GROUP_ONE_KEY_WRITE | CLI_GROUP_EXPIRY | CLI_GROUP_INCREMENT, 0, cli_run_incr,
     "add to a counter and print the sum",
     "A counter is a value of 8 bytes, big-endian. DELTA is 1 unless given. Exit status 1: the\n"
     "value is no counter, or the sum is not within its bounds; nothing was changed.",
     "larder incr default visits\n"
     "larder incr default stock -3 --lowest=0\n"
     "larder incr default tries --ttl=1m --highest=5\n"},
    {"append", NULL, "STORE KEY VALUE", GROUP_ONE_KEY_WRITE | CLI_GROUP_EXPIRY | CLI_GROUP_APPEND,
     CLI_COMMAND_SECRET, cli_run_append, "append to a value and print its length",
     "The value may be @FILE or -, as for put.",
     "larder append default log 'started\\n'\n"
     "larder append default log - --max-length=1M <more\n"},
    {"scan", NULL, "STORE", CLI_GROUP_DEADLINE | CLI_GROUP_RANGE | CLI_GROUP_SCAN | CLI_GROUP_LONG,
     CLI_COMMAND_PAGED, cli_run_scan, "list the records of a range, in order",
     "Prints key, tab, value, one record a line; --long: key, version, expiry, length, value. "
     "Ends\n"
     "after --limit records and says how to go on, or with --all at the end of the range. Every\n"
     "page reads one version, the next page the latest by then.",
     "larder scan default --prefix=user:\n"
     "larder scan default --start=a --stop=b --keys-only --all\n"
     "larder scan default --prefix=log: --reverse --limit=10\n"
     "larder scan default --count\n"},
    {"remove-range", NULL, "STORE",
     CLI_GROUP_DEADLINE | CLI_GROUP_RANGE | CLI_GROUP_REMOVE_RANGE | CLI_GROUP_WRITE, 0,
     cli_run_remove_range, "remove every key of a range, in one commit",
     "A range without --prefix, --start or --stop is the whole store and needs --everything.",
     "larder remove-range default --prefix=tmp: --dry-run\n"
     "larder remove-range default --prefix=tmp:\n"},
    {"range-info", NULL, "STORE", CLI_GROUP_DEADLINE | CLI_GROUP_RANGE | CLI_GROUP_RANGE_INFO, 0,
     cli_run_range_info, "about how many keys and bytes a range has, and where to split it", NULL,
     "larder range-info default --prefix=user:\n"
     "larder range-info default --split=64M\n"},
    {"checksum", NULL, "STORE", CLI_GROUP_DEADLINE | CLI_GROUP_RANGE, 0, cli_run_checksum,
     "checksum of the live records of a range, at one version",
     "Equal records have equal checksums, whatever their versions. It is the one in the trailer "
     "of\n"
     "a raw export.",
     "larder checksum default\n"
     "larder checksum default --prefix=user: --json\n"},
    {"batch", NULL, "STORE FILE", CLI_GROUP_DEADLINE | CLI_GROUP_RETURN | CLI_GROUP_WRITE, 0,
     cli_run_batch, "apply guards and mutations together or not at all",
     "The file has one JSON object per line; - is the standard input. Keys and values are "
     "strings,\n"
     "or {\"base64\":\"...\"}. Exit status 1: a guard failed, and nothing was changed.\n"
     "\n"
     "  {\"op\":\"guard\",\"key\":\"a\",\"if_version\":17}\n"
     "  {\"op\":\"put\",\"key\":\"a\",\"value\":\"x\",\"ttl_ms\":60000}\n"
     "  {\"op\":\"remove\",\"key\":\"b\"}\n"
     "  {\"op\":\"increment\",\"key\":\"n\",\"delta\":-1}\n"
     "  {\"op\":\"remove_range\",\"key\":\"c\",\"stop\":\"d\"}\n"
     "\n"
     "Conditions: if_absent, if_present (true), if_version, if_version_at_most, if_value; on any\n"
     "line but remove_range. Expiry of put and increment: ttl_ms, expires_at_ms, keep_ttl (true).",
     "larder batch default transfer.jsonl\n"
     "printf '{\"op\":\"remove\",\"key\":\"a\"}\\n' | larder batch default -\n"},
    {"bulk", NULL, "STORE FILE", CLI_GROUP_DEADLINE | CLI_GROUP_WRITE, 0, cli_run_bulk,
     "apply many mutations, each on its own",
     "Takes the lines of batch without guards, in any number. Mutations whose condition does not\n"
     "hold are counted, and make the exit status 1. With --json every mutation that was not "
     "applied\n"
     "is a line of its own.",
     "larder bulk default mutations.jsonl\n"},
    {"import", NULL, "STORE FILE", CLI_GROUP_IMPORT, 0, cli_run_import,
     "write the records of a file",
     "The file is what export wrote, or JSON Lines with key, value and expires_at_ms; - is the\n"
     "standard input. How far it is gets noted in FILE.resume, which goes away in the end: an\n"
     "import that was interrupted or killed goes on with --resume. Records are put, so that one\n"
     "that is written twice is the same; with --if-absent, those that are there stay.",
     "larder import default backup.jsonl\n"
     "larder import default backup.raw --connections=8 --verify\n"
     "larder import default backup.raw --resume\n"
     "zcat backup.gz | larder import default -\n"},
    {"export", NULL, "STORE FILE", CLI_GROUP_RANGE | CLI_GROUP_EXPORT, 0, cli_run_export,
     "write the records of a range to a file",
     "Writes FILE.part, and renames it when it is complete; - is the standard output. An export\n"
     "that was interrupted goes on with --resume. Every page reads the version that is the latest\n"
     "by then: records that are written meanwhile are in the file or not, each on its own. There "
     "is\n"
     "no export of one version as long as the server has no snapshots; --verify says whether the\n"
     "store is what the file says, which it is only if nobody wrote.",
     "larder export default backup.jsonl\n"
     "larder export default backup.raw --format=raw --verify\n"
     "larder export default - --prefix=user: | gzip >users.gz\n"},
    {"info", NULL, "[STORE]", 0, CLI_COMMAND_PAGED, cli_run_info,
     "what the server is and serves, or how a store is",
     "With STORE: size, amplification, cache, stalls, the levels of its tree and how long syncs of "
     "its\n"
     "log take, as far as its engine has them; stats has every figure. Asks the admin port then.",
     "larder info\n"
     "larder info default\n"
     "larder info --json | jq .server_version\n"},
    {"stores", NULL, "", 0, 0, cli_run_stores, "the stores of the server", NULL, "larder stores\n"},
    {"limits", NULL, "", 0, CLI_COMMAND_PAGED, cli_run_limits,
     "the limits of the server, and why they are", NULL, "larder limits\n"},
    {"ping", NULL, "", CLI_GROUP_PING, 0, cli_run_ping, "how long a call takes",
     "Once, or with --times or --interval again and again, and then the percentiles.",
     "larder ping\n"
     "larder ping --times=1000 --interval=0\n"},
    {"stats", NULL, "STORE", 0, CLI_COMMAND_ADMIN | CLI_COMMAND_PAGED, cli_run_stats,
     "figures of a store: size, latencies, its engine", NULL,
     "larder stats default\n"
     "larder watch --interval=10s stats default\n"},
    {"flush", NULL, "STORE", CLI_GROUP_JOB, CLI_COMMAND_ADMIN, cli_run_flush,
     "write what is only in memory to files", NULL, "larder flush default\n"},
    {"compact", NULL, "STORE", CLI_GROUP_RANGE | CLI_GROUP_JOB, CLI_COMMAND_ADMIN, cli_run_compact,
     "merge the files of a range and reclaim what is dead",
     "Takes as long as reading and writing the range takes; the store goes on serving.",
     "larder compact default\n"
     "larder compact default --prefix=log: --no-wait\n"},
    {"verify", NULL, "STORE", CLI_GROUP_JOB, CLI_COMMAND_ADMIN, cli_run_verify,
     "read every file of a store and check it",
     "Exit status 6: something is damaged. For a store that does not open there is larderd "
     "--verify.",
     "larder verify default\n"},
    {"jobs", NULL, "", 0, CLI_COMMAND_ADMIN, cli_run_jobs, "what runs, and ran lately", NULL,
     "larder jobs\n"},
    {"health", NULL, "", 0, CLI_COMMAND_ADMIN, cli_run_health,
     "is the server alive and ready for traffic?", "Exit status 1: it is not ready.",
     "larder health\n"},
    {"metrics", NULL, "", 0, CLI_COMMAND_ADMIN | CLI_COMMAND_PAGED, cli_run_metrics,
     "every metric, in the Prometheus text format", NULL, "larder metrics | grep larder_\n"},
    {"drain", NULL, "", CLI_GROUP_DRAIN, CLI_COMMAND_ADMIN, cli_run_drain,
     "stop taking data connections and requests",
     "The server goes on answering Admin and Observe. Exit status 1: requests are still under way.",
     "larder drain --wait=30s\n"},
    {"watch", NULL, "COMMAND...", CLI_GROUP_WATCH, 0, cli_run_watch,
     "repeat a command and show what changes",
     "Prints the output once, then the lines that went (-) and came (+), each time with the hour.\n"
     "With --json, the new lines only. Options of the watch come before the command.",
     "larder watch get default greeting\n"
     "larder watch --interval=5s scan default --prefix=job: --keys-only\n"},
    {"use", NULL, "STORE", 0, CLI_COMMAND_SHELL, cli_run_use,
     "choose a store: the commands after it take no STORE", NULL, "use sessions\n"},
    {"help", NULL, "[COMMAND]", 0, CLI_COMMAND_PAGED, cli_run_help,
     "what there is, or how a command works", NULL, "larder help put\n"},
    {"exit", "quit", "", 0, CLI_COMMAND_SHELL, cli_run_exit, "leave; so does Ctrl-D", NULL,
     "exit\n"},
};

const size_t cli_command_count = sizeof cli_command_table / sizeof cli_command_table[0];
