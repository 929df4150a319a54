/* templates.c: templates of report jobs. Any thread. The version decides: each change names the
 * one it was made on. Deleting is such a change; what is left to do after it needs no decision. */
#include "repo.h"
#include "jw/log.h"
#include "jw/store_templates.h"
#include "jw/text.h"

static const size_t texts[] = {
    offsetof(JwTemplate, id),          offsetof(JwTemplate, name),
    offsetof(JwTemplate, description), offsetof(JwTemplate, report_type),
    offsetof(JwTemplate, settings),    offsetof(JwTemplate, owner.id),
    offsetof(JwTemplate, owner.name),  offsetof(JwTemplate, owner.email),
    offsetof(JwTemplate, updated_by),  offsetof(JwTemplate, request_hash),
};

void
jw_template_free(gpointer self)
{
    JwTemplate *template = self;

    if (template == NULL) {
        return;
    }
    jw_texts_clear(template, texts, G_N_ELEMENTS(texts));
    g_strfreev(template->departments);
    g_free(template);
}

static gpointer
create_template(void)
{
    return g_new0(JwTemplate, 1);
}

#define COLLECTION "reportTemplates"
static const JwRepo templates = { COLLECTION, &jw_doc_template_table, create_template,
                                  jw_template_free };

JW_DB_INDEXES(templates) = {
    { COLLECTION, "name:1 _id:1", false },
    { COLLECTION, "owner.id:1", false },
    { 0 },
};

bool
jw_store_create_template(JwStore *self, const JwTemplate *created, JwCreate *ret_create,
                         GError **error)
{
    g_return_val_if_fail(self != NULL && created != NULL && ret_create != NULL, false);

    return jw_db_insert_one(self, COLLECTION, jw_repo_document(&templates, created), ret_create,
                            error)
           || jw_prefix(error, "creating template '%s'", created->id);
}

bool
jw_store_get_template(JwStore *self, const char *id, JwTemplate **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret != NULL, false);
    gpointer found = NULL;

    if (!jw_repo_get(self, &templates, id, &found, error)) {
        return false;
    }
    g_autoptr(JwTemplate) template = found;
    *ret = template != NULL && template->deleted_at_ms == 0 ? g_steal_pointer(&template) : NULL;
    return true;
}

static bool
is_kept(const char *name)
{
    static const char *const names[] = { "_id",         "owner",     "version", "createdAt",
                                         "requestHash", "deletedAt", NULL };

    return g_strv_contains(names, name);
}

/* The one of that version; none that was deleted. */
static bson_t *
filter_of(const char *id, int64_t version)
{
    return BCON_NEW("_id", BCON_UTF8(id), "version", BCON_INT64(version), "deletedAt", BCON_NULL);
}

bool
jw_store_change_template(JwStore *self, const JwTemplate *changed, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && changed != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = filter_of(changed->id, changed->version);
    g_autoptr(bson_t) whole = jw_repo_document(&templates, changed);
    g_autoptr(bson_t) update = BCON_NEW("$inc", "{", "version", BCON_INT64(1), "}");
    g_auto(bson_t) set = BSON_INITIALIZER;
    g_auto(bson_t) unset = BSON_INITIALIZER;
    bson_iter_t iter;

    for (size_t i = 0; i < jw_doc_template_table.n_fields; i++) {
        const char *name = jw_doc_template_table.fields[i].name;

        if (is_kept(name)) {
            continue;
        }
        if (bson_iter_init_find(&iter, whole, name)) {
            bson_append_iter(&set, name, -1, &iter);
        } else {
            BSON_APPEND_INT32(&unset, name, 1);
        }
    }
    BSON_APPEND_DOCUMENT(update, "$set", &set);
    if (!bson_empty(&unset)) {
        BSON_APPEND_DOCUMENT(update, "$unset", &unset);
    }
    return jw_db_update(self, COLLECTION, filter, update, ret_cas, error)
           || jw_prefix(error, "changing template '%s'", changed->id);
}

bool
jw_store_delete_template(JwStore *self, const char *id, int64_t version, int64_t now_ms,
                         JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = filter_of(id, version);
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "deletedAt", BCON_DATE_TIME(now_ms), "}");

    if (!jw_db_update(self, COLLECTION, filter, update, ret_cas, error)) {
        return jw_prefix(error, "deleting template '%s'", id);
    }
    g_autoptr(GError) left = NULL;
    if (*ret_cas == JW_CAS_WON && !jw_db_remove(self, COLLECTION, "_id", id, &left)) {
        jw_debug("template_left", JW_STR("template_id", id), /* and yet gone for everybody */
                 JW_STR("error", jw_error_message(left)));
    }
    return true;
}

/* A page shows what templates there are; their settings may be large. */
static void
append_shown(bson_t *opts)
{
    bson_t shown;

    BSON_APPEND_DOCUMENT_BEGIN(opts, "projection", &shown);
    for (size_t i = 0; i < jw_doc_template_table.n_fields; i++) {
        const char *name = jw_doc_template_table.fields[i].name;

        if (!g_str_equal(name, "settings")) {
            BSON_APPEND_INT32(&shown, name, 1);
        }
    }
    bson_append_document_end(opts, &shown);
}

bool
jw_store_list_templates(JwStore *self, const JwTemplateQuery *query, GPtrArray **ret,
                        int64_t *ret_total, GError **error)
{
    g_return_val_if_fail(self != NULL && query != NULL && ret != NULL && ret_total != NULL, false);
    g_return_val_if_fail(query->skip >= 0 && query->limit > 0, false);
    g_autoptr(bson_t) filter = BCON_NEW("deletedAt", BCON_NULL);
    g_autoptr(bson_t) opts =
        BCON_NEW("skip", BCON_INT64(query->skip), "limit", BCON_INT64(query->limit), "sort", "{",
                 "name", BCON_INT32(1), "_id", BCON_INT32(1), "}");
    g_autoptr(GPtrArray) list = NULL;
    int64_t total = 0;

    if (query->report_type != NULL) {
        BSON_APPEND_UTF8(filter, "reportType", query->report_type);
    }
    if (query->owner != NULL) {
        BSON_APPEND_UTF8(filter, "owner.id", query->owner);
    }
    jw_repo_append_viewer(filter, &query->viewer, "owner.id");
    append_shown(opts);
    if (!jw_db_count(self, COLLECTION, filter, 0, &total, error)
        || !jw_repo_list(self, &templates, filter, opts, &list, error)) {
        return false;
    }
    *ret = g_steal_pointer(&list);
    *ret_total = total;
    return true;
}
