/* auth/claims.c: a token's claims, by strict rules: a claim of the wrong type or size refuses
 * the token. Any thread, no state. Reasons go to the log; they name claims and never quote them. */
#include "auth_private.h"

#include "jw/text.h"

#include <string.h>

#define DEPTH_MAX   8
#define TEXT_MAX    200
#define LIST_MAX    256
#define SECONDS_MAX INT64_C(253402300799) /* the end of year 9999 */

/* jansson recurses with the depth of its input. */
static bool
is_shallow(const char *text, size_t length)
{
    int depth = 0;
    bool inside = false;

    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (inside) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                inside = false;
            }
        } else if (c == '"') {
            inside = true;
        } else if (c == '{' || c == '[') {
            if (++depth > DEPTH_MAX) {
                return false;
            }
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return true;
}

json_t *
jw_auth_object_parse(const void *data, size_t length, const char *what, GError **error)
{
    json_error_t failure;

    if (!is_shallow(data, length)) {
        return jw_fail_null(error, JW_ERROR_DENIED, "%s: nested too deeply", what);
    }
    json_auto_t *value = json_loadb(data, length, JSON_REJECT_DUPLICATES, &failure);
    if (!json_is_object(value)) {
        return jw_fail_null(error, JW_ERROR_DENIED, "%s: not a JSON object", what);
    }
    return g_steal_pointer(&value);
}

/* A NumericDate (RFC 7519): seconds, with or without a fraction. @ret_ms is unchanged when the
 * claim is absent. */
static bool
read_time(json_t *claims, const char *name, bool required, int64_t *ret_ms, GError **error)
{
    json_t *value = json_object_get(claims, name);

    if (value == NULL) {
        return !required || jw_fail(error, JW_ERROR_DENIED, "%s is missing", name);
    }
    if (!json_is_number(value) || json_number_value(value) < 0
        || json_number_value(value) > (double)SECONDS_MAX) {
        return jw_fail(error, JW_ERROR_DENIED, "%s is not a time in seconds since 1970", name);
    }
    *ret_ms = json_is_integer(value) ? json_integer_value(value) * 1000
                                     : (int64_t)(json_real_value(value) * 1000);
    return true;
}

static bool
check_times(const JwTokenVerifier *self, json_t *claims, int64_t *ret_end_ms, GError **error)
{
    int64_t now_ms = jw_clock_now_ms(self->clock);
    int64_t exp_ms = 0, nbf_ms = 0, iat_ms = 0;

    if (!read_time(claims, "exp", true, &exp_ms, error)
        || !read_time(claims, "nbf", false, &nbf_ms, error)
        || !read_time(claims, "iat", false, &iat_ms, error)) {
        return false;
    }
    if (now_ms >= exp_ms + self->leeway_ms) {
        return jw_fail(error, JW_ERROR_DENIED, "the token has expired");
    }
    if (nbf_ms > now_ms + self->leeway_ms) {
        return jw_fail(error, JW_ERROR_DENIED, "nbf: the token is not valid yet");
    }
    if (iat_ms > now_ms + self->leeway_ms) {
        return jw_fail(error, JW_ERROR_DENIED, "iat: the token was issued in the future");
    }
    *ret_end_ms = exp_ms + self->leeway_ms;
    return true;
}

static bool
check_audience(const JwTokenVerifier *self, json_t *audience, GError **error)
{
    bool found = false;
    size_t i;
    json_t *entry;

    if (json_is_string(audience)) {
        found = strcmp(json_string_value(audience), self->audience) == 0;
    }
    json_array_foreach(audience, i, entry)
    {
        if (!json_is_string(entry) || i >= LIST_MAX) {
            return jw_fail(error, JW_ERROR_DENIED, "aud has an item that is not a string");
        }
        found |= strcmp(json_string_value(entry), self->audience) == 0;
    }
    return found || jw_fail(error, JW_ERROR_DENIED, "aud does not name this service");
}

/* One line: it stands in logs, in messages and in the heads of mails. */
static bool
is_text(json_t *value)
{
    const size_t length = json_string_length(value);
    const char *text = json_string_value(value);

    return text != NULL && length > 0 && length <= TEXT_MAX && jw_text_clean(text, length)
           && strpbrk(text, "\t\n\r") == NULL;
}

static bool
read_text(json_t *claims, const char *name, bool required, char **ret, GError **error)
{
    json_t *value = json_object_get(claims, name);

    if (value == NULL && !required) {
        return true;
    }
    if (!is_text(value)) {
        return jw_fail(error, JW_ERROR_DENIED, "%s is not a string of 1 to %d bytes in one line",
                       name, TEXT_MAX);
    }
    *ret = g_strdup(json_string_value(value));
    return true;
}

/* Adds the strings of a list claim. */
static bool
read_list(json_t *claims, const char *name, GPtrArray *list, GError **error)
{
    json_t *value = json_object_get(claims, name);
    size_t i;
    json_t *entry;

    if (value != NULL && !json_is_array(value)) {
        return jw_fail(error, JW_ERROR_DENIED, "%s is not a list", name);
    }
    json_array_foreach(value, i, entry)
    {
        if (!is_text(entry) || i >= LIST_MAX) {
            return jw_fail(error, JW_ERROR_DENIED, "%s has an item that is not a short string",
                           name);
        }
        g_ptr_array_add(list, g_strdup(json_string_value(entry)));
    }
    return true;
}

/* OAuth 2.0 (RFC 8693): permissions in one string, separated by spaces. */
static bool
read_scope(json_t *claims, GPtrArray *list, GError **error)
{
    json_t *value = json_object_get(claims, "scope");

    if (value == NULL) {
        return true;
    }
    if (!json_is_string(value)) {
        return jw_fail(error, JW_ERROR_DENIED, "scope is not a string");
    }
    g_auto(GStrv) words = g_strsplit(json_string_value(value), " ", LIST_MAX);
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t length = strlen(words[i]);
        if (length > TEXT_MAX || !jw_text_clean(words[i], length)) {
            return jw_fail(error, JW_ERROR_DENIED, "scope has an item that is too long");
        }
        if (length > 0) {
            g_ptr_array_add(list, g_strdup(words[i]));
        }
    }
    return true;
}

/* A subject owns things, and so do schedules and API keys, under names that no token may bear. */
static bool
check_subject(const char *subject, GError **error)
{
    static const char *const own[] = { "schedule:", "apikey:" };

    for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
        if (g_ascii_strncasecmp(subject, own[i], strlen(own[i])) == 0) {
            return jw_fail(error, JW_ERROR_DENIED, "sub begins with '%s', which names no person",
                           own[i]);
        }
    }
    return true;
}

static char **
take_list(GPtrArray **take_list_)
{
    GPtrArray *list = g_steal_pointer(take_list_);

    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

/* Only the claim that is absent, where that is the rule, or a role that says so. */
static bool
all_departments(const JwTokenVerifier *self, json_t *claims, const JwPrincipal *principal)
{
    const char *const *wide = (const char *const *)self->all_departments_roles;

    for (size_t i = 0; principal->roles[i] != NULL; i++) {
        if (g_strv_contains(wide, principal->roles[i])) {
            return true;
        }
    }
    return self->absent_means_all && json_object_get(claims, self->departments_claim) == NULL;
}

JwPrincipal *
jw_auth_claims_read(const JwTokenVerifier *self, json_t *claims, GError **error)
{
    g_autoptr(JwPrincipal) principal = g_new0(JwPrincipal, 1);
    g_autoptr(GPtrArray) roles = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) permissions = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) departments = g_ptr_array_new_with_free_func(g_free);
    json_t *issuer = json_object_get(claims, "iss");
    json_t *token_id = json_object_get(claims, "jti");

    if (!check_times(self, claims, &principal->expires_at_ms, error)) {
        return NULL;
    }
    if (!json_is_string(issuer) || strcmp(json_string_value(issuer), self->issuer) != 0) {
        return jw_fail_null(error, JW_ERROR_DENIED, "iss is not the issuer we trust");
    }
    if (!check_audience(self, json_object_get(claims, "aud"), error)) {
        return NULL;
    }
    if (token_id != NULL && !is_text(token_id)) {
        return jw_fail_null(error, JW_ERROR_DENIED, "jti is not a string of 1 to %d bytes",
                            TEXT_MAX);
    }
    if (token_id != NULL && g_hash_table_contains(self->revoked, json_string_value(token_id))) {
        return jw_fail_null(error, JW_ERROR_DENIED, "jti: the token was revoked");
    }
    if (!read_text(claims, "sub", true, &principal->subject, error)
        || !check_subject(principal->subject, error)
        || !read_text(claims, "name", false, &principal->name, error)
        || !read_text(claims, "email", false, &principal->email, error)
        || !read_list(claims, self->roles_claim, roles, error)
        || !read_list(claims, self->permissions_claim, permissions, error)
        || !read_list(claims, self->departments_claim, departments, error)
        || !read_scope(claims, permissions, error)) {
        return NULL;
    }
    principal->roles = take_list(&roles);
    principal->permissions = take_list(&permissions);
    principal->departments = take_list(&departments);
    principal->all_departments = all_departments(self, claims, principal);
    return g_steal_pointer(&principal);
}
