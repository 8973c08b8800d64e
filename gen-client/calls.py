"""Writes include/larder/calls.h and gen-client/calls.c: a blocking and a pipelined function for every
method."""

from c_text import arguments_type, call, comment, declaration, method_constant

HEAD = """\
/*
 * calls.h: every method of the contract as a blocking and as a pipelined function.
 *
 * Generated from thrift/larder.thrift by gen-client/generate.sh. Do not edit.
 *
 *   larder_<method>()          as larder_client_call(): waits for the reply, which the caller frees
 *   larder_channel_<method>()  as larder_channel_call(): queues the call; false: the channel is
 *                              full
 *
 * `options` may be NULL, which means all defaults; any other pointer may be NULL, which means a
 * struct without fields (a range of every key, for instance). LarderReply.as has the result by the
 * method's name.
 */
#ifndef LARDER_CALLS_H
#define LARDER_CALLS_H

#include <larder/client.h>

#ifdef __cplusplus
extern "C" {
#endif

"""

TAIL = """\
#ifdef __cplusplus
}
#endif

#endif
"""

SOURCE_HEAD = """\
/*
 * calls.c: every method of the contract as a blocking and as a pipelined function. See calls.h.
 *
 * Generated from thrift/larder.thrift by gen-client/generate.sh. Do not edit.
 */
#include <larder/calls.h>
"""


def arguments_of(method):
    return [declaration(field, argument=True) for field in method.arguments]


def blocking(method):
    return call(f"LarderReply *larder_{method.name}",
                ["LarderClient *client"] + arguments_of(method), ";")


def pipelined(method):
    return call(f"bool larder_channel_{method.name}",
                ["LarderChannel *channel"] + arguments_of(method) +
                ["LarderCallback *callback", "void *context"], ";")


def write_header(contract):
    lines, service = [], None
    for method in contract.methods:
        if method.service != service:
            service = method.service
            lines += [f"/* {service}. */", ""]
        lines += comment(method.doc) + blocking(method) + pipelined(method) + [""]
    return HEAD + "\n".join(lines) + "\n" + TAIL


def definition(method, kind, name, first, last, call_of):
    head = call(name, [first] + arguments_of(method) + last, "")
    names = ", ".join(field.name for field in method.arguments)
    return ["", kind] + head + ["{", f"    const {arguments_type(method)} arguments = {{{names}}};",
                                *call_of, "}"]


def write_source(contract):
    lines = []
    for method in contract.methods:
        number = method_constant(method)
        lines += definition(method, "LarderReply *", f"larder_{method.name}", "LarderClient *client",
                            [], call("    return larder_client_call",
                                     ["client", number, "&arguments"], ";"))
        lines += definition(method, "bool", f"larder_channel_{method.name}",
                            "LarderChannel *channel", ["LarderCallback *callback", "void *context"],
                            call("    return larder_channel_call",
                                 ["channel", number, "&arguments", "callback", "context"], ";"))
    return SOURCE_HEAD + "\n".join(lines) + "\n"
