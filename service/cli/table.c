/*
 * table.c: columns for people. See table.h.
 */
#include "service/cli/table.h"

#include "engine/base/check.h"

CliTable
cli_table_begin(CliCall *call, const char *const *names, size_t columns)
{
    CliTable table = {.call = call, .names = names, .columns = columns, .text = BASE_BUF_INIT};
    BASE_CHECK(columns <= CLI_TABLE_COLUMNS_MAX);
    for (size_t i = 0; i < columns; i++) {
        table.widths[i] = strlen(names[i]) - (names[i][0] == '>');
    }
    return table;
}

/* The cell that begins at `from` is complete. */
static void
end_cell(CliTable *table, size_t from)
{
    size_t *width = &table->widths[table->cells++ % table->columns];
    size_t len = table->text.len - from;
    *width = len > *width ? len : *width;
    (void)base_buf_append_byte(&table->text, 0);
}

void
cli_table_text(CliTable *table, BaseSlice text)
{
    size_t from = table->text.len;
    (void)cli_escape_encode(CLI_ESCAPED, text, &table->text);
    end_cell(table, from);
}

void
cli_table_number(CliTable *table, int64_t number, bool (*print)(int64_t, BaseBuf *))
{
    size_t from = table->text.len;
    (void)print(number, &table->text);
    end_cell(table, from);
}

static void
add_spaces(BaseBuf *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)base_buf_append_byte(out, ' ');
    }
}

/* One cell, padded; the last of a row has no blanks behind it. */
static void
print_cell(CliTable *table, size_t column, const char *text)
{
    BaseBuf *out = &table->call->text;
    size_t len = strlen(text);
    size_t padding = table->widths[column] - len;
    bool right = table->names[column][0] == '>';
    bool last = column + 1 == table->columns;
    add_spaces(out, right ? padding : 0);
    (void)base_buf_append(out, text, len);
    add_spaces(out, last ? 0 : right ? 2 : padding + 2);
    if (last) {
        (void)base_buf_append_byte(out, '\n');
    }
}

void
cli_table_end(CliTable *table)
{
    const char *cell = (const char *)table->text.data;
    if (table->text.failed) {
        table->call->text.failed = true;
    } else if (table->cells != 0) {
        cli_call_style(table->call, CLI_TITLE);
        for (size_t i = 0; i < table->columns; i++) {
            const char *name = table->names[i];
            print_cell(table, i, name + (name[0] == '>'));
        }
        cli_call_style(table->call, CLI_PLAIN);
        for (size_t i = 0; i < table->cells; i++) {
            print_cell(table, i % table->columns, cell);
            cell += strlen(cell) + 1;
        }
    }
    base_buf_clear(&table->text);
}
