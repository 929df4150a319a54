/* jw/report_mail.h: the texts of mails in JSON: `mail` of a definition and of a job's delivery:
 * {"subject", "intro", "senderName"}, each a template (jw/mail_texts.h). Any thread, no state. */
#pragma once
#include "jw/json.h"
#include "jw/mail_texts.h"
#include "jw/report_def.h"

G_BEGIN_DECLS

/* What `mail` may hold; the checks of single texts are its own. */
extern const JwField jw_mail_texts_fields[];

/* Notes the figures that a text names and @def does not have. @texts: (nullable), whose own pointer
 * is @base. False when it did. */
bool jw_mail_texts_check(const json_t *texts, const JwReportDef *def, const char *base,
                         JwViolations *violations);

/* (transfer full) (nullable): NULL where there is no text */
JwMailTexts *jw_mail_texts_read(const json_t *texts);

/* (transfer full) (nullable) */
json_t *jw_mail_texts_value(const JwMailTexts *self);

G_END_DECLS
