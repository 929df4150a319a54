/* letter_texts.c: what a job, or else its report type, says for its mail: subject, introduction,
 * sender's name. Each is a template, whose values are those of the view: one line each, of bounded
 * length, and no markup. Any thread, no state. */
#include "letter_view.h"

#include <string.h>

static const JwLetterFigure *
find_figure(const JwLetterView *view, const char *name)
{
    for (guint i = 0; i < view->figures->len; i++) {
        const JwLetterFigure *figure = &g_array_index(view->figures, JwLetterFigure, i);
        if (g_strcmp0(figure->name, name) == 0) {
            return figure;
        }
    }
    return NULL;
}

/* One that this report does not have, because its request names others, is a dash. */
static const char *
figure_value(const JwLetterView *view, const char *name)
{
    const bool change = g_str_has_prefix(name, JW_MAIL_CHANGES);
    const JwLetterFigure *figure =
        find_figure(view, name + strlen(change ? JW_MAIL_CHANGES : JW_MAIL_FIGURES));

    if (change) {
        return figure != NULL ? figure->change : NULL;
    }
    return figure != NULL ? figure->text : "\xe2\x80\x93";
}

static const char *
value_of(const char *name, gpointer data)
{
    const JwLetterView *view = data;
    const struct {
        const char *name, *value;
    } values[] = {
        { "report", view->report },
        { "name", view->job_name },
        { "type", view->report_type },
        { "kind", view->kind },
        { "period", view->period },
        { "start", view->start },
        { "end", view->end },
        { "zone", view->zone },
        { "filters", view->part },
        { "departments", view->departments },
        { "records", view->records },
        { "file", view->file_name },
        { "requester", view->requester },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        if (strcmp(values[i].name, name) == 0) {
            return values[i].value;
        }
    }
    return figure_value(view, name);
}

/* (transfer full) (nullable) */
static char *
fill_line(JwLetterView *view, const char *template)
{
    g_autofree char *filled =
        template != NULL ? jw_mail_template_fill(template, value_of, view) : NULL;

    return jw_letter_view_clean(filled);
}

/* A value that looks like an address is none of the sender. (transfer full) (nullable) */
static char *
fill_sender(JwLetterView *view, const char *template)
{
    g_autofree char *name = fill_line(view, template);

    if (name == NULL) {
        return NULL;
    }
    g_autofree char *plain = g_strdelimit(g_steal_pointer(&name), "<>@\"", ' ');
    g_autofree char *clean = jw_letter_view_clean(plain);
    return clean != NULL
               ? g_utf8_substring(clean, 0, MIN(g_utf8_strlen(clean, -1), JW_MAIL_SENDER_MAX))
               : NULL;
}

/* Line by line, so that no value is cut for the length of others. (transfer full) (nullable) */
static char **
fill_intro(JwLetterView *view, const char *template)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) templates = g_strsplit(template != NULL ? template : "", "\n", -1);
    bool any = false;

    for (size_t i = 0; templates[i] != NULL; i++) {
        g_autofree char *filled = jw_mail_template_fill(templates[i], value_of, view);
        char *line = g_strchomp(g_utf8_make_valid(filled, -1));
        any = any || *line != '\0';
        g_ptr_array_add(lines, line);
    }
    if (!any) {
        return NULL;
    }
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&lines), FALSE);
}

void
jw_letter_view_read_texts(JwLetterView *self, const JwMailTexts *of_job, const JwMailTexts *of_type)
{
    static const JwMailTexts none = { 0 };
    const JwMailTexts *first = of_job != NULL ? of_job : &none;
    const char *subject = first->subject != NULL ? first->subject : of_type->subject;
    const char *intro = first->intro != NULL ? first->intro : of_type->intro;
    const char *sender = first->sender_name != NULL ? first->sender_name : of_type->sender_name;

    self->subject = fill_line(self, subject);
    self->intro = fill_intro(self, intro);
    self->sender_name = fill_sender(self, sender);
}
