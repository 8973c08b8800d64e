/*
 * sample.c: see sample.h.
 */
#include "engine/table/sample.h"

#include "engine/table/table_private.h"

#include <stdlib.h>

BaseStatus
table_sample(const Table *table, uint32_t count, TableSampleVisitor *visit, void *user)
{
    uint64_t blocks = table->index.count;
    uint64_t most = blocks < count ? blocks : count;
    bool more = true;
    for (uint64_t i = 0; i < most && more; i++) {
        FormatHandle handle = table_index_handle(&table->index, (uint32_t)(i * blocks / most));
        uint8_t *memory = NULL;
        size_t len = 0;
        BaseStatus status =
            table_file_read_block(&table->file, handle, 0, table->dictionary, &memory, &len);
        if (!base_is_ok(status)) {
            return status;
        }
        more = visit(user, base_slice(memory, len));
        free(memory);
    }
    return base_ok();
}
