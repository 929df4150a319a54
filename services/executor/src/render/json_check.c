/* render/json_check.c: reads a JSON file back, character by character. Pure but for the file. */
#include "render/json_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "jw/error.h"

#define DEPTH_MAX 12 /* deeper than our files are */
#define ITEMS_AT  2  /* the depth inside the arrays of the first level */

typedef struct {
    FILE *file;
    const char *wrong; /* the first fault; NULL: none */
    int depth;
    int64_t items;  /* of the last array of the first level */
    int next;       /* the byte that is looked at; EOF at the end */
    GString *bytes; /* of a string, looked at piece by piece */
} Check;

static void
step(Check *self)
{
    self->next = getc_unlocked(self->file);
}

static bool
fault(Check *self, const char *what)
{
    self->wrong = self->wrong != NULL ? self->wrong : what;
    return false;
}

static void
skip_space(Check *self)
{
    while (self->next == ' ' || self->next == '\n' || self->next == '\t' || self->next == '\r') {
        step(self);
    }
}

static bool
take(Check *self, int byte, const char *what)
{
    if (self->next != byte) {
        return fault(self, what);
    }
    step(self);
    return true;
}

static bool
check_escape(Check *self)
{
    const int letter = self->next;

    if (letter == EOF || strchr("\"\\/bfnrtu", letter) == NULL) {
        return fault(self, "an escape that is none");
    }
    step(self);
    for (int i = 0; letter == 'u' && i < 4; i++) {
        if (self->next == EOF || !g_ascii_isxdigit(self->next)) {
            return fault(self, "an escape that is none");
        }
        step(self);
    }
    return true;
}

/* Whether what was collected is UTF-8; a character cut at its end is kept for the next piece. */
static bool
check_bytes(Check *self, bool last)
{
    const char *end = NULL;

    if (g_utf8_validate_len(self->bytes->str, self->bytes->len, &end)) {
        g_string_truncate(self->bytes, 0);
        return true;
    }
    g_string_erase(self->bytes, 0, end - self->bytes->str);
    return (!last && self->bytes->len < 4) || fault(self, "a string that is not UTF-8");
}

static bool
check_string(Check *self)
{
    bool ok = take(self, '"', "something else where a string belongs");

    while (ok && self->next != '"') {
        if (self->next < 0x20) { /* or the end */
            return fault(self, "a string that does not end");
        }
        if (self->next == '\\') {
            step(self);
            ok = check_bytes(self, true) && check_escape(self);
            continue;
        }
        if (self->next >= 0x80 || self->bytes->len > 0) { /* ASCII alone is UTF-8 */
            g_string_append_c(self->bytes, (char)self->next);
        }
        step(self);
        ok = self->bytes->len < 4096 || check_bytes(self, false);
    }
    return ok && check_bytes(self, true) && take(self, '"', "a string that does not end");
}

static size_t
skip_digits(Check *self)
{
    size_t count = 0;

    for (; g_ascii_isdigit(self->next) && self->next != EOF; count++) {
        step(self);
    }
    return count;
}

static bool
check_number(Check *self)
{
    bool ok = true;

    if (self->next == '-') {
        step(self);
    }
    const bool zero = self->next == '0';
    const size_t whole = skip_digits(self);
    ok = whole == 1 || (whole > 1 && !zero);
    if (self->next == '.') {
        step(self);
        ok = skip_digits(self) > 0 && ok;
    }
    if (self->next == 'e' || self->next == 'E') {
        step(self);
        if (self->next == '+' || self->next == '-') {
            step(self);
        }
        ok = skip_digits(self) > 0 && ok;
    }
    return ok || fault(self, "a number that is none");
}

static bool
check_word(Check *self)
{
    const char *word = self->next == 't' ? "true" : self->next == 'f' ? "false" : "null";
    bool ok = true;

    for (; ok && *word != '\0'; word++) {
        ok = take(self, *word, "a word that is none");
    }
    return ok;
}

static bool check_value(Check *self);

/* The items of an array or the members of an object. */
static bool
check_items(Check *self, bool object)
{
    const int end = object ? '}' : ']';
    int64_t count = 0;
    bool ok = ++self->depth <= DEPTH_MAX || fault(self, "too deep");

    step(self);
    skip_space(self);
    while (ok && (self->next != end || count > 0)) {
        ok = !object
             || (check_string(self)
                 && (skip_space(self), take(self, ':', "a member without value")));
        ok = ok && check_value(self);
        count++;
        if (!ok || self->next != ',') {
            break;
        }
        step(self);
        skip_space(self);
    }
    if (ok && !object && self->depth == ITEMS_AT) {
        self->items = count;
    }
    self->depth--;
    return ok && take(self, end, "an array or object that does not end");
}

/* With the space around it. */
static bool
check_value(Check *self)
{
    bool ok = true;

    skip_space(self);
    if (self->next == '{' || self->next == '[') {
        ok = check_items(self, self->next == '{');
    } else if (self->next == '"') {
        ok = check_string(self);
    } else if (self->next == '-' || (self->next != EOF && g_ascii_isdigit(self->next))) {
        ok = check_number(self);
    } else {
        ok = check_word(self);
    }
    skip_space(self);
    return ok;
}

bool
exe_json_check(const char *path, bool lines, int64_t count, GError **error)
{
    Check self = { .file = fopen(path, "re") };
    int64_t values = 0;

    if (self.file == NULL) {
        const int code = errno;
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "opening the finished file: %s",
                       g_strerror(code));
    }
    self.bytes = g_string_new(NULL);
    step(&self);
    bool ok = true;
    while (ok && self.next != EOF && (lines || values == 0)) {
        ok = check_value(&self);
        values++;
    }
    ok = ok && (lines || values > 0 || fault(&self, "nothing in it"))
         && (self.next == EOF || fault(&self, "more behind its value"));
    const int64_t found = lines ? values : self.items;
    g_string_free(self.bytes, TRUE);
    (void)fclose(self.file);
    if (ok && found == count) {
        return true;
    }
    if (self.wrong != NULL) {
        return jw_fail(error, JW_ERROR_CORRUPT, "the JSON file has %s", self.wrong);
    }
    return jw_fail(error, JW_ERROR_CORRUPT,
                   "the JSON file has %" G_GINT64_FORMAT " items instead of %" G_GINT64_FORMAT,
                   found, count);
}
