/* mail_domains.c: the list of domains that mail may go to: names, and names with all below them
 * ("*.example.com", which is not example.com itself). Immutable; any thread. */
#include "jw/mail_domains.h"

#include "jw/address.h"
#include "jw/error.h"
#include "jw/text.h"

#include <string.h>

#define BELOW "*."

struct _JwMailDomains {
    GPtrArray *patterns; /* of char *: in lower case, as domains are sent */
};

const JwConfigEntry jw_mail_domains_config_entries[] = {
    { "JW_MAIL_ALLOW_DOMAINS", JW_CONFIG_STRING, offsetof(JwMailDomainsConfig, allow), NULL, 0, 0,
      0,
      "domains that mail may go to, with commas between them: example.com, *.example.com (those "
      "below it); default all" },
};
const size_t jw_mail_domains_n_config_entries = G_N_ELEMENTS(jw_mail_domains_config_entries);

/* NULL: none. (transfer full) */
static char *
read_pattern(const char *text, GError **error)
{
    const bool below = g_str_has_prefix(text, BELOW);
    g_autofree char *as_address = g_strconcat("a@", below ? text + strlen(BELOW) : text, NULL);
    g_autofree char *wrong = jw_address_check(as_address);

    if (wrong != NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "JW_MAIL_ALLOW_DOMAINS: '%s' is no domain (%s); give such as "
                            "example.com or *.example.com",
                            text, wrong);
    }
    g_autofree char *sent = jw_address_sent(as_address);
    g_autofree char *domain = g_ascii_strdown(strchr(sent, '@') + 1, -1);
    return g_strconcat(below ? "." : "", domain, NULL);
}

JwMailDomains *
jw_mail_domains_new(const JwMailDomainsConfig *config, GError **error)
{
    g_return_val_if_fail(config != NULL, NULL);
    g_auto(GStrv) items = jw_text_list(config->allow);
    g_autoptr(JwMailDomains) self = g_new0(JwMailDomains, 1);

    self->patterns = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; items[i] != NULL; i++) {
        char *pattern = read_pattern(items[i], error);
        if (pattern == NULL) {
            return NULL;
        }
        g_ptr_array_add(self->patterns, pattern);
    }
    if (config->allow != NULL && self->patterns->len == 0) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "JW_MAIL_ALLOW_DOMAINS names no domain; unset it to allow all");
    }
    return g_steal_pointer(&self);
}

void
jw_mail_domains_free(gpointer data)
{
    JwMailDomains *self = data;

    if (self != NULL) {
        g_ptr_array_unref(self->patterns);
        g_free(self);
    }
}

static bool
matches(const char *pattern, const char *domain)
{
    return pattern[0] == '.' ? g_str_has_suffix(domain, pattern) && strlen(domain) > strlen(pattern)
                             : strcmp(domain, pattern) == 0;
}

bool
jw_mail_domains_allow(const JwMailDomains *self, const char *address)
{
    g_return_val_if_fail(address != NULL, false);
    const char *at = strrchr(address, '@');

    if (self == NULL || self->patterns->len == 0) {
        return true;
    }
    g_autofree char *domain = g_ascii_strdown(at != NULL ? at + 1 : "", -1);
    for (guint i = 0; i < self->patterns->len; i++) {
        if (matches(g_ptr_array_index(self->patterns, i), domain)) {
            return true;
        }
    }
    return false;
}
