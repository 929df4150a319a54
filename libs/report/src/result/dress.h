/* result/dress.h: what a definition says of the looks of values, put into tables. Private to
 * libs/report. */
#pragma once
#include "jw/report_result.h"

G_BEGIN_DECLS

/* Puts labels, units and levels into the tables of a result. */
void jw_result_dress(JwReportResult *self, const JwReportDef *def);

G_END_DECLS
