/* result/sheet_names.c: see jw/report_sheets.h. */
#include "jw/report_sheets.h"
#include "jw/text.h"

#include <string.h>

bool
jw_sheet_looks_like_code(const char *text, size_t length)
{
    return length >= 7 && text[0] == '_' && text[1] == 'x' && g_ascii_isxdigit(text[2])
           && g_ascii_isxdigit(text[3]) && g_ascii_isxdigit(text[4]) && g_ascii_isxdigit(text[5])
           && (text[6] == '_' || jw_sheet_byte_needs_code(text[6]));
}

/* Off the ends of @name: spaces and apostrophes. */
static void
strip(GString *name)
{
    size_t begin = strspn(name->str, " '");

    g_string_erase(name, 0, (gssize)begin);
    while (name->len > 0 && strchr(" '", name->str[name->len - 1]) != NULL) {
        g_string_truncate(name, name->len - 1);
    }
}

static void
note_why(const char **why, bool changed, const char *reason)
{
    if (changed && *why == NULL) {
        *why = reason;
    }
}

/* What may stand in a name of @title, however long. */
static GString *
clean_title(const char *title, const char **why)
{
    g_autofree char *line = jw_text_one_line(title);
    const char *end = line + strlen(line);
    GString *name = g_string_new(NULL);
    bool gap = false; /* left out since the last character; one space stands for all of it */

    note_why(why, strcmp(line, title) != 0,
             "a sheet's name has no line breaks and no control characters");
    for (const char *at = line; *at != '\0'; at++) {
        const bool forbidden = strchr("[]:*?/\\", *at) != NULL;
        const bool code = jw_sheet_looks_like_code(at, (size_t)(end - at));

        note_why(why, forbidden, "a sheet's name has none of [ ] : * ? / \\");
        note_why(why, code, "programs read _x0041_ in a sheet's name as \"A\"");
        if (forbidden) {
            gap = name->len > 0;
        } else if (!gap || *at != ' ') {
            const bool spaced = name->len > 0 && name->str[name->len - 1] == ' ';
            g_string_append(name, gap && !spaced ? " " : "");
            g_string_append_c(name, code ? '-' : *at);
            gap = false;
        }
    }
    const size_t length = name->len;
    strip(name);
    note_why(why, name->len < length,
             "a sheet's name has no apostrophe and no space at its begin and end");
    note_why(why, name->len == 0, "a sheet has a name");
    if (name->len == 0) {
        g_string_assign(name, "Sheet");
    }
    return name;
}

/* As Excel counts. */
static size_t
units(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++) {
        const guchar byte = (guchar)*text;
        n += (byte & 0xc0) == 0x80 ? 0 : byte >= 0xf0 ? 2 : 1;
    }
    return n;
}

/* @base shortened so far that @end has room behind it. (transfer full) */
static char *
join(const GString *base, const char *end, const char **why)
{
    g_autoptr(GString) name = g_string_new_len(base->str, (gssize)base->len);

    while (name->len > 0 && units(name->str) + units(end) > JW_SHEET_NAME_UNITS) {
        const char *last = g_utf8_find_prev_char(name->str, name->str + name->len);
        note_why(why, true,
                 "a sheet's name has at most 31 characters (an emoji counts as two), with the "
                 "number behind it");
        g_string_truncate(name, (size_t)(last - name->str));
    }
    strip(name);
    return g_strconcat(name->str, end, NULL);
}

static gboolean
equal_fold(gconstpointer a, gconstpointer b)
{
    g_autofree char *folded_a = g_utf8_casefold(a, -1);
    g_autofree char *folded_b = g_utf8_casefold(b, -1);

    return strcmp(folded_a, folded_b) == 0;
}

const char *
jw_sheet_name_add(GPtrArray *names, const char *title, unsigned number, const char **ret_why)
{
    g_return_val_if_fail(names != NULL && title != NULL, NULL);

    const char *why = NULL;
    g_autoptr(GString) base = clean_title(title, &why);
    g_autofree char *of_list = number > 1 ? g_strdup_printf(" %u", number) : g_strdup("");
    g_autofree char *name = NULL;

    if (number <= 1 && equal_fold(base->str, "History")) {
        note_why(&why, true, "Excel keeps the name \"History\" for itself");
        g_string_append(base, " sheet");
    }
    name = join(base, of_list, &why);
    for (int n = 2; g_ptr_array_find_with_equal_func(names, name, equal_fold, NULL); n++) {
        g_autofree char *end = g_strdup_printf("%s (%d)", of_list, n);
        note_why(&why, true, "another sheet has that name; upper and lower case count as the same");
        g_free(name);
        name = join(base, end, &why);
    }
    if (ret_why != NULL) {
        *ret_why = why;
    }
    g_ptr_array_add(names, name);
    return g_steal_pointer(&name);
}
