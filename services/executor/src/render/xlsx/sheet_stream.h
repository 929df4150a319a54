/* render/xlsx/sheet_stream.h: the rows of a worksheet, compressed by a thread of their own while
 * they are written.
 *
 * libxlsxwriter alone writes a sheet as plain XML to a temporary file, copies that file, and
 * compresses the copy when the workbook is closed: as much time again as reading the records took,
 * on one core, and ten times the disk. Rows that go through here are ready when the last is
 * written; render/xlsx/pack.h puts them into the closed workbook. */
#pragma once
#include <stdint.h>

#include "jw/error.h"

G_BEGIN_DECLS

typedef struct _ExeSheetStream ExeSheetStream;

/* Raw deflate blocks (RFC 1951) that end on a byte and are not marked as the last. */
typedef struct {
    int fd; /* at its begin; owned by the stream */
    uint64_t compressed, plain;
    uint32_t crc; /* CRC-32 of the plain bytes */
} ExeDeflated;

/* @error: UNAVAILABLE when no file can be created in @temp_dir. */
ExeSheetStream *exe_sheet_stream_new(const char *temp_dir, GError **error);
/* Where to append; another one after each exe_sheet_stream_next(). (transfer none) */
GByteArray *exe_sheet_stream_block(ExeSheetStream *self);
/* Call it after each row: hands the block over when it is full. @error: UNAVAILABLE, the disk is
 * full, say. */
bool exe_sheet_stream_next(ExeSheetStream *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Waits until all is compressed; nothing but the file is kept. Once, after the last row. @error:
 * UNAVAILABLE. */
bool exe_sheet_stream_end(ExeSheetStream *self, ExeDeflated *ret_deflated,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void exe_sheet_stream_free(ExeSheetStream *self); /* also in the middle of the rows */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExeSheetStream, exe_sheet_stream_free)

G_END_DECLS
