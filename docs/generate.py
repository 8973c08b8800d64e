#!/usr/bin/env python3
"""Writes api.md, the reference of every method, from the contract.

usage: generate.py larder.xml larder.json > api.md

The two are what `thrift --gen xml` and `thrift --gen json` make of thrift/larder.thrift: the first says
which enum a field has, the second keeps the line breaks of the comments.
"""

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "gen-client"))

import contract  # noqa: E402

HEAD = """\
<!-- Generated from thrift/larder.thrift by docs/generate.py; `./dev gen` does it. Do not edit. -->
# API reference

All that can be called, from the comments of the contract, [`thrift/larder.thrift`](../thrift/larder.thrift).
Programs in ten languages that call it are in [languages.md](languages.md). What a server serves of it is
in the `methods` of its [`server_info`](#storeserver_info); every other method answers
[`InvalidRequest`](#invalidrequest) with code `UNSUPPORTED`.

In C, `put` is `larder_put()`, or `larder_channel_put()` when it is not to block; the structs below are those
of `<larder/types.h>` with `Larder` in front of their names. In other languages names are as written here.
"""

# What the contract says once, in its rules, and not at every field.
NOTES = {
    "deadline_ms": "Milliseconds from the arrival of the request, see the [rules](#rules).",
    "server_us": "Microseconds that the server spent.",
    "topology_epoch": "The topology epoch of the server.",
    "applied": "True: the write took effect.",
    "found": "True: there is one.",
    "message": "For people.",
    "details": "Further facts by name, for logs.",
}

KINDS = {True: "reads", False: "writes"}


class Reference:
    """The contract with what is needed to link within the document."""

    def __init__(self, source, document):
        self.source = source
        self.services = {service["name"]: service.get("doc", "") for service in document["services"]}
        self.doc = document["doc"]
        self.types = {**source.enums, **source.structs}
        self.targets = {name: slug(name) for name in self.types}
        self.targets |= {method.name: slug(heading_of(method)) for method in source.methods}
        if len(set(self.targets.values())) != len(self.targets):
            sys.exit("generate.py: two headings have one name")
        self.linkable = re.compile(r"`[^`]*`|\b(" + "|".join(
            name for name in sorted(self.targets, key=len, reverse=True)
            if name in self.types or "_" in name) + r")\b")

    def link(self, name, text=None):
        return f"[{text or name}](#{self.targets[name]})"

    def linked(self, text, own=""):
        """The text with names of the contract as links, each the first time."""
        seen = {own}

        def replace(match):
            name = match.group(1)
            if name is None or name in seen:
                return match.group()
            seen.add(name)
            return self.link(name)

        return self.linkable.sub(replace, text)

    def type_text(self, type_):
        if type_.kind == "list":
            return f"list of {self.type_text(type_.element)}"
        if type_.kind == "map":
            return f"map of {self.type_text(type_.key)} to {self.type_text(type_.element)}"
        return self.link(type_.name) if type_.name else type_.kind

    def methods_of(self, service):
        return [method for method in self.source.methods if method.service == service]

    def uses(self, name):
        """The methods that take or return a struct, and the structs that have it within."""
        takes = [method.name for method in self.source.methods
                 if method.result == name or any(argument.type.name == name
                                                 for argument in method.arguments)]
        within = [struct.name for struct in self.source.structs.values()
                  if any(name in names_in(field.type) for field in struct.fields)]
        takes += [method.name for method in self.source.methods
                  if any(argument.type.element and argument.type.element.name == name
                         for argument in method.arguments)]
        return takes, within


def names_in(type_):
    names = {type_.name}
    for part in (type_.element, type_.key):
        names |= names_in(part) if part else set()
    return names


def heading_of(method):
    return f"{method.service}.{method.name}"


def slug(heading):
    """The anchor that a heading gets."""
    return re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-")


def cell(text):
    return " ".join(text.split()).replace("|", "\\|") or " "


def table(columns, rows):
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(cell(value) for value in row) + " |"
    yield ""


def field_doc(reference, struct, field):
    """What the field says; else what its type says; else what a like field of a like struct says."""
    if field.doc:
        return field.doc
    named = field.type.element or field.type
    if named.name:
        return first_sentence(reference.types[named.name].doc)
    if field.name in NOTES:
        return NOTES[field.name]
    kind = struct.name[-6:]  # Options, Result
    for other in reference.source.structs.values():
        for like in other.fields:
            if other.name[-6:] == kind and like.doc and (like.name, like.type) == (field.name, field.type):
                return like.doc
    return ""


def default_text(field):
    if field.default is None:
        return ""
    if field.type.kind == "bool":
        return "`true`" if field.default in ("1", "true") else "`false`"
    return f"`{field.default}`"


def field_table(reference, struct):
    """Options and the like, which have defaults, get a column for them."""
    if not struct.fields:
        return
    optional = all(field.optional for field in struct.fields)
    rows = []
    for field in struct.fields:
        doc = reference.linked(field_doc(reference, struct, field), struct.name)
        type_ = reference.type_text(field.type)
        if optional:
            rows.append((f"`{field.name}`", type_, default_text(field), doc))
        else:
            rows.append((f"`{field.name}`", type_ + (", optional" if field.optional else ""), doc))
    columns = ("field", "type", "default", "meaning") if optional else ("field", "type", "meaning")
    yield from table(columns, rows)


def enum_table(reference, enum):
    yield from table(("value", "number", "meaning"),
                     [(f"`{name}`", str(value), reference.linked(doc, enum.name))
                      for name, value, doc in enum.members])


def is_own(reference, name, method):
    """Whether a struct belongs to one method alone and is shown with it."""
    takes, within = reference.uses(name)
    return takes == [method.name] and not within


def rules(reference):
    """The comment at the head of the contract: paragraphs, headings, lists, and a list in a list."""
    lines = re.sub(r"\bthis(\s+)file\b", r"the\1contract", reference.doc.strip()).split("\n")[1:]
    in_terms = False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        term = re.match(r"\s{6,}(\w+)  +(\S.*)", line)
        if in_terms and not line.startswith(" " * 6):
            yield ""
        in_terms = line.startswith(" " * 6)
        if not line.startswith(" ") and line and following == "" and not line.endswith("."):
            yield "## " + ("Rules" if line.startswith("Rules") else line)
        elif term:
            yield f"     - [{term.group(1)}](#{term.group(1).lower()}): {term.group(2)}"
        elif re.match(r"\s{10,}\S", line):
            yield "       " + line.strip()
        else:
            yield line[2:] if line.startswith("  ") else line
    yield ""


def constants(reference):
    yield "## Constants"
    yield ""
    yield from table(("name", "value", "meaning"),
                     [(f"`{name}`", f"`{value}`", doc) for name, value, doc in reference.source.constants])


def exceptions(reference):
    yield "## Exceptions"
    yield ""
    yield "Every method can throw these five and no others; what differs is what to do next."
    yield ""
    for struct in reference.source.structs.values():
        if not struct.is_exception:
            continue
        yield f"### {struct.name}"
        yield ""
        yield struct.doc
        yield ""
        yield from field_table(reference, struct)
        codes = reference.source.enums[struct.fields[0].type.name]
        yield f"#### {codes.name}"
        yield ""
        yield codes.doc
        yield ""
        yield from enum_table(reference, codes)


def signature(method):
    def text(type_):
        if type_.kind == "list":
            return f"list<{text(type_.element)}>"
        if type_.kind == "map":
            return f"map<{text(type_.key)}, {text(type_.element)}>"
        return type_.name or type_.kind

    head = f"{method.result} {method.name}("
    arguments = [f"{argument.number}: {text(argument.type)} {argument.name}"
                 for argument in method.arguments]
    line = head + ", ".join(arguments) + ")"
    if len(line) <= 100:
        return line
    return head + (",\n" + " " * len(head)).join(arguments) + ")"


def method_text(reference, method):
    yield f"### {heading_of(method)}"
    yield ""
    yield "```thrift"
    yield signature(method)
    yield "```"
    yield ""
    yield reference.linked(method.doc, method.name)
    yield ""
    linked = []
    for argument in method.arguments:
        if argument.type.name in reference.source.structs and \
                not is_own(reference, argument.type.name, method):
            linked.append(reference.link(argument.type.name))
    if not is_own(reference, method.result, method):
        linked.append(reference.link(method.result))
    if linked:
        yield "See " + ", ".join(linked) + "."
        yield ""
    for name in [argument.type.name for argument in method.arguments] + [method.result]:
        if name in reference.source.structs and is_own(reference, name, method):
            yield from own_struct(reference, reference.source.structs[name])


def own_struct(reference, struct):
    yield f"#### {struct.name}"
    yield ""
    generic = re.fullmatch(r"(Options|Result) of [\w, ]+\.", struct.doc)
    if not generic:
        yield reference.linked(struct.doc, struct.name)
        yield ""
    yield from field_table(reference, struct)


def first_sentence(text):
    return re.match(r".*?[.?](?= |$)", text + " ").group()


def service_text(reference, service):
    methods = reference.methods_of(service)
    yield f"## {service}"
    yield ""
    yield reference.services[service].strip()
    yield ""
    yield from table(("method", "kind", "what it does"),
                     [(f"[`{method.name}`](#{reference.targets[method.name]})", KINDS[method.reads],
                       first_sentence(method.doc)) for method in methods])
    for method in methods:
        yield from method_text(reference, method)


def is_inline(reference, struct):
    takes, within = reference.uses(struct.name)
    return len(takes) == 1 and not within


def used_by(reference, name):
    takes, within = reference.uses(name)
    links = [reference.link(user) for user in takes + within]
    return f"Used by {', '.join(dict.fromkeys(links))}." if links else ""


def types_text(reference):
    yield "## Types"
    yield ""
    yield "Structs and enums of more than one method, by name."
    yield ""
    codes = {struct.fields[0].type.name for struct in reference.source.structs.values()
             if struct.is_exception}
    for name, type_ in sorted(reference.types.items()):
        if name in codes:
            continue
        if name in reference.source.enums:
            yield from type_text(reference, type_, enum_table(reference, type_))
        elif not type_.is_exception and not is_inline(reference, type_):
            yield from type_text(reference, type_, field_table(reference, type_))


def type_text(reference, type_, lines):
    users = used_by(reference, type_.name)
    yield f"### {type_.name}"
    yield ""
    yield reference.linked(type_.doc, type_.name)
    yield ""
    if users:
        yield users
        yield ""
    yield from lines


def contents(reference):
    services = [f"[{service}](#{slug(service)}) ({len(reference.methods_of(service))} methods)"
                for service in reference.services]
    yield " · ".join(["[Rules](#rules)", "[Compatibility](#compatibility)", "[Constants](#constants)",
                      "[Exceptions](#exceptions)", *services, "[Types](#types)"])
    yield ""


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as file:
        reference = Reference(contract.read(sys.argv[1]), json.load(file))
    lines = [HEAD, *contents(reference), *rules(reference), *constants(reference),
             *exceptions(reference)]
    for service in reference.services:
        lines += service_text(reference, service)
    lines += types_text(reference)
    sys.stdout.write(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n")


if __name__ == "__main__":
    main()
