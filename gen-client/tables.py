"""Writes gen-client/schema.c, the contract as the tables of service/client/schema.h, and names.c."""

from c_text import arguments_type, has_member, method_constant
from contract import fail, snake

SCHEMA_HEAD = """\
/*
 * schema.c: the contract as tables. See service/client/schema.h.
 *
 * Generated from thrift/larder.thrift by gen-client/generate.sh. Do not edit.
 */
#include "service/client/schema.h"

/* A member that is always there; one with a bool beside it; a pointer that may be NULL. */
#define MUST(kind, type, member)  kind, false, offsetof(type, member), 0
#define MAY(kind, type, member)   kind, true, offsetof(type, member), offsetof(type, has_##member)
#define MAY_POINT(type, member)   CLIENT_POINTER, true, offsetof(type, member), 0
"""

NAMES_HEAD = """\
/*
 * names.c: names of methods and enum values. See types.h.
 *
 * Generated from thrift/larder.thrift by gen-client/generate.sh. Do not edit.
 */
#include "service/client/schema.h"

const char *
larder_method_name(LarderMethod method)
{
    const ClientMethod *known = client_schema_method(method);
    return known == NULL ? "unknown" : (const char *)known->name.data;
}

const char *
larder_method_service(LarderMethod method)
{
    const ClientMethod *known = client_schema_method(method);
    return known == NULL ? "unknown" : known->service;
}

static const char *
name_of(const char *const *names, size_t count, int32_t value)
{
    return value >= 0 && (size_t)value < count && names[value] != NULL ? names[value] : "unknown";
}
"""

KINDS = {"bool": "CLIENT_BOOL", "i32": "CLIENT_I32", "i64": "CLIENT_I64", "double": "CLIENT_DOUBLE",
         "string": "CLIENT_BYTES", "binary": "CLIENT_BYTES", "enum": "CLIENT_ENUM"}
LISTS = {"string": "CLIENT_BYTES_LIST", "binary": "CLIENT_BYTES_LIST", "i64": "CLIENT_I64_LIST",
         "struct": "CLIENT_STRUCT_LIST"}
MAPS = {"string": "CLIENT_TEXT_MAP", "i64": "CLIENT_FIGURE_MAP"}
FLAT = ("bool", "i32", "i64", "double", "string", "binary", "enum")
# Arguments that hold keys.
KEY_HOLDERS = ("key", "keys", "range", "ranges", "mutations")
ID_MAX = 31


def kind_of(field, argument):
    kind = field.type.kind
    if kind == "struct":
        return "CLIENT_POINTER" if argument or field.optional else "CLIENT_STRUCT"
    if kind == "list":
        return LISTS[field.type.element.kind]
    if kind == "map":
        return MAPS[field.type.element.kind]
    return KINDS[kind]


def detail_of(contract, field, in_exception):
    """What the union of a field holds."""
    if field.type.kind == "enum":
        values = [value for _, value, _ in contract.enums[field.type.name].members]
        if min(values) < 0 or max(values) > 31:
            fail(f"{field.type.name} has values beyond 0 to 31")
        known = sum(1 << value for value in values)
        return f"{{.values = {{{known:#x}, {0 if in_exception else values[0]}}}}}"
    if field.type.kind == "struct":
        return f"{{&{snake(field.type.name)}}}"
    if field.type.kind == "list" and field.type.element.kind == "struct":
        return f"{{&{snake(field.type.element.name)}}}"
    return "{NULL}"


def is_flat(contract, fields, argument=False):
    for field in fields:
        if field.type.kind in FLAT:
            continue
        if argument or field.optional or field.type.kind != "struct":
            return False
        if not is_flat(contract, contract.structs[field.type.name].fields):
            return False
    return True


def struct_lines(contract, c_type, name, fields, argument=False, in_exception=False):
    yield f"static const ClientField {name}_fields[] = {{"
    for field in fields:
        if not 1 <= field.number <= ID_MAX:
            fail(f"{name}.{field.name} has an id beyond 1 to {ID_MAX}")
        kind = kind_of(field, argument)
        optional = field.name == "options" if argument else field.optional
        if kind == "CLIENT_POINTER" and optional:
            member = f"MAY_POINT({c_type}, {field.name})"
        elif has_member(field):
            member = f"MAY({kind}, {c_type}, {field.name})"
        else:
            member = f"MUST({kind}, {c_type}, {field.name})"
        yield f"    [{field.number}] = {{{member}, {detail_of(contract, field, in_exception)}}},"
    yield "};"
    yield ""
    blanks = sum(1 << field.number for field in fields
                 if kind_of(field, argument) in ("CLIENT_BYTES", "CLIENT_STRUCT"))
    leads = not argument and not in_exception and not fields[0].optional
    flat = is_flat(contract, fields, argument)
    yield f"static const ClientStruct {name} = {{"
    yield f"    .fields = {name}_fields,"
    yield f"    .size = sizeof({c_type}),"
    yield f"    .id_max = {max(field.number for field in fields)},"
    yield f"    .flat = {str(flat).lower()},"
    yield f"    .leads = {str(leads).lower()},"
    yield f"    .blanks = {blanks:#x},"
    yield "};"
    yield ""


def field_of(struct, fields, names):
    """Initialiser of a pointer to the field of one of these names, or None."""
    for field in fields:
        if field.name in names:
            return f"&{struct}_fields[{field.number}]"
    return None


def method_lines(contract, method):
    arguments = f"{method.name}_arguments"
    members = [
        ("name", f'{{(const uint8_t *)"{method.name}", {len(method.name)}}}'),
        ("service", f'"{method.service}"'),
        ("reads", str(method.reads).lower()),
        ("arguments", f"&{arguments}"),
        ("result", f"&{snake(method.result)}"),
        ("store", field_of(arguments, method.arguments, ("store",))),
        ("key", field_of(arguments, method.arguments, KEY_HOLDERS)),
        ("key_holder", next((f"CLIENT_HOLDS_{field.name.upper()}" for field in method.arguments
                             if field.name in KEY_HOLDERS), None)),
        ("options", field_of(arguments, method.arguments, ("options",))),
    ]
    last = method.arguments[-1]
    if last.name == "options":
        fields = contract.structs[last.type.name].fields
        for name in ("deadline_ms", "request_id", "condition"):
            members.append((name, field_of(snake(last.type.name), fields, (name,))))
    yield f"    [{method_constant(method)}] = {{"
    for name, value in members:
        if value is not None:
            yield f"        .{name} = {value},"
    yield "    },"


def check_results(contract):
    """Absent members of results are zero, so none may have another default."""
    open_names = [method.result for method in contract.methods] + contract.methods[0].exceptions
    seen = set()
    while open_names:
        name = open_names.pop()
        if name in seen:
            continue
        seen.add(name)
        for field in contract.structs[name].fields:
            if field.default is not None:
                fail(f"{name}.{field.name}: a result with a default")
            inner = field.type.element if field.type.kind in ("list", "map") else field.type
            if inner.kind == "struct":
                open_names.append(inner.name)


def write_schema(contract):
    check_results(contract)
    lines = []
    for struct in contract.structs.values():
        lines += struct_lines(contract, f"Larder{struct.name}", snake(struct.name), struct.fields,
                              in_exception=struct.is_exception)
    for method in contract.methods:
        lines += struct_lines(contract, arguments_type(method), f"{method.name}_arguments",
                              method.arguments, argument=True)
    lines.append("const ClientMethod client_schema_methods[LARDER_METHOD_COUNT] = {")
    for method in contract.methods:
        lines += method_lines(contract, method)
    lines += ["};", ""]
    lines.append("const ClientStruct *const client_schema_exceptions[CLIENT_EXCEPTION_COUNT + 1] = {")
    for number, name in enumerate(contract.methods[0].exceptions, 1):
        lines.append(f"    [{number}] = &{snake(name)},")
    lines.append("};")
    return SCHEMA_HEAD + "\n" + "\n".join(lines) + "\n"


def write_names(contract):
    lines = []
    for enum in contract.enums.values():
        lines += ["", "const char *", f"larder_{snake(enum.name)}_name(int32_t value)", "{",
                  "    static const char *const names[] = {"]
        lines += [f'        [{value}] = "{name}",' for name, value, _ in enum.members]
        lines += ["    };", "    return name_of(names, sizeof names / sizeof names[0], value);", "}"]
    return NAMES_HEAD + "\n".join(lines) + "\n"
