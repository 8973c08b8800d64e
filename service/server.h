/*
 * server.h: a running server: stores, services, endpoints, housekeeping.
 *
 * Started from a configuration, ended in the reverse order. It reacts to no signal and ends no
 * process: that is the program's part (program.h).
 *
 * Threading: everything belongs to the main thread, except what comments of server.c say of the
 * hooks that management calls.
 */
#ifndef LARDER_SERVICE_SERVER_H
#define LARDER_SERVICE_SERVER_H

#include "engine/env/env.h"
#include "service/config.h"
#include "service/rpc/observer.h"

typedef struct Server Server;

/* What a test puts into a server. All zero: nothing. */
typedef struct ServerParts {
    const BaseClock *clock;      /* NULL: the real one */
    const Env *env;              /* where data_dir is; NULL: the file system */
    const RpcObserver *observer; /* of every call, behind those of the server; NULL: none */
} ServerParts;

/* Why a server cannot start: an exit status (program.h), and what to do, for people. */
typedef struct ServerFault {
    int exit_status;
    char message[768];
} ServerFault;

/*
 * Opens the data directory and every store, then listens. Takes `config` over, whatever happens.
 * `parts` (NULL: none) outlive the server. NULL: *ret_fault says why, and nothing is left.
 */
Server *server_start(Config *config, const ServerParts *parts, ServerFault *ret_fault);

/* The i-th address that is listened on, with the port that was found; NULL: there are no more. */
const char *server_data_address(const Server *server, size_t i);
const char *server_admin_address(const Server *server, size_t i);

/*
 * Applies what can change while the server runs: limits and settings that are LIVE, live options of
 * engines, new stores. Logs what changed, and what has to wait for a restart. Takes `config` over.
 */
void server_reload(Server *server, Config *config);

/*
 * Stops taking data connections and requests; those under way are finished. Again is harmless. From
 * any thread.
 */
void server_drain_begin(Server *server);

/* Closes every data connection as a cut cable would. From any thread. */
void server_cut(Server *server);

/* Whether no data connection is left. */
bool server_is_drained(const Server *server);

/* Milliseconds that a drain may take, as configured. */
int64_t server_drain_ms(const Server *server);

/* Ends everything: requests being executed finish, those that wait are dropped. Takes NULL. */
void server_stop(Server *server);

#endif
