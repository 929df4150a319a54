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
#define FIGURE_BEGIN 64

typedef struct {
    FILE *file;
    int64_t start; /* of the last table */
    char *trailer; /* of that table */
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

/* What is asked of each object that a table has. False: an error is set. */
typedef bool (*Visit)(const Xref *self, int64_t number, int64_t at, gpointer data, GError **error);

/* Goes through a section of a table: "first count", and as many entries. @at: moves behind it. */
static bool
walk_section(Xref *self, int64_t *at, Visit visit, gpointer data, GError **error)
{
    g_autofree char *head = read_at(self->file, *at, 64);
    const int64_t first = number_behind(head, "");
    const char *count = head != NULL ? strchr(head, ' ') : NULL;
    const char *end = count != NULL ? strchr(count, '\n') : NULL;

    if (first < 0 || end == NULL) {
        return corrupt(error, "a table of objects is not where it should be");
    }
    const int64_t n = g_ascii_strtoll(count, NULL, 10);
    *at += end - head + 1;
    for (int64_t i = 0; i < n; i++, *at += ENTRY) {
        g_autofree char *entry = read_at(self->file, *at, ENTRY);
        if (entry == NULL || strlen(entry) != ENTRY || (entry[17] != 'n' && entry[17] != 'f')) {
            return corrupt(error, "an object is not where its table says");
        }
        if (entry[17] == 'n'
            && !visit(self, first + i, g_ascii_strtoll(entry, NULL, 10), data, error)) {
            return false;
        }
    }
    return true;
}

/* Visits all objects that the table at @table has. The trailer behind the table is kept. */
static bool
walk_table(Xref *self, int64_t table, Visit visit, gpointer data, GError **error)
{
    g_autofree char *head = read_at(self->file, table, 5);
    int64_t at = table + 5;

    if (g_strcmp0(head, "xref\n") != 0) {
        return corrupt(error, "a table of objects is not where it should be");
    }
    for (;;) {
        g_free(self->trailer);
        self->trailer = read_at(self->file, at, TAIL);
        if (self->trailer != NULL && g_str_has_prefix(self->trailer, "trailer\n")) {
            char *end = strstr(self->trailer, "%%EOF");
            if (end != NULL) { /* what was added behind it has a trailer of its own */
                *end = '\0';
            }
            return true;
        }
        if (self->trailer == NULL || !g_ascii_isdigit(self->trailer[0])) {
            return corrupt(error, "a table of objects has no trailer");
        }
        if (!walk_section(self, &at, visit, data, error)) {
            return false;
        }
    }
}

/* Visit: whether the object is there. */
static bool
visit_check(const Xref *self, int64_t number, int64_t at, gpointer data G_GNUC_UNUSED,
            GError **error)
{
    return is_object(self, number, at) || corrupt(error, "an object is not where its table says");
}

typedef struct {
    int64_t number, at; /* at: -1 until it is found */
} Wanted;

/* Visit: looks for one. */
static bool
visit_find(const Xref *self G_GNUC_UNUSED, int64_t number, int64_t at, gpointer data,
           GError **error G_GNUC_UNUSED)
{
    Wanted *wanted = data;

    wanted->at = number == wanted->number ? at : wanted->at;
    return true;
}

/* Visit: collects the figures of the structure, in the order of their numbers, which is that in
 * which they were drawn. @data: of int64_t */
static bool
visit_figures(const Xref *self, int64_t number, int64_t at, gpointer data,
              GError **error G_GNUC_UNUSED)
{
    g_autofree char *begin = read_at(self->file, at, FIGURE_BEGIN);
    const char *line = begin != NULL ? strchr(begin, '\n') : NULL;

    if (line != NULL && g_str_has_prefix(line, "\n<< /Type /StructElem\n   /S /Figure\n")) {
        g_array_append_val((GArray *)data, number);
    }
    return true;
}

/* The text of an object, by the newest table that has it. (transfer full) */
static char *
read_object(Xref *self, int64_t number, GError **error)
{
    Wanted wanted = { number, -1 };
    int64_t table = self->start;

    for (int i = 0; i < SECTIONS_MAX && table >= 0 && wanted.at < 0; i++) {
        if (!walk_table(self, table, visit_find, &wanted, error)) {
            return NULL;
        }
        table = number_behind(self->trailer, "/Prev ");
    }
    g_autofree char *text = wanted.at >= 0 && is_object(self, number, wanted.at)
                                ? read_at(self->file, wanted.at, OBJECT_MOST)
                                : NULL;
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

/* Objects that are written again behind the end of the file. */
typedef struct {
    Xref *file;
    GString *table; /* its entries */
} Change;

/* The object without its last ">>". (transfer full) (nullable) */
static char *
open_object(Xref *self, int64_t number, GError **error)
{
    g_autofree char *text = read_object(self, number, error);
    const char *end = text != NULL ? g_strrstr(text, ">>") : NULL;

    if (text != NULL && end == NULL) {
        (void)corrupt(error, "an object has no end");
        return NULL;
    }
    return text != NULL ? g_strndup(text, (size_t)(end - text)) : NULL;
}

/* Writes the object again, with @more in it. */
static bool
append_object(Change *self, int64_t number, const char *more, GError **error)
{
    g_autofree char *body = open_object(self->file, number, error);

    if (body == NULL) {
        return false;
    }
    if (fseeko(self->file->file, 0, SEEK_END) != 0) {
        return exe_temp_failed(error, "write the PDF file", errno);
    }
    g_string_append_printf(self->table,
                           "%" G_GINT64_FORMAT " 1\n%010" G_GINT64_FORMAT " 00000 n \n", number,
                           (int64_t)ftello(self->file->file));
    return fprintf(self->file->file, "%s   %s\n>>\nendobj\n", body, more) > 0
           || exe_temp_failed(error, "write the PDF file", errno);
}

/* A text as PDF has it for every script: UTF-16 in hexadecimal digits. (transfer full) */
static char *
text_string(const char *text)
{
    GString *out = g_string_new("<FEFF");
    g_autofree gunichar2 *units = g_utf8_to_utf16(text, -1, NULL, NULL, NULL);

    for (size_t i = 0; units != NULL && units[i] != 0; i++) {
        g_string_append_printf(out, "%04X", (unsigned)units[i]);
    }
    return g_string_free(g_string_append_c(out, '>'), FALSE);
}

static bool
append_figures(Change *self, const GPtrArray *figures, GError **error)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(int64_t));

    if (figures->len == 0) {
        return true;
    }
    if (!walk_table(self->file, self->file->start, visit_figures, numbers, error)) {
        return false;
    }
    if (numbers->len != figures->len) {
        return corrupt(error, "it has other figures than were drawn");
    }
    for (guint i = 0; i < figures->len; i++) {
        g_autofree char *text = text_string(g_ptr_array_index(figures, i));
        g_autofree char *more = g_strconcat("/Alt ", text, NULL);
        if (!append_object(self, g_array_index(numbers, int64_t, i), more, error)) {
            return false;
        }
    }
    return true;
}

/* The table of what was written again, and the end of the file. */
static bool
append_table(Change *self, int64_t root, int64_t info, int64_t size, GError **error)
{
    FILE *file = self->file->file;

    const int64_t table = ftello(file);
    fprintf(file,
            "xref\n%strailer\n<< /Size %" G_GINT64_FORMAT "\n   /Root %" G_GINT64_FORMAT
            " 0 R\n   /Info %" G_GINT64_FORMAT " 0 R\n   /Prev %" G_GINT64_FORMAT
            "\n>>\nstartxref\n%" G_GINT64_FORMAT "\n%%%%EOF\n",
            self->table->str, size, root, info, self->file->start, table);
    return (fflush(file) == 0 && !ferror(file))
           || exe_temp_failed(error, "write the PDF file", errno);
}

bool
exe_pdf_describe(const char *path, const char *language, const GPtrArray *figures, GError **error)
{
    g_auto(Xref) self = { 0 };
    Wanted none = { -1, -1 };

    if (!xref_open(&self, path, "r+e", error)
        || !walk_table(&self, self.start, visit_find, &none, error)) {
        return false;
    }
    const int64_t root = number_behind(self.trailer, "/Root ");
    const int64_t info = number_behind(self.trailer, "/Info ");
    const int64_t size = number_behind(self.trailer, "/Size ");
    if (root < 0 || info < 0) {
        return corrupt(error, "its catalog is none");
    }
    g_autofree char *tag = language_tag(language);
    g_autofree char *more =
        g_strdup_printf("/Lang (%s)\n   /ViewerPreferences << /DisplayDocTitle true >>", tag);
    g_autoptr(GString) table = g_string_new(NULL);
    Change change = { &self, table };
    return append_figures(&change, figures, error) && append_object(&change, root, more, error)
           && append_table(&change, root, info, size, error);
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
        if (!walk_table(&self, table, visit_check, NULL, error)) {
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
