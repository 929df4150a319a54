/* render/xlsx/row_walk.c: see render/xlsx/row_walk.h. */
#include "render/xlsx/row_walk.h"

#include <string.h>

#define MAX_DEPTH 32
#define MAX_REST  ((size_t)1024 * 1024) /* more without a '>' is no cell */
#define MAX_TAG   256 /* an element's name and, of the tag's rest, nothing: only names are kept */

/* Follows tags over block borders. Attribute values of these files hold no '>' that is not
 * escaped. */
struct _ExeRowWalk {
    enum { IN_TEXT, IN_NAME, IN_TAG, IN_QUOTE } where;
    char name[MAX_TAG];
    size_t name_length;
    char quote, before; /* last character before '>' shows an empty element */
    struct {
        char name[MAX_TAG];
        size_t length;
    } open[MAX_DEPTH];
    int depth;
    bool seen_root, broken;
    int64_t rows;
    GByteArray *rest; /* what was not looked through yet: from the last '>' of a block on */
};

static bool
same_name(const char *a, size_t a_length, const char *b, size_t b_length)
{
    return a_length == b_length && memcmp(a, b, a_length) == 0;
}

static void
walk_close(ExeRowWalk *self)
{
    if (self->depth == 0
        || !same_name(self->open[self->depth - 1].name, self->open[self->depth - 1].length,
                      self->name + 1, self->name_length - 1)) {
        self->broken = true;
        return;
    }
    self->depth--;
}

static void
walk_tag(ExeRowWalk *self)
{
    char first = self->name_length > 0 ? self->name[0] : '\0';

    self->where = IN_TEXT;
    if (first == '?' || first == '!') {
        return;
    }
    if (first == '/') {
        walk_close(self);
        return;
    }
    if (same_name(self->name, self->name_length, "row", 3)) {
        self->rows++;
    }
    if (self->before == '/') {
        return;
    }
    if (self->depth == MAX_DEPTH || (self->depth == 0 && self->seen_root)) {
        self->broken = true;
        return;
    }
    self->seen_root = true;
    memcpy(self->open[self->depth].name, self->name, self->name_length);
    self->open[self->depth++].length = self->name_length;
}

/* The three below return where they stopped: behind what ended their part of the tag, or at
 * @end. */
static const char *
walk_name(ExeRowWalk *self, const char *at, const char *end)
{
    for (; at < end; at++) {
        bool closes_empty = *at == '/' && self->name_length > 0;

        if (*at == '>') {
            self->before = '\0';
            walk_tag(self);
            return at + 1;
        }
        if (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t' || closes_empty) {
            self->where = IN_TAG;
            self->before = *at;
            return at + 1;
        }
        if (self->name_length + 1 >= MAX_TAG) {
            self->broken = true;
            return end;
        }
        self->name[self->name_length++] = *at;
    }
    return end;
}

static const char *
walk_rest(ExeRowWalk *self, const char *at, const char *end)
{
    for (; at < end; at++) {
        if (*at == '>') {
            walk_tag(self);
            return at + 1;
        }
        if (*at == '"' || *at == '\'') {
            self->quote = *at;
            self->where = IN_QUOTE;
            return at + 1;
        }
        self->before = *at;
    }
    return end;
}

static const char *
walk_text(ExeRowWalk *self, const char *at, const char *end)
{
    const char *next = memchr(at, self->where == IN_TEXT ? '<' : self->quote, (size_t)(end - at));

    if (next == NULL) {
        return end;
    }
    if (self->where == IN_TEXT) {
        self->where = IN_NAME;
        self->name_length = 0;
    } else {
        self->where = IN_TAG;
        self->before = self->quote;
    }
    return next + 1;
}

static void
walk_feed(ExeRowWalk *self, const char *data, size_t length)
{
    const char *end = data + length;

    while (data < end && !self->broken) {
        switch (self->where) {
        case IN_TEXT:
        case IN_QUOTE:
            data = walk_text(self, data, end);
            break;
        case IN_NAME:
            data = walk_name(self, data, end);
            break;
        case IN_TAG:
            data = walk_rest(self, data, end);
            break;
        }
    }
}

/* What escapes in XML; "&" before anything else is a fault. */
static bool
is_entity(const char *at, size_t length)
{
    static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&apos;" };

    for (size_t i = 0; i < G_N_ELEMENTS(entities); i++) {
        size_t n = strlen(entities[i]);
        if (length >= n && memcmp(at, entities[i], n) == 0) {
            return true;
        }
    }
    return false;
}

static bool
entities_hold(const char *text, size_t length)
{
    const char *end = text + length;

    for (const char *at = text; (at = memchr(at, '&', (size_t)(end - at))) != NULL; at++) {
        if (!is_entity(at, (size_t)(end - at))) {
            return false;
        }
    }
    return true;
}

/* The bytes of the character at @at, which is none of ASCII; 0: it is none, or none of XML's. */
static size_t
character_length(const unsigned char *at, size_t length)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const size_t n = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    uint32_t code = at[0] & (0xffu >> (n + 1));

    if (at[0] < 0xc2 || at[0] > 0xf4 || length < n) {
        return 0;
    }
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (at[i] & 0x3f);
    }
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < least[n] || code > 0x10ffff || surrogate || code == 0xfffe || code == 0xffff ? 0
                                                                                               : n;
}

/* Whether all eight bytes are ASCII's and no controls. */
static bool
plain_word(const unsigned char *at)
{
    uint64_t word = 0;

    memcpy(&word, at, sizeof word);
    return ((word | (word - UINT64_C(0x2020202020202020))) & UINT64_C(0x8080808080808080)) == 0;
}

/* Whole characters, all of which XML 1.0 knows, and nothing of "&" but escapes. */
static bool
characters_hold(const char *text, size_t length)
{
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *end = at + length;

    while (at < end) {
        if ((size_t)(end - at) >= sizeof(uint64_t) && plain_word(at)) {
            at += sizeof(uint64_t);
            continue;
        }
        const bool space = *at == '\t' || *at == '\n' || *at == '\r';
        const size_t n =
            *at < 0x80 ? (*at >= 0x20 || space) : character_length(at, (size_t)(end - at));
        if (n == 0) {
            return false;
        }
        at += n;
    }
    return entities_hold(text, length);
}

static void
rest_append(ExeRowWalk *self, const char *data, size_t length)
{
    self->broken = self->broken || self->rest->len + length > MAX_REST;
    if (!self->broken) {
        g_byte_array_append(self->rest, (const guint8 *)data, (guint)length);
    }
}

/* Looks through what is complete: up to the last '>', behind which neither a character nor an
 * escape goes on. */
static void
look_through(ExeRowWalk *self, const char *data, size_t length)
{
    const char *first = memchr(data, '>', length);
    const char *last = memrchr(data, '>', length);

    if (first == NULL) {
        rest_append(self, data, length);
        return;
    }
    rest_append(self, data, (size_t)(first - data));
    self->broken = self->broken || !characters_hold((const char *)self->rest->data, self->rest->len)
                   || !characters_hold(first, (size_t)(last - first));
    g_byte_array_set_size(self->rest, 0);
    rest_append(self, last, length - (size_t)(last - data));
}

ExeRowWalk *
exe_row_walk_new(void)
{
    ExeRowWalk *self = g_new0(ExeRowWalk, 1);

    self->rest = g_byte_array_new();
    return self;
}

void
exe_row_walk_free(ExeRowWalk *self)
{
    if (self != NULL) {
        g_byte_array_unref(self->rest);
        g_free(self);
    }
}

void
exe_row_walk_feed(ExeRowWalk *self, const char *data, size_t length)
{
    walk_feed(self, data, length);
    if (!self->broken) {
        look_through(self, data, length);
    }
}

bool
exe_row_walk_end(ExeRowWalk *self, int64_t *ret_rows)
{
    *ret_rows = self->rows;
    return !self->broken && self->depth == 0 && self->where == IN_TEXT && self->seen_root
           && characters_hold((const char *)self->rest->data, self->rest->len);
}
