/* text/mail_texts.c: see jw/report_mail.h. */
#include "jw/report_mail.h"

#include <string.h>

static const char *const names[] = { JW_MAIL_TEXT_NAMES };

static char *
check_text(const char *text)
{
    return jw_mail_template_check(text, NULL);
}

/* A name that looks like an address would be taken for the sender's. */
static char *
check_sender(const char *text)
{
    return strpbrk(text, "<>@\"") != NULL
               ? g_strdup("is a name, without @, quotes or brackets: the address is that of "
                          "JW_MAIL_FROM")
               : check_text(text);
}

const JwField jw_mail_texts_fields[] = {
    { .name = "subject",
      .type = JW_FIELD_STRING,
      .min = 1,
      .max = JW_MAIL_TEXT_MAX,
      .check = check_text },
    { .name = "intro",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_LINES,
      .min = 1,
      .max = JW_MAIL_INTRO_MAX,
      .check = check_text },
    { .name = "senderName",
      .type = JW_FIELD_STRING,
      .min = 1,
      .max = JW_MAIL_SENDER_MAX,
      .check = check_sender },
    { .name = NULL },
};

/* The names of its measures, NULL-terminated; they are the definition's. (transfer container) */
static const char **
figures_of(const JwReportDef *def)
{
    const char **figures = g_new0(const char *, def->measures->len + 1);

    for (guint i = 0, n = 0; i < def->measures->len; i++) {
        const char *name = g_array_index(def->measures, JwMeasureDef, i).name;
        if (name != NULL) { /* one without is noted elsewhere */
            figures[n++] = name;
        }
    }
    return figures;
}

bool
jw_mail_texts_check(const json_t *texts, const JwReportDef *def, const char *base,
                    JwViolations *violations)
{
    g_return_val_if_fail(def != NULL && base != NULL && violations != NULL, false);
    g_autofree const char **figures = figures_of(def);
    bool ok = true;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *text = jw_json_text(texts, names[i]);
        g_autofree char *wrong_form = text != NULL ? jw_mail_template_check(text, NULL) : NULL;
        g_autofree char *wrong =
            text != NULL && wrong_form == NULL ? jw_mail_template_check(text, figures) : NULL;
        if (wrong != NULL) { /* what is wrong by itself is noted by its field */
            g_autofree char *pointer = jw_pointer(base, names[i]);
            ok = jw_violations_add(violations, pointer, "%s", wrong);
        }
    }
    return ok;
}

JwMailTexts *
jw_mail_texts_read(const json_t *texts)
{
    if (json_object_size(texts) == 0) {
        return NULL;
    }
    JwMailTexts *self = g_new0(JwMailTexts, 1);
    char **const members[] = { &self->subject, &self->intro, &self->sender_name };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        *members[i] = g_strdup(jw_json_text(texts, names[i]));
    }
    return self;
}

json_t *
jw_mail_texts_value(const JwMailTexts *self)
{
    if (self == NULL) {
        return NULL;
    }
    const char *const members[] = { self->subject, self->intro, self->sender_name };
    json_t *value = json_object();

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        jw_json_set_string(value, names[i], members[i]);
    }
    return value;
}
