"""Names, types and comments of C, as all generated files write them."""

import textwrap

from contract import camel, snake

COLUMNS = 100
PLAIN = {"bool": "bool ", "i32": "int32_t ", "i64": "int64_t ", "double": "double ",
         "string": "LarderBytes ", "binary": "LarderBytes "}
LISTS = {"string": "LarderBytesList ", "binary": "LarderBytesList ", "i64": "LarderI64List "}
MAPS = {"string": "LarderTextPairList ", "i64": "LarderFigureList "}


def constant(enum, member):
    """LARDER_NOT_APPLIED_STALE_FENCE"""
    return f"LARDER_{snake(enum).upper()}_{member}"


def method_constant(method):
    return f"LARDER_METHOD_{method.name.upper()}"


def arguments_type(method):
    return f"Larder{camel(method.name)}Arguments"


def declaration(field, argument=False):
    """`int64_t limit`: a member of a struct, or an argument, where structs come by pointer."""
    kind = field.type.kind
    if kind in PLAIN:
        return PLAIN[kind] + field.name
    if kind == "enum":
        return f"Larder{field.type.name} {field.name}"
    if kind == "struct":
        if argument or field.optional:
            return f"const Larder{field.type.name} *{field.name}"
        return f"Larder{field.type.name} {field.name}"
    if kind == "map":
        return MAPS[field.type.element.kind] + field.name
    if field.type.element.kind == "struct":
        return f"Larder{field.type.element.name}List {field.name}"
    return LISTS[field.type.element.kind] + field.name


def has_member(field):
    """Whether a bool says that the field is there: pointers say it by themselves."""
    return field.optional and field.type.kind != "struct"


def comment(text, indent=""):
    """The lines of a comment; none for an empty text."""
    if not text:
        return []
    if len(indent) + len(text) + 6 <= COLUMNS:
        return [f"{indent}/* {text} */"]
    lines = textwrap.wrap(text, COLUMNS - len(indent) - 3, break_on_hyphens=False)
    return [f"{indent}/*"] + [f"{indent} * {line}" for line in lines] + [f"{indent} */"]


def call(head, parts, tail):
    """`head(part, part)tail`, wrapped as clang-format does."""
    lines, line = [], head + "("
    indent = " " * len(line)
    for number, part in enumerate(parts):
        end = ")" + tail if number == len(parts) - 1 else ","
        if line != indent and len(line) + len(part) + len(end) > COLUMNS:
            lines.append(line.rstrip())
            line = indent
        line += part + end + ("" if end != "," else " ")
    return lines + [line.rstrip()]
