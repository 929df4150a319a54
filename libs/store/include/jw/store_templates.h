/* jw/store_templates.h: templates: settings under a name, from which report jobs are asked for.
 * Each change of one raises its version. Errors: jw/store.h. */
#pragma once
#include "jw/job.h"
#include "jw/store.h"

G_BEGIN_DECLS

typedef struct {
    char *id; /* UUID */
    char *name, *description;
    char *report_type; /* that of the settings, "call-records" */
    char *settings;    /* JSON, canonical: a part of a request (jw_wire_check_settings()) */
    JwActor owner;
    char **departments; /* NULL-terminated: with whom it is shared; NULL: none */
    JwVisibility visibility;
    int64_t version; /* from 1 */
    int64_t created_at_ms, updated_at_ms;
    char *updated_by;      /* subject of who changed it last; NULL: nobody has */
    char *request_hash;    /* SHA-256 of the request that created it */
    int64_t deleted_at_ms; /* the store's */
} JwTemplate;

/* NULL-safe. */
void jw_template_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwTemplate, jw_template_free)

/* @ret_create: (out): EXISTS: there is one with this id, which is left as it is. */
bool jw_store_create_template(JwStore *self, const JwTemplate *created, JwCreate *ret_create,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret: (out) (nullable) (transfer full): NULL when there is none. */
bool jw_store_get_template(JwStore *self, const char *id, JwTemplate **ret,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replaces name, description, report type, settings, departments, visibility, updated_at_ms and
 * updated_by, and raises the version. @changed: its version is the one that the change was made
 * on. @ret_cas: (out): LOST: it has another version by now, or is gone. */
bool jw_store_change_template(JwStore *self, const JwTemplate *changed, JwCas *ret_cas,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes it. @version: as it was read. @ret_cas: (out): LOST as above. */
bool jw_store_delete_template(JwStore *self, const char *id, int64_t version, int64_t now_ms,
                              JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *report_type, *owner; /* NULL: all; @owner: a subject */
    JwViewer viewer;
    int64_t skip, limit;
} JwTemplateQuery;

/* One page by name, without settings. @ret: (out) (element-type JwTemplate) (transfer full)
 * @ret_total: (out): how many there are; one that cannot be read keeps its place, as with jobs */
bool jw_store_list_templates(JwStore *self, const JwTemplateQuery *query, GPtrArray **ret,
                             int64_t *ret_total, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
