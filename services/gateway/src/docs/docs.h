/* docs/docs.h: the description of the HTTP APIs: the joined OpenAPI file, which is part of the
 * program, and a page of it by Swagger UI, whose files are installed beside. */
#pragma once
#include "jw/error.h"
#include "jw/http_api.h"

G_BEGIN_DECLS

extern const JwHttpApi gw_docs_api;

/* Whether the files of Swagger UI that the page needs are in @dir. @dir: (nullable): no page is
 * wanted. @error: INVALID names the one that is missing. */
bool gw_docs_check(const char *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
