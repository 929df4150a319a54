/* jw/mail_domains.h: the domains that mail may go to. Immutable; any thread. */
#pragma once
#include "jw/config.h"

G_BEGIN_DECLS

typedef struct {
    char *allow; /* JW_MAIL_ALLOW_DOMAINS */
} JwMailDomainsConfig;

extern const JwConfigEntry jw_mail_domains_config_entries[];
extern const size_t jw_mail_domains_n_config_entries;

typedef struct _JwMailDomains JwMailDomains;

/* INVALID: an entry that is no domain. (transfer full) */
JwMailDomains *jw_mail_domains_new(const JwMailDomainsConfig *config,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_mail_domains_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwMailDomains, jw_mail_domains_free)

/* Whether mail may go to @address, which is one as it is sent. NULL, and a list of none, allow all.
 */
bool jw_mail_domains_allow(const JwMailDomains *self, const char *address);

G_END_DECLS
