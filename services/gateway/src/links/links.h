/* links.h: the download links as an API: GET /links/:token, without a token of the
 * caller's. What it refuses is answered with a page, for it is people who open links. */
#pragma once
#include "gw.h"

#include <jansson.h>

G_BEGIN_DECLS

/* api.c */
extern const JwHttpApi gw_links_api;

/* page.c: the error form: a page with the reason, as a JSON string. */
json_t *gw_links_page(const JwHttpProblem *problem, const char **ret_content_type);

/* A page with @title and @inner, which is HTML. @language: (nullable): of both. (transfer full) */
char *gw_links_paper(const char *title, const char *inner, const char *language);

/* Sets the headers of pages that are for who has their address alone; ended by a row without a
 * name. */
extern const JwHttpHeader gw_links_headers[];

G_END_DECLS
