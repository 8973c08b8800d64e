#!/usr/bin/env python3
"""Writes the table of methods, larder_methods.h, from the output of `thrift --gen json`.

usage: methods.py larder.json > larder_methods.h
"""

import json
import sys

# typeId of the JSON -> WireType without its prefix.
TYPES = {"bool": "BOOL", "byte": "BYTE", "i8": "BYTE", "i16": "I16", "i32": "I32", "i64": "I64",
         "double": "DOUBLE", "enum": "I32", "string": "BYTES", "binary": "BYTES",
         "struct": "STRUCT", "list": "LIST", "set": "SET", "map": "MAP"}

HEAD = """\
/*
 * larder_methods.h: every method of the contract with its arguments, as a table.
 *
 * Generated from thrift/larder.thrift by gen-c_glib/generate.sh. Do not edit.
 *
 * LARDER_METHODS(METHOD, ARGUMENT, END) expands for each method to
 *
 *   METHOD(Service, service, name)        METHOD(Store, store, put)
 *   ARGUMENT(id, name, TYPE, PRESENCE)    ARGUMENT(2, key, BYTES, REQUIRED)   once per argument
 *   END()
 *
 * TYPE is a WireType without its prefix. An argument named `options` is OPTIONAL, all others are
 * REQUIRED. The generated structs of a method are larder_rpc_<service>_<name>_args and _result.
 */
#ifndef LARDER_METHODS_H
#define LARDER_METHODS_H

"""


def lines_of(service):
    name = service["name"]
    for function in service["functions"]:
        yield f"METHOD({name}, {name.lower()}, {function['name']})"
        for argument in function["arguments"]:
            presence = "OPTIONAL" if argument["name"] == "options" else "REQUIRED"
            kind = TYPES[argument["typeId"]]
            yield f"ARGUMENT({argument['key']}, {argument['name']}, {kind}, {presence})"
        yield "END()"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        contract = json.load(file)
    lines = ["#define LARDER_METHODS(METHOD, ARGUMENT, END)"]
    for service in contract["services"]:
        lines += ["    " + line for line in lines_of(service)]
    sys.stdout.write(HEAD)
    sys.stdout.write("\n".join(f"{line:<98} \\" for line in lines[:-1]))
    sys.stdout.write(f"\n{lines[-1]}\n\n#define LARDER_METHOD_COUNT "
                     f"{sum(len(service['functions']) for service in contract['services'])}\n\n#endif\n")


if __name__ == "__main__":
    main()
