/* jw/store_suppressions.h: addresses that get no mail (jw/suppression.h). Every mail to a recipient
 * asks here just before it is sent. Errors: jw/store.h. */
#pragma once
#include "jw/store.h"
#include "jw/suppression.h"

G_BEGIN_DECLS

/* @ret_create: (out): EXISTS: the address is on the list with that scope, for a reason that stays
 * as it is. */
bool jw_store_add_suppression(JwStore *self, const JwSuppression *suppression, JwCreate *ret_create,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Why @address gets no mail about @report_type; NULL: mail about no report, which only an entry for
 * all mail stops. @ret: (out) (nullable) (transfer full): the entry, that for all mail first; NULL:
 * it gets mail. An entry that cannot be read is CORRUPT: nothing is sent. */
bool jw_store_is_suppressed(JwStore *self, const char *address, const char *report_type,
                            JwSuppression **ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes @address off the list, for @report_type (nullable: the entry for all mail). @only:
 * (nullable): an entry for another reason stays. @ret_removed: (out) (nullable) (transfer full):
 * what it was; NULL: there was none. */
bool jw_store_remove_suppression(JwStore *self, const char *address, const char *report_type,
                                 const JwSuppressionReason *only, JwSuppression **ret_removed,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Oldest first, at most @limit. @address: (nullable): all entries of that one. @ret: (out)
 * (element-type JwSuppression) (transfer full) */
bool jw_store_list_suppressions(JwStore *self, const char *address, size_t limit, GPtrArray **ret,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
