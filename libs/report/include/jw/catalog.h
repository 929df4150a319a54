/* jw/catalog.h: the report definitions (schemas/reports/<type>.json), read from disk. Immutable
 * after loading; any thread. */
#pragma once
#include "jw/error.h"
#include "jw/report.h"

G_BEGIN_DECLS

typedef struct _JwCatalog JwCatalog;

/* Reads every *.json of @dir. (transfer full)
 * @error: NOT_FOUND, UNAVAILABLE (the folder cannot be read); INVALID, with file and pointer of
 * every violation of every file */
JwCatalog *jw_catalog_load(const char *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_catalog_free(gpointer self);

/* The zone of definitions that name none, in place of UTC; before anybody else has the catalog.
 * @error: INVALID for a zone that is none */
bool jw_catalog_set_zone(JwCatalog *self, const char *zone,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwCatalog, jw_catalog_free)

/* The definition of a type. (transfer none) (nullable) */
const JwReportDef *jw_catalog_find(const JwCatalog *self, const char *report_type);

/* How many definitions there are. */
size_t jw_catalog_size(const JwCatalog *self);

/* The definition at @index, in the order of their types. (transfer none) */
const JwReportDef *jw_catalog_get(const JwCatalog *self, size_t index);

/* "call-records, learning-activity". (transfer full) */
char *jw_catalog_names(const JwCatalog *self);

/* One definition from JSON. (transfer full)
 * @file: for messages
 * @error: INVALID, with every violation */
JwReportDef *jw_report_def_parse(const char *text, size_t length, const char *file,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
