/*
 * socket.h: a server as the target of load, over TCP or a unix socket.
 *
 * Opening asks the server for server_info, so that a wrong address, a wrong store and a value size
 * over the server's limit are found before any load is sent.
 *
 * There may be several servers. Each worker goes to one of them with all of its connections, so
 * that each of its records lives on one server and is checked as exactly as with one. What the
 * target says of itself is what the last server said.
 */
#ifndef LARDER_LOADGEN_SOCKET_H
#define LARDER_LOADGEN_SOCKET_H

#include "loadgen/options.h"
#include "loadgen/target.h"

/* The options are borrowed for the target's life. Blocks, at most for the options' timeout. */
BaseStatus load_socket_open(const LoadOptions *options, LoadTarget **ret_target);

#endif
