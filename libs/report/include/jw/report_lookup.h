/* jw/report_lookup.h: where the names of ids are: of a dimension's groups, of a column's values.
 * Pure data. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    char *collection; /* NULL: values are shown as they are */
    char *key;        /* its field that a value is looked up by */
    char *label;      /* its field that is shown instead */
} JwLookup;

G_END_DECLS
