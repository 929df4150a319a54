/* jw/catalog.h: the report definitions (schemas/reports/<type>.json), read from disk. A catalog is immutable after loading; any thread. */
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

G_END_DECLS
