/* import/mapping.h: how a CSV file becomes records (jobctl import), read from its JSON. A mapping
 * belongs to who loaded it; any thread. */
#pragma once
#include "jw/error.h"

#include <stdbool.h>

G_BEGIN_DECLS

typedef enum {
    JC_MAP_TEXT,
    JC_MAP_INT,
    JC_MAP_REAL,
    JC_MAP_BOOL,
    JC_MAP_DATETIME,
    JC_MAP_DURATION,
    JC_MAP_CONST
} JcMapType;
typedef struct {
    char *field; /* of the record */
    /* source columns; several are joined by one space (a date and a time) */
    char **columns;
    JcMapType type;
    /* datetime: strptime-like, "%d-%b-%y %H:%M"; duration: "h:mm:ss" → seconds */
    char *format;
    char *time_zone; /* datetime without an offset: IANA name */
    char decimal;    /* real: '.' or ',' */
    char thousands;  /* int, real: between groups of three digits; ' ' and '\'' have more than one
                        form; 0: none */
    /* string → string, after trimming; NULL: as it stands. e.g. "Y" → "true" */
    GHashTable *values;
    bool values_strict; /* a string not in `values` is a violation */
    bool required;      /* an empty cell is a violation; otherwise it becomes null */
    double min, max;    /* numbers; min > max: no limits */
    GArray *when;       /* derived: JcMapCase list, first match gives the value (const string) */
} JcMapField;
typedef struct {
    /* an earlier field of the record; NULL: always matches (the default) */
    char *source_field;
    char **equals;
    char *value;
} JcMapCase;
typedef struct {
    char *collection, *id_field; /* id_field's string becomes _id */
    char *date_field;            /* indexed */
    char delimiter;
    GArray *fields; /* JcMapField */
} JcMapping;
JcMapping *jc_mapping_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jc_mapping_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcMapping, jc_mapping_free)

G_END_DECLS
