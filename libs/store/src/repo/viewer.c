/* viewer.c: what a caller may see, as a condition for lists. Pure; any thread. */
#include "repo.h"

/* All of the departments are in the list, and there are some: what has none is not visible to
 * all. */
static void
append_departments(bson_t *parent, const char *const *departments)
{
    bson_t condition, not_, match;

    BSON_APPEND_DOCUMENT_BEGIN(parent, "departments", &condition);
    jw_doc_append_strings(&condition, "$in", departments);
    BSON_APPEND_DOCUMENT_BEGIN(&condition, "$not", &not_);
    BSON_APPEND_DOCUMENT_BEGIN(&not_, "$elemMatch", &match);
    jw_doc_append_strings(&match, "$nin", departments);
    bson_append_document_end(&not_, &match);
    bson_append_document_end(&condition, &not_);
    bson_append_document_end(parent, &condition);
}

void
jw_repo_append_viewer(bson_t *filter, const JwViewer *viewer, const char *owner)
{
    bson_t any, shared;

    if (viewer->subject == NULL) {
        return;
    }
    BSON_APPEND_ARRAY_BEGIN(filter, "$or", &any);
    BCON_APPEND(&any, "0", "{", owner, BCON_UTF8(viewer->subject), "}");
    BCON_APPEND(&any, "1", "{", "visibility", BCON_UTF8(jw_visibility_name(JW_VISIBLE_EVERYONE)),
                "}");
    if (viewer->departments != NULL) {
        BSON_APPEND_DOCUMENT_BEGIN(&any, "2", &shared);
        append_departments(&shared, viewer->departments);
        if (!viewer->sees_private) { /* documents of before have no visibility */
            BCON_APPEND(&shared, "visibility", "{", "$ne",
                        BCON_UTF8(jw_visibility_name(JW_VISIBLE_PRIVATE)), "}");
        }
        bson_append_document_end(&any, &shared);
    }
    bson_append_array_end(filter, &any);
}
