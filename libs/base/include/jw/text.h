/* jw/text.h: checks and small conversions on text that came from outside. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Valid UTF-8 without NUL, and without control characters other than tab, CR and LF. */
bool jw_text_clean(const char *text, size_t length);

/* The text that goes into files and mails for @text, which may be anything: valid UTF-8, without
 * the two code points that no XML can hold in any way (U+FFFE, U+FFFF) and without NUL; each
 * becomes U+FFFD. Other controls stay, a file's format decides. @text itself where it is that
 * already, else built in @scratch. */
const char *jw_text_sane(GString *scratch, const char *text, size_t length, size_t *ret_length);

/* As one line without controls, for what cannot escape them: names of sheets, titles. Each control
 * becomes a space. (transfer full) */
char *jw_text_one_line(const char *text);

/* The same with its lines and tabs, for a terminal. (transfer full) */
char *jw_text_lines(const char *text);

/* Decimal int64 within [min, max], no sign "+", no spaces; INVALID otherwise, naming @what. */
bool jw_text_int64(const char *text, const char *what, int64_t min, int64_t max, int64_t *ret,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Controls, and the marks that show nothing or turn the direction of a line: a name with them reads
 * as another. */
bool jw_text_invisible(gunichar c);

/* @text without case, "ß" as "ss". The Turkish letters with and without dot are one: what people
 * type in capitals is found, whichever keyboard they have. @length: -1 up to its NUL. (transfer
 * full) */
char *jw_text_fold(const char *text, gssize length);

/* A display name fit for a download: base name only, no control or reserved characters, no
 * leading dots, at most 150 bytes of whole characters, never empty ("report" then). (transfer
 * full) */
char *jw_text_file_name(const char *wanted);

/* The items of a list with commas, without the spaces around them and without empty ones; NULL has
 * none. NULL-terminated. (transfer full) */
char **jw_text_list(const char *text);

#define JW_TEXT_REAL_MAX 32
/* @value, finite, with the fewest of 15 to 17 digits that give it back: 0.1 and not
 * 0.10000000000000001; a whole number below 2^63 with all its digits, and no "-0". */
const char *jw_text_real(double value, char buffer[JW_TEXT_REAL_MAX]);

/* A decimal number with commas between its thousands: "-1234567.50" → "-1,234,567.50". (transfer
 * full) */
char *jw_text_thousands(const char *number);

/* "12.4 MiB", "930 B"; (transfer full) */
char *jw_text_bytes(int64_t bytes);

/* The best of the names offered for one that is not known ("did you mean …?"). Case does not count;

 * a name qualifies that differs in at most a third of the characters, 1 to 3. */
typedef struct {
    const char *wanted; /* (transfer none), like the names */
    const char *name;   /* the nearest so far; NULL: none is near */
    size_t distance;
} JwNearest;

/* Before the first name. */
JwNearest jw_nearest_begin(const char *wanted);

/* Keeps @name when it is nearer than those before. */
void jw_nearest_offer(JwNearest *self, const char *name);

/* A whole file of at most @limit bytes. NOT_FOUND, TOO_LARGE, UNAVAILABLE. (transfer full),
 * NUL-terminated */
char *jw_file_read(const char *path, size_t limit, size_t *ret_length,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The strings of a struct, named by their offsets, so that copy and free cannot disagree about
 * them: replaces each by a copy of its own. */
void jw_texts_dup(gpointer object, const size_t *offsets, size_t n_offsets);

/* Frees them and sets them to NULL. */
void jw_texts_clear(gpointer object, const size_t *offsets, size_t n_offsets);

G_END_DECLS
