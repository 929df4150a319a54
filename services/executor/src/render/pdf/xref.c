/* render/pdf/xref.c: see render/pdf/xref.h. Reads what cairo and we write: tables in plain text,
 * one object after the other, no streams of objects. */
#include "render/pdf/xref.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "temp.h"

#define TAIL         1024
#define OBJECT_MOST  16384 /* bytes of an object that is read whole: catalog, tree of pages */
#define ENTRY        20
#define SECTIONS_MAX 4

typedef struct {
    FILE *file;
    int64_t start; /* of the last table */
    char *trailer; /* of that table */
    int64_t n_objects;
} Xref;

static void
xref_clear(Xref *self)
{
    if (self->file != NULL) {
        (void)fclose(self->file);
    }
    g_free(self->trailer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Xref, xref_clear)

static bool
corrupt(GError **error, const char *what)
{
    return jw_fail(error, JW_ERROR_CORRUPT, "the PDF file cannot be read back: %s", what);
}

/* At most @most bytes from @at on, with a NUL behind them. (transfer full) (nullable) */
static char *
read_at(FILE *file, int64_t at, size_t most)
{
    char *text = g_malloc(most + 1);

    if (at < 0 || fseeko(file, at, SEEK_SET) != 0) {
        g_free(text);
        return NULL;
    }
    const size_t n = fread(text, 1, most, file);
    text[n] = '\0';
    for (size_t i = 0; i < n; i++) {
        text[i] = text[i] == '\0' ? ' ' : text[i]; /* of a stream: not what is looked for */
    }
    return text;
}

/* The whole number behind @name; -1: there is none. */
static int64_t
number_behind(const char *text, const char *name)
{
    const char *at = text != NULL ? strstr(text, name) : NULL;

    if (at == NULL) {
        return -1;
    }
    at += strlen(name);
    at += strspn(at, " \n\r");
    return g_ascii_isdigit(*at) ? g_ascii_strtoll(at, NULL, 10) : -1;
}

static bool
xref_open(Xref *self, const char *path, const char *mode, GError **error)
{
    self->file = fopen(path, mode);
    if (self->file == NULL) {
        return exe_temp_failed(error, "open the PDF file", errno);
    }
    if (fseeko(self->file, 0, SEEK_END) != 0) {
        return corrupt(error, "it has no end");
    }
    const int64_t size = ftello(self->file);
    g_autofree char *head = read_at(self->file, 0, 8);
    g_autofree char *tail = read_at(self->file, MAX(size - TAIL, 0), TAIL);
    const char *last = tail != NULL ? g_strrstr(tail, "startxref\n") : NULL;
    if (head == NULL || !g_str_has_prefix(head, "%PDF-1.") || last == NULL
        || !g_str_has_suffix(last, "%%EOF\n")) {
        return corrupt(error, "it does not begin and end as one");
    }
    self->start = number_behind(last, "startxref\n");
    return true;
}

/* Whether the object @number begins at @at. */
static bool
is_object(const Xref *self, int64_t number, int64_t at)
{
    g_autofree char *begin = g_strdup_printf("%" G_GINT64_FORMAT " 0 obj", number);
    g_autofree char *found = read_at(self->file, at, strlen(begin));

    return g_strcmp0(found, begin) == 0;
}

/* Looks up where an object begins in the table at @table; all of them are looked at when @wanted is
 * 0. The trailer behind the table is kept. @ret_at: unchanged when it is not in this table. */
static bool
walk_table(Xref *self, int64_t table, int64_t wanted, int64_t *ret_at, GError **error)
{
    g_autofree char *head = read_at(self->file, table, 64);
    int64_t first = number_behind(head, "xref\n");
    char line[ENTRY + 1] = "";
    const char *count = head != NULL ? strchr(head + MIN(strlen(head), 5), ' ') : NULL;

    if (first < 0 || !g_str_has_prefix(head, "xref\n") || count == NULL) {
        return corrupt(error, "a table of objects is not where it should be");
    }
    const int64_t n = g_ascii_strtoll(count, NULL, 10);
    const int64_t entries = table + (strchr(count, '\n') - head) + 1;
    for (int64_t i = 0; i < n; i++) {
        g_autofree char *entry = read_at(self->file, entries + i * ENTRY, ENTRY);
        const int64_t at = entry != NULL ? g_ascii_strtoll(entry, NULL, 10) : -1;
        (void)g_strlcpy(line, entry != NULL ? entry : "", sizeof line);
        const bool used = strlen(line) == ENTRY && line[17] == 'n';
        if (strlen(line) != ENTRY || (line[17] != 'n' && line[17] != 'f')
            || (used && wanted == 0 && !is_object(self, first + i, at))) {
            return corrupt(error, "an object is not where its table says");
        }
        if (used && first + i == wanted && ret_at != NULL) {
            *ret_at = at;
        }
    }
    self->n_objects += n;
    g_free(self->trailer);
    self->trailer = read_at(self->file, entries + n * ENTRY, TAIL);
    return (self->trailer != NULL && g_str_has_prefix(self->trailer, "trailer\n"))
           || corrupt(error, "a table of objects has no trailer");
}

/* The text of an object, by the newest table that has it. (transfer full) */
static char *
read_object(Xref *self, int64_t number, GError **error)
{
    int64_t at = -1;
    int64_t table = self->start;

    for (int i = 0; i < SECTIONS_MAX && table >= 0 && at < 0; i++) {
        if (!walk_table(self, table, number, &at, error)) {
            return NULL;
        }
        table = number_behind(self->trailer, "/Prev ");
    }
    g_autofree char *text =
        at >= 0 && is_object(self, number, at) ? read_at(self->file, at, OBJECT_MOST) : NULL;
    char *end = text != NULL ? strstr(text, "endobj") : NULL;
    if (end == NULL) {
        (void)corrupt(error, "an object is missing");
        return NULL;
    }
    return g_strndup(text, (size_t)(end - text));
}

/* A tag of BCP 47: what else would stand there is left out. */
static char *
language_tag(const char *language)
{
    GString *tag = g_string_new(NULL);

    for (const char *at = language != NULL ? language : "en"; *at != '\0'; at++) {
        if (g_ascii_isalnum(*at) || *at == '-') {
            g_string_append_c(tag, *at);
        }
    }
    return g_string_free(tag, FALSE);
}

static bool
append_catalog(Xref *self, int64_t root, const char *catalog, const char *language)
{
    const int64_t info = number_behind(self->trailer, "/Info ");
    const int64_t size = number_behind(self->trailer, "/Size ");
    g_autofree char *tag = language_tag(language);
    g_autofree char *body = g_strndup(catalog, (size_t)(g_strrstr(catalog, ">>") - catalog));

    if (fseeko(self->file, 0, SEEK_END) != 0) {
        return false;
    }
    const int64_t object = ftello(self->file);
    fprintf(self->file, "%s   /Lang (%s)\n   /ViewerPreferences << /DisplayDocTitle true >>\n>>\n",
            body, tag);
    fprintf(self->file, "endobj\n");
    const int64_t table = ftello(self->file);
    fprintf(self->file,
            "xref\n%" G_GINT64_FORMAT " 1\n%010" G_GINT64_FORMAT " 00000 n \ntrailer\n"
            "<< /Size %" G_GINT64_FORMAT "\n   /Root %" G_GINT64_FORMAT
            " 0 R\n   /Info %" G_GINT64_FORMAT " 0 R\n   /Prev %" G_GINT64_FORMAT
            "\n>>\nstartxref\n%" G_GINT64_FORMAT "\n%%%%EOF\n",
            root, object, size, root, info, self->start, table);
    return fflush(self->file) == 0 && !ferror(self->file);
}

bool
exe_pdf_catalog(const char *path, const char *language, GError **error)
{
    g_auto(Xref) self = { 0 };

    if (!xref_open(&self, path, "r+e", error) || !walk_table(&self, self.start, -1, NULL, error)) {
        return false;
    }
    const int64_t root = number_behind(self.trailer, "/Root ");
    g_autofree char *catalog = read_object(&self, root, error);
    if (catalog == NULL) {
        return false;
    }
    if (g_strrstr(catalog, ">>") == NULL || number_behind(self.trailer, "/Info ") < 0) {
        return corrupt(error, "its catalog is none");
    }
    return append_catalog(&self, root, catalog, language)
           || exe_temp_failed(error, "write the PDF file", errno);
}

bool
exe_pdf_check(const char *path, int pages, GError **error)
{
    g_auto(Xref) self = { 0 };

    if (!xref_open(&self, path, "re", error)) {
        return false;
    }
    int64_t table = self.start;
    for (int i = 0; i < SECTIONS_MAX && table >= 0; i++) {
        if (!walk_table(&self, table, 0, NULL, error)) {
            return false;
        }
        table = number_behind(self.trailer, "/Prev ");
    }
    const int64_t root = number_behind(self.trailer, "/Root ");
    g_autofree char *catalog = read_object(&self, root, error);
    g_autofree char *tree =
        catalog != NULL ? read_object(&self, number_behind(catalog, "/Pages "), error) : NULL;
    if (tree == NULL) {
        return false;
    }
    const int64_t count = number_behind(tree, "/Count ");
    return count == pages
           || jw_fail(error, JW_ERROR_CORRUPT,
                      "the PDF file has %" G_GINT64_FORMAT " pages instead of %d", count, pages);
}
