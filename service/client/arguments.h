/*
 * arguments.h: what the arguments of a call say, whatever its method.
 *
 * For those who trace calls, bound their time and decide whether they may be sent again. All take
 * the Larder<Method>Arguments of a method that exists, and borrow from them.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_SERVICE_CLIENT_ARGUMENTS_H
#define LARDER_SERVICE_CLIENT_ARGUMENTS_H

#include "service/client/schema.h"

/* The store that is called; empty when the method has none. */
LarderBytes client_arguments_store(const ClientMethod *method, const void *arguments);

/* The first key, or the first one of the range; empty when there is none. */
LarderBytes client_arguments_key(const ClientMethod *method, const void *arguments);

/* options.deadline_ms; 0 when it is absent. */
int64_t client_arguments_deadline_ms(const ClientMethod *method, const void *arguments);

/* options.request_id; empty when it is absent. */
LarderBytes client_arguments_request_id(const ClientMethod *method, const void *arguments);

/*
 * Whether the conditions of a write keep it from being applied twice within call_ms: once it was,
 * they do not hold any more, so sending it again is safe. They must be on a key that the call
 * itself writes, for bulk_write on every mutation. So they limit:
 *
 *   version_equal  yes: no version comes twice
 *   absent         yes, for a write that leaves the key there, in batch and bulk_write for call_ms
 *   value_equal    yes, for a write that changes the value
 *   others         no: they may hold afterwards as before
 *
 * Nobody but the caller can know whether others undo the write in the meantime, so that `absent` or
 * `value_equal` hold again; who minds uses versions. "No" may be said of a large call for want of
 * time to compare all its keys.
 */
bool client_arguments_self_limiting(const ClientMethod *method, const void *arguments,
                                    int64_t call_ms);

#endif
