/*
 * socket.h: a server as the target of load, over TCP or a unix socket.
 *
 * Opening asks the server for server_info, so that a wrong address, a wrong store and a value size
 * over the server's limit are found before any load is sent.
 */
#ifndef LARDER_LOADGEN_SOCKET_H
#define LARDER_LOADGEN_SOCKET_H

#include "loadgen/options.h"
#include "loadgen/target.h"

/* The options are borrowed for the target's life. Blocks, at most for the options' timeout. */
BaseStatus load_socket_open(const LoadOptions *options, LoadTarget **ret_target);

#endif
