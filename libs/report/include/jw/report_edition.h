/* jw/report_edition.h: the periods that a report may ask for by name, and the editions of a report
 * type, each with the period it has unless a request says another. Pure data. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum { JW_PERIOD_CUSTOM, JW_PERIOD_WEEKLY, JW_PERIOD_MONTHLY } JwPeriodType;

/* Its name in requests and results: "weekly". (transfer none) */
const char *jw_period_name(JwPeriodType type);

/* It begins with its name: jw_report_names() relies on it. */
typedef struct {
    char *name;          /* "Weekly" */
    JwPeriodType period; /* WEEKLY or MONTHLY: the whole one before */
} JwEditionDef;

G_END_DECLS
