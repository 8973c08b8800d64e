/*
 * footer.h: the last 128 bytes of a table: where its other parts are, and the file's id.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_FORMAT_FOOTER_H
#define LARDER_ENGINE_FORMAT_FOOTER_H

#include "engine/base/buf.h"
#include "engine/format/frame.h"

enum {
    FORMAT_FOOTER_BYTES = 128,
    FORMAT_FOOTER_LARGEST_EXCLUDED = 1, /* flag: the largest key of the properties is a stop */
};

#define FORMAT_TABLE_VERSION UINT32_C(1)
#define FORMAT_TABLE_MAGIC   UINT32_C(0x5453534c) /* "LSST" */

typedef struct FormatFooter {
    FormatHandle index;
    FormatHandle filter; /* size 0: none, as of the others that may be missing */
    FormatHandle ranges; /* may be missing */
    FormatHandle properties;
    FormatHandle dictionary; /* may be missing */
    uint64_t id;
    uint32_t flags;
} FormatFooter;

/* Appends 128 bytes. False: no memory. */
bool format_footer_encode(BaseBuf *into, const FormatFooter *footer);

/*
 * Reads a footer and checks that the parts lie where a table of `file_size` bytes has them. The
 * data blocks end at *ret_data_end. BASE_UNSUPPORTED: a table of another format.
 */
BaseStatus format_footer_decode(BaseSlice bytes, uint64_t file_size, FormatFooter *ret_footer,
                                uint64_t *ret_data_end);

#endif
