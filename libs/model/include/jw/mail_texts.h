/* jw/mail_texts.h: what a mail says in the words of who asked for it: templates without logic, in
 * which "{{period}}" stands for a value. Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
    char *subject, *intro, *sender_name; /* templates; NULL: the mail's own words */
} JwMailTexts;

/* NULL-safe. */
void jw_mail_texts_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwMailTexts, jw_mail_texts_free)

/* How JSON calls them: "subject", "intro", "senderName". */
#define JW_MAIL_TEXT_NAMES "subject", "intro", "senderName"

#define JW_MAIL_TEXT_MAX   200 /* characters of a subject, before and after its values are in it */
#define JW_MAIL_INTRO_MAX  4000
#define JW_MAIL_SENDER_MAX 100

/* The values that a template may name, NULL at the end: "report", "period" … Besides them figures,
 * by the names of their measures: "figures.totalCalls", and how they changed:
 * "changes.totalCalls". */
extern const char *const jw_mail_values[];
#define JW_MAIL_FIGURES "figures."
#define JW_MAIL_CHANGES "changes."

/* What is wrong with @text, as a clause: "names no value 'perod'; did you mean 'period'?"; NULL:
 * nothing. @figures: NULL-terminated names of the figures that there are; NULL: not known, any may
 * be named. (transfer full) (nullable) */
char *jw_mail_template_check(const char *text,
                             const char *const *figures) G_GNUC_WARN_UNUSED_RESULT;

/* The value of @name; NULL: it has none, and nothing stands in its place. (transfer none) */
typedef const char *(*JwMailValue)(const char *name, gpointer data);

/* @text, which the check has nothing against, with its values. They are not looked through for
 * further ones. (transfer full) */
char *jw_mail_template_fill(const char *text, JwMailValue value, gpointer data);

G_END_DECLS
