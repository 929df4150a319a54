/* jw/catalog.h: the report definitions (schemas/reports/<type>.json) and import mappings, read
 * from disk. A catalog is immutable after loading; any thread. */
#pragma once
#include "jw/error.h"
#include "jw/report.h"

G_BEGIN_DECLS

typedef struct _JwCatalog JwCatalog;
/* Reads every *.json of @dir. INVALID names file and pointer of every fault of every file. */
JwCatalog *jw_catalog_load(const char *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_catalog_free(JwCatalog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwCatalog, jw_catalog_free)
const JwReportDef *jw_catalog_find(const JwCatalog *self, const char *report_type); /* or NULL */
size_t jw_catalog_size(const JwCatalog *self);
const JwReportDef *jw_catalog_get(const JwCatalog *self, size_t index); /* by type name */
/* "call-records, learning-activity"; (transfer full) */
char *jw_catalog_names(const JwCatalog *self);
/* One definition from text, @file for messages. */
JwReportDef *jw_report_def_parse(const char *text, size_t length, const char *file,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How a CSV file becomes records (jobctl import). */
typedef enum {
    JW_MAP_TEXT,
    JW_MAP_INT,
    JW_MAP_REAL,
    JW_MAP_BOOL,
    JW_MAP_DATETIME,
    JW_MAP_DURATION,
    JW_MAP_CONST
} JwMapType;
typedef struct {
    char *field; /* of the record */
    /* source columns; several are joined by one space (a date and a time) */
    char **columns;
    JwMapType type;
    /* datetime: strptime-like, "%d-%b-%y %H:%M"; duration: "h:mm:ss" → seconds */
    char *format;
    char *time_zone; /* datetime without an offset: IANA name */
    /* text → text, after trimming; NULL: as it stands. e.g. "Y" → "true" */
    GHashTable *values;
    bool values_strict; /* a text not in `values` is a fault */
    bool required;      /* an empty cell is a fault; otherwise it becomes null */
    double min, max;    /* numbers; min > max: no limits */
    GArray *when;       /* derived: JwMapCase list, first match gives the value (const text) */
} JwMapField;
typedef struct {
    /* an earlier field of the record; NULL: always matches (the default) */
    char *source_field;
    char **equals;
    char *value;
} JwMapCase;
typedef struct {
    char *collection, *id_field; /* id_field's text becomes _id */
    char *date_field;            /* indexed */
    char delimiter;
    GArray *fields; /* JwMapField */
} JwMapping;
JwMapping *jw_mapping_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_mapping_free(JwMapping *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwMapping, jw_mapping_free)

G_END_DECLS
