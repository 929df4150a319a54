/* def_private.h: what the files of a definition share. Any thread, no state. */
#pragma once
#include "jw/report_def.h"
#include "jw/violations.h"

G_BEGIN_DECLS

/* Notes all rules between the values of a definition that it breaks, but for places where
 * something is noted already. Values that the tables refused may be missing in @self. */
void jw_report_def_note(const JwReportDef *self, JwViolations *violations);

G_END_DECLS
