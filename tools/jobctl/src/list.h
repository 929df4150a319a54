/* list.h: the API's lists, which come in pages. One thread. */
#pragma once
#include "api.h"
#include "show.h"

G_BEGIN_DECLS

#define JC_LIST_MAX 100000

/* A member of the query; NULL names end a table, those with a NULL value are left out. */
typedef struct {
    const char *name, *value;
} JcFilter;

typedef struct {
    const char *path;
    const JcFilter *filters;
    int64_t limit;      /* at most so many, of as many pages as it takes */
    const char *things; /* what they are called: "jobs" */
} JcList;

/* Asks for the list and shows it; says on standard error when there are more than shown. */
bool jc_list(const JcContext *context, JcApi *api, const JcList *list, JcAs as,
             const JcShow *columns, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
