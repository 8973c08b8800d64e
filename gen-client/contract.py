"""The contract as plain Python objects, read from the output of `thrift --gen xml`.

The XML says which enum a field has, which the JSON does not. Line breaks of doc comments are lost in
it; those who print them wrap them anew.
"""

import dataclasses
import re
import xml.etree.ElementTree

NAMESPACE = "{http://thrift.apache.org/xml/idl}"

# What names of C and C++ must not be.
KEYWORDS = set("""
    alignas alignof and asm auto bitand bitor bool break case catch char class compl const constexpr
    continue decltype default delete do double else enum explicit export extern false float for friend
    goto if inline int long mutable namespace new noexcept not nullptr operator or private protected
    public register restrict return short signed sizeof static struct switch template this throw true
    try typedef typeid typename union unsigned using virtual void volatile while xor
""".split())

# Methods that change nothing, so that calling them twice does no harm. All others are writes.
READS = set("""
    server_info get multi_get scan range_info checksum lease_get lease_list snapshot_list changes
    topology locate ping
    store_list config_plan config_export backup_list job_get job_list
    health metrics store_stats levels files histograms hot_keys hot_prefixes events slow_log explain
    doctor
""".split())


@dataclasses.dataclass
class Type:
    kind: str  # bool, i32, i64, double, string, binary, enum, struct, list, map
    name: str = ""  # of the enum or struct
    element: "Type | None" = None  # of a list; of a map: of its values
    key: "Type | None" = None


@dataclasses.dataclass
class Field:
    number: int
    name: str
    type: Type
    optional: bool
    default: "str | None"
    doc: str


@dataclasses.dataclass
class Struct:
    name: str
    doc: str
    fields: list
    is_exception: bool


@dataclasses.dataclass
class Enum:
    name: str
    doc: str
    members: list  # of (name, value, doc)


@dataclasses.dataclass
class Method:
    name: str
    service: str
    doc: str
    arguments: list
    result: str
    exceptions: list  # of names, by field id from 1

    @property
    def reads(self):
        return self.name in READS


@dataclasses.dataclass
class Contract:
    constants: list  # of (name, value, doc)
    enums: dict
    structs: dict
    methods: list


def snake(name):
    """NotApplied -> not_applied."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def camel(name):
    """multi_get -> MultiGet."""
    return "".join(part.capitalize() for part in name.split("_"))


def fail(message):
    raise SystemExit(f"contract.py: {message}")


def doc_of(node):
    doc = " ".join(node.get("doc", "").split())
    return doc if "*/" not in doc else fail(f"a doc comment ends a comment of C: {doc}")


def name_of(node):
    name = node.get("name")
    return name if name not in KEYWORDS else fail(f"{name} is a keyword of C or C++")


def type_of(node, enums):
    kind = node.get("type")
    if kind == "id":
        name = node.get("type-id")
        return Type("enum" if name in enums else "struct", name)
    if kind == "list":
        return Type("list", element=type_of(node.find(NAMESPACE + "elemType"), enums))
    if kind == "map":
        return Type("map", key=type_of(node.find(NAMESPACE + "keyType"), enums),
                    element=type_of(node.find(NAMESPACE + "valueType"), enums))
    if kind not in ("bool", "i32", "i64", "double", "string", "binary"):
        fail(f"{kind} is not a type that the codec knows")
    return Type(kind)


def field_of(node, enums):
    default = node.find(NAMESPACE + "default")
    return Field(int(node.get("field-id")), name_of(node), type_of(node, enums),
                 node.get("required") == "optional", None if default is None else default[0].text,
                 doc_of(node))


def children(node, name):
    return node.findall(NAMESPACE + name)


def read(path):
    document = xml.etree.ElementTree.parse(path).getroot().find(NAMESPACE + "document")
    constants = [(node.get("name"), int(node[0].text), doc_of(node))
                 for node in children(document, "const")]
    enums = {}
    for node in children(document, "enum"):
        members = [(m.get("name"), int(m.get("value")), doc_of(m)) for m in children(node, "member")]
        enums[node.get("name")] = Enum(node.get("name"), doc_of(node), members)
    structs = {}
    for node in document:
        tag = node.tag.removeprefix(NAMESPACE)
        if tag in ("struct", "exception"):
            fields = [field_of(field, enums) for field in children(node, "field")]
            structs[node.get("name")] = Struct(node.get("name"), doc_of(node), fields,
                                               tag == "exception")
    methods = []
    for service in children(document, "service"):
        for node in children(service, "method"):
            methods.append(Method(name_of(node), service.get("name"), doc_of(node),
                                  [field_of(field, enums) for field in children(node, "arg")],
                                  node.find(NAMESPACE + "returns").get("type-id"),
                                  [t.get("type-id") for t in children(node, "throws")]))
    unknown = READS - {method.name for method in methods}
    if unknown:
        fail(f"no such methods: {sorted(unknown)}")
    if len({method.name for method in methods}) != len(methods):
        fail("two services have a method of one name")
    if any(method.exceptions != methods[0].exceptions for method in methods):
        fail("methods differ in their exceptions")
    return Contract(constants, enums, structs, methods)
