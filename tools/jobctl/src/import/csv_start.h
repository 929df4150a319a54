/* import/csv_start.h: what a file begins with before its first row. Any thread, no state. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

/**
 * jc_csv_start:
 * @bytes: the first ones of the file, up to 64 KiB
 * @ret_skip: (out): how many of them are byte order marks and a line such as "sep=;"
 * @ret_lines: (out): how many line breaks are in those
 * @delimiter: (inout): what that line names
 * @error: INVALID for a file that is not UTF-8 text, with what it is and what to do
 */
bool jc_csv_start(const char *bytes, size_t n_bytes, const char *name, size_t *ret_skip,
                  int64_t *ret_lines, char *delimiter, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
