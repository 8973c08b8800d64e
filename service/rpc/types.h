/*
 * types.h: makes the classes of generated code ready for threads.
 *
 * Generated code registers each class when it is first asked for, without a lock. Two threads that
 * meet there would register it twice, so the main thread asks for all of them before there are
 * others, and keeps a reference so that none is ever set up again.
 */
#ifndef LARDER_SERVICE_RPC_TYPES_H
#define LARDER_SERVICE_RPC_TYPES_H

/*
 * Registers every class that requests and replies of the three services use. In the main thread,
 * before the first lane; again is harmless.
 */
void rpc_types_init(void);

#endif
