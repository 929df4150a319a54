/* templates.h: templates of report jobs, as a part of their API: what its files share. Handlers run
 * on the HTTP server's threads and keep nothing between requests. */
#pragma once
#include "core/request.h"
#include "core/scope.h"
#include "jw/store_templates.h"

G_BEGIN_DECLS

#define GW_TEMPLATES "/api/v2/reports/templates"

/* The routes' handlers; context is a Gw. */
void gw_templates_create(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_templates_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_templates_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_templates_replace(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_templates_patch(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_templates_delete(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);

/* list.c: the query string of gw_templates_list() */
extern const JwField gw_templates_list_query[];

static inline GwShared
gw_shared_template(const JwTemplate *template)
{
    return (GwShared){ template->owner.id, template->visibility,
                       (const char *const *)template->departments };
}

/* find.c */
/* The template with that id, when @who may know of it. @ret: (out) (nullable) (transfer full):
 * NULL: there is none for them. */
bool gw_template_find(const Gw *gw, const JwPrincipal *who, const char *id, JwTemplate **ret,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The template of :templateId; NULL: answered. (transfer full) */
JwTemplate *gw_request_template(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply);

/* use.c: a request that names a template: its body over the template's settings. @ret: (out)
 * (nullable) (transfer full): the template; NULL when the body names none. @ret_body: (out)
 * (transfer full): the whole. False: answered, or with a violation that there is no such template.
 */
bool gw_template_use(const Gw *gw, const JwPrincipal *who, JwHttpReply *reply, const json_t *body,
                     JwViolations *violations, JwTemplate **ret, json_t **ret_body);
/* The violations of the whole; @template: (nullable); those that @body has no part in say that the
 * template does. */
void gw_template_tell(const JwTemplate *template, const json_t *body,
                      const JwViolations *violations, JwViolations *ret);

/* render.c: values of the answers, all (transfer full). */
char *gw_template_link(const Gw *gw, const char *id);
/* What lists show of it: all but its settings. */
json_t *gw_template_summary(const JwTemplate *template);
json_t *gw_template_detail(const JwTemplate *template);
/* 200 with the whole of it and its entity tag. */
void gw_reply_template(JwHttpReply *reply, const JwHttpRequest *request,
                       const JwTemplate *template);

/* body.c: the body of a template, whole: {name, description, visibility, settings, version}. */
/* Notes all that is wrong with it. @creates: a new one, which has no version. */
bool gw_template_check(const Gw *gw, const json_t *body, bool creates, JwViolations *violations);
/* Notes the nulls of a body that is put over one by RFC 7396, whose names no template has. */
void gw_template_check_nulls(const json_t *body, JwViolations *violations);
/* Puts the body of one without violations into @template. */
void gw_template_read(const json_t *body, JwTemplate *template);
/* The way back. */
json_t *gw_template_body(const JwTemplate *template);

G_END_DECLS
