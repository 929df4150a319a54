/* repo.h: the base of repositories: a collection of documents of one table, read and changed as
 * structs. Any thread. */
#pragma once
#include "codec/doc.h"
#include "db/db.h"
#include "jw/occurrence.h"
#include "jw/visibility.h"

G_BEGIN_DECLS

typedef struct {
    const char *collection;
    const JwDocTable *table;
    gpointer (*create)(void); /* an empty struct to read into */
    GDestroyNotify free;
} JwRepo;
extern const JwRepo jw_repo_jobs, jw_repo_schedules, jw_repo_deliveries;

/* The document of a struct. (transfer full) */
bson_t *jw_repo_document(const JwRepo *repo, gconstpointer from);

/* The struct of a document. (transfer full), NULL: CORRUPT. */
gpointer jw_repo_read(const JwRepo *repo, const bson_t *document,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret: (out) (nullable) (transfer full): NULL when there is none. CORRUPT when it cannot be
 * read. */
bool jw_repo_get(JwStore *self, const JwRepo *repo, const char *id, gpointer *ret,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All that match and can be read. @ret: (out) (element-type of the repository) (transfer full) */
bool jw_repo_list(JwStore *self, const JwRepo *repo, const bson_t *filter, const bson_t *opts,
                  GPtrArray **ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The first @limit of them; @opts without skip and limit (jw_db_find_page). */
bool jw_repo_page(JwStore *self, const JwRepo *repo, const bson_t *filter, const bson_t *opts,
                  size_t limit, GPtrArray **ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Updates the one document that matches. @ret: (out) (optional) (transfer full): the struct after
 * the update when WON, untouched when LOST. */
bool jw_repo_modify(JwStore *self, const JwRepo *repo, const bson_t *filter, const bson_t *update,
                    JwCas *ret_cas, gpointer *ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Names of the states in a bit set, as the condition `key: name` or `key: {$in: [...]}`; every
 * state for an empty set. @name: NULL past the last state. */
void jw_repo_append_states(bson_t *filter, const char *key, unsigned states,
                           const char *(*name)(int));

/* The time is not after @last_ms or, unless that is 0, lies behind @ahead_ms. */
void jw_repo_append_past(bson_t *filter, const char *field, int64_t last_ms, int64_t ahead_ms);

/* $push of decisions. */
void jw_repo_append_fires(bson_t *update, const JwFire *const *fires, size_t n_fires);

/* What @viewer may see; @owner: the field with its owner's subject. */
void jw_repo_append_viewer(bson_t *filter, const JwViewer *viewer, const char *owner);

G_END_DECLS
