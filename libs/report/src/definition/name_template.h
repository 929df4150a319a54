/* definition/name_template.h: the names of files as a definition says them in `fileName`:
 * "CDR_{edition}_Report_{start}_{end}". Private to libs/report. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    JW_NAME_EDITION,
    JW_NAME_START, /* the first day, "2026-01-05" */
    JW_NAME_END,   /* the last day */
    JW_NAME_YEAR,  /* of the first day */
    JW_NAME_MONTH, /* of the first day, "2026-01" */
    JW_NAME_TYPE,
    JW_NAME_TITLE,
    JW_NAME_LANGUAGE,
    JW_NAME_N
} JwNameValue;

/* A JwFieldCheck (jw/json.h): a template of known values, which makes the name of a file on every
 * system. (transfer full) */
char *jw_check_name_template(const char *text);

/* The name. NULL: the template, which passed the check, names a value that is NULL. (transfer full)
 * (nullable) */
char *jw_name_template_fill(const char *text, const char *const values[JW_NAME_N]);

G_END_DECLS
