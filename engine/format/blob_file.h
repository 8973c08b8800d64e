/*
 * blob_file.h: files of large values: the header, the tail that lists the values, the footer; and
 * what an entry of a table keeps of a value that lies in one.
 *
 * Threading: pure functions; a reader has one owner.
 */
#ifndef LARDER_ENGINE_FORMAT_BLOB_FILE_H
#define LARDER_ENGINE_FORMAT_BLOB_FILE_H

#include "engine/base/buf.h"
#include "engine/format/decode.h"
#include "engine/format/frame.h"

enum {
    FORMAT_BLOB_HEADER_BYTES = 32,
    FORMAT_BLOB_FOOTER_BYTES = 32,
    FORMAT_BLOB_REFERENCE_BYTES_MAX = 4 * FORMAT_VARINT_MAX,
};

#define FORMAT_BLOB_VERSION UINT32_C(1)

/* Where a value lies; the value of an entry of kind FORMAT_BLOB. */
typedef struct FormatBlobReference {
    uint64_t number; /* of the blob file */
    FormatHandle handle;
    uint64_t value_len;
} FormatBlobReference;

void format_blob_reference_encode(BaseBuf *into, const FormatBlobReference *reference);
BaseStatus format_blob_reference_decode(BaseSlice bytes, FormatBlobReference *ret_reference);

typedef struct FormatBlobHeader {
    uint64_t id;
    uint64_t number;
} FormatBlobHeader;

/* Appends 32 bytes. False: no memory. */
bool format_blob_header_encode(BaseBuf *into, const FormatBlobHeader *header);

/* BASE_UNSUPPORTED: a blob file of another format. */
BaseStatus format_blob_header_decode(BaseSlice bytes, FormatBlobHeader *ret_header);

/* Appends 32 bytes that say where the tail is. False: no memory. */
bool format_blob_footer_encode(BaseBuf *into, FormatHandle tail, uint64_t id);

/* Reads the footer of a file of `file_size` bytes whose header has `id`. */
BaseStatus format_blob_footer_decode(BaseSlice bytes, uint64_t file_size, uint64_t id,
                                     FormatHandle *ret_tail);

/* One value, as the tail lists it. */
typedef struct FormatBlobItem {
    FormatHandle handle;
    BaseSlice key; /* stored key */
    int64_t version;
} FormatBlobItem;

/* Appends an item to the tail; its count is put before all of them when the tail is written. */
void format_blob_tail_add(BaseBuf *items, const FormatBlobItem *item);

/* Begins to read a tail. */
BaseStatus format_blob_tail_open(BaseSlice bytes, FormatDecoder *ret_items, uint64_t *ret_count);

/* Reads the next item; the step to the last one (left is 1) proves that nothing follows. */
BaseStatus format_blob_tail_next(FormatDecoder *items, uint64_t left, FormatBlobItem *ret_item);

#endif
