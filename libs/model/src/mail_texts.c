/* mail_texts.c: see jw/mail_texts.h. No conditions, no loops, no markup: a template cannot fail
 * where it is used, and a value cannot become a part of it. */
#include "jw/mail_texts.h"

#include "jw/text.h"

#include <string.h>

#define OPEN      "{{"
#define CLOSE     "}}"
#define VALUE_MAX 100u

const char *const jw_mail_values[] = {
    "report", "name",        "type",    "kind",    "period", "start",     "end",
    "zone",   "departments", "filters", "records", "file",   "requester", NULL,
};

static const size_t texts[] = {
    offsetof(JwMailTexts, subject),
    offsetof(JwMailTexts, intro),
    offsetof(JwMailTexts, sender_name),
};

void
jw_mail_texts_free(gpointer self)
{
    if (self == NULL) {
        return;
    }
    jw_texts_clear(self, texts, G_N_ELEMENTS(texts));
    g_free(self);
}

/* The next value of a template. */
typedef struct {
    const char *begin, *end; /* of its braces, the end behind them; @begin NULL: there is none */
    char name[VALUE_MAX + 1];
    bool closed;
} Place;

static Place
next_place(const char *text)
{
    Place place = { .begin = strstr(text, OPEN) };
    const char *close = place.begin != NULL ? strstr(place.begin, CLOSE) : NULL;

    if (close == NULL) {
        return place;
    }
    g_autofree char *name =
        g_strndup(place.begin + strlen(OPEN), (gsize)(close - place.begin) - strlen(OPEN));
    g_strlcpy(place.name, g_strstrip(name), sizeof place.name);
    place.end = close + strlen(CLOSE);
    place.closed = true;
    return place;
}

static bool
is_listed(const char *name, const char *const *list)
{
    return list != NULL && g_strv_contains(list, name);
}

/* What of a name stands behind "figures." or "changes."; NULL: it is no figure. */
static const char *
figure_of(const char *name)
{
    const bool figure = g_str_has_prefix(name, JW_MAIL_FIGURES);
    const bool change = g_str_has_prefix(name, JW_MAIL_CHANGES);

    return figure ? name + strlen(JW_MAIL_FIGURES) : change ? name + strlen(JW_MAIL_CHANGES) : NULL;
}

static bool
is_value(const char *name, const char *const *figures)
{
    const char *figure = figure_of(name);

    if (figure == NULL) {
        return is_listed(name, jw_mail_values);
    }
    return figures == NULL ? *figure != '\0' : is_listed(figure, figures);
}

/* "; did you mean 'period'?", or which values there are. (transfer full) */
static char *
advice(const char *name, const char *const *figures)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
    JwNearest nearest = jw_nearest_begin(name);

    for (size_t i = 0; jw_mail_values[i] != NULL; i++) {
        g_ptr_array_add(all, g_strdup(jw_mail_values[i]));
    }
    for (size_t i = 0; figures != NULL && figures[i] != NULL; i++) {
        g_ptr_array_add(all, g_strconcat(JW_MAIL_FIGURES, figures[i], NULL));
        g_ptr_array_add(all, g_strconcat(JW_MAIL_CHANGES, figures[i], NULL));
    }
    for (guint i = 0; i < all->len; i++) {
        jw_nearest_offer(&nearest, g_ptr_array_index(all, i));
    }
    if (nearest.name != NULL) {
        return g_strdup_printf("did you mean '%s'?", nearest.name);
    }
    g_autofree char *values = g_strjoinv(", ", (char **)(uintptr_t)jw_mail_values);
    return g_strdup_printf("there are %s, and figures.NAME and changes.NAME of each figure",
                           values);
}

static char *
check_name(const char *name, const char *const *figures)
{
    g_autofree char *echo = jw_text_one_line(name);

    if (name[0] == '\0') {
        return g_strdup("has {{}} without a name of a value between");
    }
    if (is_value(name, figures)) {
        return NULL;
    }
    g_autofree char *what_to_do = advice(name, figures);
    return g_strdup_printf("names no value '%s'; %s", echo, what_to_do);
}

/* Marks that show nothing would make a subject read as another. */
static bool
is_visible(const char *text)
{
    for (; *text != '\0'; text = g_utf8_find_next_char(text, NULL)) {
        const gunichar c = g_utf8_get_char(text);
        if (c != '\n' && c != 0x200d && jw_text_invisible(c)) { /* 200D joins emoji */
            return false;
        }
    }
    return true;
}

char *
jw_mail_template_check(const char *text, const char *const *figures)
{
    g_return_val_if_fail(text != NULL, NULL);

    if (!g_utf8_validate(text, -1, NULL) || !is_visible(text)) {
        return g_strdup("holds a character that cannot be seen, such as a mark of direction");
    }
    for (const char *at = text; *at != '\0';) {
        const Place place = next_place(at);
        g_autofree char *before =
            place.begin != NULL ? g_strndup(at, (gsize)(place.begin - at)) : g_strdup(at);
        if (strstr(before, CLOSE) != NULL) {
            return g_strdup("has }} without {{ before it");
        }
        if (place.begin == NULL) {
            return NULL;
        }
        char *wrong = place.closed ? check_name(place.name, figures)
                                   : g_strdup("has {{ without }} behind it");
        if (wrong != NULL) {
            return wrong;
        }
        at = place.end;
    }
    return NULL;
}

char *
jw_mail_template_fill(const char *text, JwMailValue value, gpointer data)
{
    g_return_val_if_fail(text != NULL && value != NULL, NULL);
    GString *out = g_string_new(NULL);
    const char *at = text;

    for (Place place = next_place(at); place.closed; place = next_place(at)) {
        const char *filled = value(place.name, data);
        g_string_append_len(out, at, place.begin - at);
        g_string_append(out, filled != NULL ? filled : "");
        at = place.end;
    }
    g_string_append(out, at);
    return g_string_free(out, FALSE);
}
