/* jw/report_change.h: what a figure was before, and what its level is, in words. Pure; any thread.
 */
#pragma once
#include "jw/report_result.h"

G_BEGIN_DECLS

/* A figure's change for a card or a line, in @language (nullable): "▲ +13 (+1.6 %)", "unchanged",
 * "14:00 before" where there is no difference. NULL: nothing is compared. (transfer full) */
char *jw_report_change_text(const JwReportFigure *figure, const char *language);

/* "✓", "!", "✗", or "" of JW_LEVEL_NONE: what a level is without its colour. */
const char *jw_report_level_sign(JwLevel level);

/* "good" in @language (nullable). NULL: of JW_LEVEL_NONE. (transfer none) (nullable) */
const char *jw_report_level_word(JwLevel level, const char *language);

/* "✓ good" in @language (nullable). NULL: of JW_LEVEL_NONE. (transfer full) (nullable) */
char *jw_report_level_text(JwLevel level, const char *language);

G_END_DECLS
