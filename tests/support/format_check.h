/*
 * format_check.h: properties that decoders of the files must have, for any bytes.
 *
 * Each check decodes `bytes` and returns whether they were accepted. What is accepted is read in
 * every way there is, and encoded again: it must give the same bytes, since an encoding has one
 * form. A property that does not hold aborts. Fuzz targets and unit tests share them.
 */
#ifndef LARDER_TESTS_SUPPORT_FORMAT_CHECK_H
#define LARDER_TESTS_SUPPORT_FORMAT_CHECK_H

#include "engine/base/slice.h"

#include <stdbool.h>

typedef bool FormatCheck(BaseSlice bytes);

bool format_check_data_block(BaseSlice bytes);
bool format_check_index_block(BaseSlice bytes);
bool format_check_range_block(BaseSlice bytes);
bool format_check_properties(BaseSlice bytes);
bool format_check_footer(BaseSlice bytes); /* the last part of `bytes` as the end of a file */
bool format_check_filter(BaseSlice bytes);
bool format_check_commits(BaseSlice bytes); /* payload of a log record */
bool format_check_edits(BaseSlice bytes);   /* payload of a manifest record */
bool format_check_log(BaseSlice bytes);     /* a whole segment, or a manifest */
bool format_check_blob(BaseSlice bytes);    /* a tail, a header and a footer, a reference */
bool format_check_frame(BaseSlice bytes);   /* a stored block at offset 0 of file 0 */
bool format_check_names(BaseSlice bytes);   /* a file name, CURRENT */

/*
 * Every truncation of `bytes` must be refused (or, of what is open-ended, be consistent), and every
 * single-bit flip be refused or consistent.
 */
void format_check_damage(FormatCheck *check, BaseSlice bytes, bool open_ended);

#endif
