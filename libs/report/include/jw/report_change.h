/* jw/report_change.h: what a figure was before, in words. Pure; any thread. */
#pragma once
#include "jw/report_result.h"

G_BEGIN_DECLS

/* A figure's change for a card or a line, in @language (nullable): "▲ +13 (+1.6 %)", "unchanged",
 * "14:00 before" where there is no difference. NULL: nothing is compared. (transfer full) */
char *jw_report_change_text(const JwReportFigure *figure, const char *language);

G_END_DECLS
