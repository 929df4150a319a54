/* render/out.h: a file of text while it is written, alone or as the entries of a zip. One thread.
 * Same texts and @made_at_ms, same bytes. */
#pragma once
#include <minizip/zip.h>
#include <stdio.h>

#include "jw/error.h"

G_BEGIN_DECLS

typedef struct {
    GString *text;    /* what comes next: append to it, and flush now and then */
    const char *what; /* for messages: "write the CSV file" */
    FILE *file;       /* or: */
    zipFile zip;
    bool in_entry;
    int64_t made_at_ms;
} ExeOut;

/* What may wait in `text` until exe_out_flush() writes it. */
#define EXE_OUT_BYTES ((size_t)64 * 1024)

/* Makes the file, which must not be there yet. UNAVAILABLE. */
bool exe_out_open(ExeOut *self, const char *path, const char *what,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for what exe_out_append() takes later: it has no name any more, and is gone when it is
 * closed. UNAVAILABLE. */
bool exe_out_open_spool(ExeOut *self, const char *path, const char *what,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same as a zip without entries. @made_at_ms: the date of all of them. UNAVAILABLE. */
bool exe_out_open_zip(ExeOut *self, const char *path, const char *what, int64_t made_at_ms,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Begins an entry of the zip behind those before. @name: UTF-8. UNAVAILABLE. */
bool exe_out_entry(ExeOut *self, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes all of `text`. UNAVAILABLE. */
bool exe_out_write(ExeOut *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes `text` when it is long. UNAVAILABLE. */
static inline bool
exe_out_flush(ExeOut *self, GError **error)
{
    return self->text->len < EXE_OUT_BYTES || exe_out_write(self, error);
}

/* Writes all that @spool was given. Neither is a zip. UNAVAILABLE. */
bool exe_out_append(ExeOut *self, ExeOut *spool, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes the rest and closes. UNAVAILABLE. */
bool exe_out_close(ExeOut *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Zeroed memory is one. What was not closed is thrown away. */
void exe_out_clear(ExeOut *self);

/* Reads a zip back: every entry whole, @n_entries of them. CORRUPT. */
bool exe_out_check_zip(const char *path, size_t n_entries,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
