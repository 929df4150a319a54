/* jw/visibility.h: who may see a job or a template besides its owner and admins. Any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum {
    JW_VISIBLE_DEPARTMENT, /* who has all of its departments; nobody when it has none */
    JW_VISIBLE_PRIVATE,    /* nobody */
    JW_VISIBLE_EVERYONE,   /* who may read reports */
} JwVisibility;

/* "department", "private", "everyone"; NULL for what is none. (transfer none) */
const char *jw_visibility_name(int visibility);

/* All names, ended by NULL. */
extern const char *const jw_visibility_names[];

/* False, and nothing is set, for what is no name. @text: (nullable) */
bool jw_visibility_parse(const char *text, JwVisibility *ret);

G_END_DECLS
