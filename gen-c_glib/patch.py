#!/usr/bin/env python3
"""Mends what the c_glib generator of Thrift 0.17 gets wrong, in place.

Each fix below is one substitution with the number of places where it must apply, counted by an
independent and simpler pattern, so that a generator that writes something else is noticed instead of
silently not mended. README.md explains the defects.

usage: patch.py FILE.c...
"""

import re
import sys


class Fix:
    """A substitution, and a pattern that matches as often as it must apply."""

    def __init__(self, name, pattern, replacement, counted):
        self.name = name
        self.pattern = re.compile(pattern, re.MULTILINE | re.DOTALL)
        self.replacement = replacement
        self.counted = re.compile(counted, re.MULTILINE)

    def apply(self, text, path):
        wanted = len(self.counted.findall(text))
        text, done = self.pattern.subn(self.replacement, text)
        if done != wanted:
            raise SystemExit(f"patch.py: {path}: {self.name}: {done} places mended, not {wanted}")
        return text, done


FIXES = [
    # A struct's finalize does not call its parent's, so what GObject itself holds for the object leaks.
    Fix("finalize chains up",
        r"^static void \n(?P<stem>\w+)_finalize \(GObject \*object\)\n\{(?P<body>.*?)^\}\n"
        r"(?P<between>\nstatic void\n(?P=stem)_class_init \(\w+ \* cls\)\n\{\n.*?\n\n)",
        r"static gpointer \g<stem>_parent_class = NULL;\n\n"
        r"static void \n\g<stem>_finalize (GObject *object)\n{\g<body>\n"
        r"  G_OBJECT_CLASS (\g<stem>_parent_class)->finalize (object);\n}\n"
        r"\g<between>  \g<stem>_parent_class = g_type_class_peek_parent (cls);\n",
        r"^\w+_finalize \(GObject \*object\)$"),

    # A field that is there already is freed as if it were plain memory, although it is a GByteArray.
    Fix("a repeated binary is unreferenced",
        r"g_free\((?P<field>\w[\w>-]*)\);(?P<rest>\n\s*(?P=field) = NULL;\n\s*\}\n\n"
        r"\s*if \(\(ret = thrift_protocol_read_binary )",
        r"g_byte_array_unref(\g<field>);\g<rest>",
        r"thrift_protocol_read_binary "),

    # Every binary is copied once more than needed.
    Fix("a binary takes what was read",
        r"(?P<field>\w[\w>-]*) = g_byte_array_new\(\);\n"
        r"\s*g_byte_array_append \((?P=field), \(guint8 \*\) data, \(guint\) len\);\n"
        r"\s*g_free \(data\);",
        r"\g<field> = g_byte_array_new_take ((guint8 *) data, (gsize) len);",
        r"g_byte_array_new\(\)"),

    # When the value of a map's entry cannot be read, its key leaks.
    Fix("a key is freed with its string value",
        r"(?P<read>thrift_protocol_read_string \(protocol, &(?P<key>key\d+), error\)"
        r"(?P<between>(?:(?!read_map_end).)*?)"
        r"\(ret = thrift_protocol_read_string \(protocol, &val\d+, error\)\) < 0\))\n\s*return -1;",
        r"\g<read>\n              {\n                g_free (\g<key>);\n"
        r"                return -1;\n              }",
        r"thrift_protocol_read_string \(protocol, &val\d+, "),

    # The same where the value is a number, which has been allocated already.
    Fix("a key is freed with its number",
        r"(?P<value>val\d+) = g_new \(gint64, 1\);(?P<before>.{0,200}?)"
        r"\(ret = thrift_protocol_read_string \(protocol, &(?P<key>key\d+), error\)\) < 0\)\n"
        r"\s*return -1;(?P<between>\s*xfer \+= ret;\s*if \()"
        r"\(ret = thrift_protocol_read_i64 \(protocol, &\*(?P=value), error\)\) < 0\)\n\s*return -1;",
        r"\g<value> = g_new (gint64, 1);\g<before>"
        r"(ret = thrift_protocol_read_string (protocol, &\g<key>, error)) < 0)\n"
        r"              {\n                g_free (\g<value>);\n                return -1;\n"
        r"              }\g<between>"
        r"(ret = thrift_protocol_read_i64 (protocol, &*\g<value>, error)) < 0)\n"
        r"              {\n                g_free (\g<key>);\n                g_free (\g<value>);\n"
        r"                return -1;\n              }",
        r"val\d+ = g_new \("),

    # An element that cannot be read leaks.
    Fix("a number of a list is freed",
        r"(?P<read>\(ret = thrift_protocol_read_i64 \(protocol, &\*(?P<element>_elem\d+), error\)\) < 0\))"
        r"\n\s*return -1;",
        r"\g<read>\n              {\n                g_free (\g<element>);\n"
        r"                return -1;\n              }",
        r"_elem\d+ = g_new \("),

    # A map is written by way of an array on the stack, as large as the map.
    Fix("a map is walked in place",
        r"^(?P<indent> +)GList \*key_list = NULL, \*iter = NULL;\n +gchar \*\* keys;\n"
        r" +int i = 0, key_count;\n(?P<begin>.*?) +if \((?P<map>[\w>-]+)\)\n +g_hash_table_foreach \("
        r".*?for \(i = 0; i < key_count; \+\+i\)\n +\{\n +(?P<key>key\d+) = keys\[i\];\n"
        r" +(?P<value>val\d+) = [^\n]*\n",
        r"\g<indent>GHashTableIter iter;\n\g<begin>\g<indent>if (\g<map>)\n"
        r"\g<indent>  g_hash_table_iter_init (&iter, (GHashTable *) \g<map>);\n"
        r"\g<indent>while (\g<map> && g_hash_table_iter_next (&iter, (gpointer *) &\g<key>, "
        r"(gpointer *) &\g<value>))\n\g<indent>{\n",
        r"g_newa \("),

    # An error of a handler that is no exception of the contract is answered by way of a
    # ThriftApplicationException, whose finalize (in the library) has the defect of the first fix.
    Fix("a handler's error is returned",
        r"        if \(\*error == NULL\)\n          g_warning \((?P<first>\"[^\n]*\")\n +"
        r"(?P<second>\"[^\n]*\")\);\n.*?        g_object_unref \(xception\);\n",
        r"        if (error == NULL || *error == NULL)\n"
        r"          g_set_error_literal (error, THRIFT_APPLICATION_EXCEPTION_ERROR,\n"
        r"                               THRIFT_APPLICATION_EXCEPTION_ERROR_UNKNOWN,\n"
        r"                               \g<first>\n                               \g<second>);\n"
        r"        result = FALSE;\n",
        r"g_warning \("),

    # A client takes the reply to "get_more" for one to "get".
    Fix("names compare as a whole",
        r"strncmp \(fname, \"(?P<name>\w+)\", \d+\)",
        r'strcmp (fname, "\g<name>")',
        r"strncmp \("),

    # A processor never gives back its reference to the handler.
    Fix("a processor releases its handler",
        r"(?P<line>  thrift_safe_hash_table_destroy \(self->process_map\);\n)",
        r"\g<line>  g_clear_object (&self->handler);\n",
        r"^\w+_processor_finalize \(GObject \*gobject\)$"),
]


def main():
    totals = {fix.name: 0 for fix in FIXES}
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for fix in FIXES:
            text, done = fix.apply(text, path)
            totals[fix.name] += done
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    unused = [name for name, total in totals.items() if total == 0]
    if unused:
        raise SystemExit(f"patch.py: nowhere to apply: {', '.join(unused)}")


if __name__ == "__main__":
    main()
