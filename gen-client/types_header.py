"""Writes include/larder/types.h: the contract's constants, enums, structs and methods in plain C."""

from c_text import (arguments_type, comment, constant, declaration, has_member, method_constant)
from contract import snake

HEAD = """\
/*
 * types.h: the contract's enums, structs, arguments and results as plain C.
 *
 * Generated from thrift/larder.thrift by gen-client/generate.sh. Do not edit.
 *
 *   in the contract             here
 *   optional T x                bool has_x; T x;
 *   optional struct x           const T *x; NULL: it is absent
 *   string, binary              LarderBytes
 *   list<T>                     Larder<T>List, LarderBytesList, LarderI64List
 *   map<string, string>         LarderTextPairList; a name must not come twice
 *   map<string, i64>            LarderFigureList; the same
 *   enum                        an enum; a value that is not known here is read as its first one
 *   code of an exception        an enum, too; 0 when it is not known here (LarderReply.code has it)
 *   arguments of a method       Larder<Method>Arguments; structs come by pointer: NULL means all
 *                               defaults for `options`, a struct without fields for any other
 *
 * So a struct of options that is all zero means all defaults, and LARDER_SET() sets one of them:
 *
 *   LarderGetOptions options = {0};
 *   LARDER_SET(&options, deadline_ms, 250);
 *
 * A default in a comment is what the server takes when the field is absent.
 *
 * Ownership: nothing here owns memory. What requests point to is the caller's; what a reply points
 * to is the reply's.
 *
 * C99 and C++11.
 */
#ifndef LARDER_TYPES_H
#define LARDER_TYPES_H

#include <larder/bytes.h>

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

"""

PARTS = """\
/* Sets an optional member of the struct that `options` points to. */
#define LARDER_SET(options, field, value) \\
    ((void)((options)->has_##field = true, (options)->field = (value)))

/* Lists. `items` may be NULL when `count` is 0. */
typedef struct LarderBytesList {
    const LarderBytes *items;
    size_t count;
} LarderBytesList;

typedef struct LarderI64List {
    const int64_t *items;
    size_t count;
} LarderI64List;

/* An entry of a map of texts. */
typedef struct LarderTextPair {
    LarderBytes name;
    LarderBytes value;
} LarderTextPair;

typedef struct LarderTextPairList {
    const LarderTextPair *items;
    size_t count;
} LarderTextPairList;

/* An entry of a map of numbers. */
typedef struct LarderFigure {
    LarderBytes name;
    int64_t value;
} LarderFigure;

typedef struct LarderFigureList {
    const LarderFigure *items;
    size_t count;
} LarderFigureList;

"""

TAIL = """\
#ifdef __cplusplus
}
#endif

#endif
"""


def constant_lines(contract):
    for name, value, doc in contract.constants:
        yield from comment(doc)
        yield f"#define LARDER_{name} {value}"
    yield ""


def enum_lines(enum):
    yield from comment(enum.doc)
    yield f"typedef enum Larder{enum.name} {{"
    for name, value, doc in enum.members:
        yield from comment(doc, "    ")
        yield f"    {constant(enum.name, name)} = {value},"
    yield f"}} Larder{enum.name};"
    yield ""
    yield from comment('"{}", for instance; "unknown" for a number that is none.'.format(
        enum.members[0][0]))
    yield f"const char *larder_{snake(enum.name)}_name(int32_t value);"
    yield ""


def default_of(contract, field):
    if field.type.kind == "bool":
        return "true" if field.default == "1" else "false"
    if field.type.kind == "enum":
        for name, value, _ in contract.enums[field.type.name].members:
            if value == int(field.default):
                return name
    return field.default


def doc_of(contract, field):
    if field.default is None:
        return field.doc
    return f"{field.doc} Default: {default_of(contract, field)}.".strip()


def struct_lines(contract, struct, listed):
    name = f"Larder{struct.name}"
    yield from comment(struct.doc)
    yield f"typedef struct {name} {{"
    for field in struct.fields:
        yield from comment(doc_of(contract, field), "    ")
        if has_member(field):
            yield f"    bool has_{field.name};"
        yield f"    {declaration(field)};"
    yield f"}} {name};"
    yield ""
    if struct.name in listed:
        yield f"typedef struct {name}List {{"
        yield f"    const {name} *items;"
        yield "    size_t count;"
        yield f"}} {name}List;"
        yield ""


def method_lines(contract):
    yield "/* Every method of the three services. */"
    yield "typedef enum LarderMethod {"
    for number, method in enumerate(contract.methods):
        yield f"    {method_constant(method)} = {number},"
    yield "} LarderMethod;"
    yield ""
    yield f"#define LARDER_METHOD_COUNT {len(contract.methods)}"
    yield ""
    first = contract.methods[0]
    yield from comment(f'"{first.name}", for instance; "unknown" for a number that is none.')
    yield "const char *larder_method_name(LarderMethod method);"
    yield ""
    yield from comment(f'Its service: "{first.service}", for instance; "unknown" as above.')
    yield "const char *larder_method_service(LarderMethod method);"
    yield ""
    for method in contract.methods:
        yield from comment(f"Arguments of {method.name}.")
        yield f"typedef struct {arguments_type(method)} {{"
        for field in method.arguments:
            yield f"    {declaration(field, argument=True)};"
        yield f"}} {arguments_type(method)};"
        yield ""


def union_lines(contract):
    yield from comment("The result of a call: the member of its method.")
    yield "typedef union LarderResult {"
    yield "    const void *any;"
    for method in contract.methods:
        yield f"    const Larder{method.result} *{method.name};"
    yield "} LarderResult;"
    yield ""
    yield from comment("The exception that ended a call: the member of its outcome.")
    yield "typedef union LarderException {"
    yield "    const void *any;"
    for name in contract.methods[0].exceptions:
        yield f"    const Larder{name} *{snake(name)};"
    yield "} LarderException;"
    yield ""


def listed_structs(contract):
    fields = [field for struct in contract.structs.values() for field in struct.fields]
    fields += [field for method in contract.methods for field in method.arguments]
    return {field.type.element.name for field in fields
            if field.type.kind == "list" and field.type.element.kind == "struct"}


def write(contract):
    listed = listed_structs(contract)
    lines = list(constant_lines(contract))
    for enum in contract.enums.values():
        lines += enum_lines(enum)
    text = HEAD + "\n".join(lines) + "\n" + PARTS
    lines = []
    for struct in contract.structs.values():
        lines += struct_lines(contract, struct, listed)
    lines += method_lines(contract)
    lines += union_lines(contract)
    return text + "\n".join(lines) + "\n" + TAIL
