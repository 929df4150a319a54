/* commands/token.c: jobctl token: signs a JWT for local use. Main thread. */
#include "command.h"

#include <string.h>

#include "jw/address.h"
#include "jw/auth_sign.h"
#include "jw/duration.h"
#include "jw/text.h"

#define KEY_MAX_BYTES   65536u
#define LIFETIME_MAX_MS (INT64_C(365) * 86400000)

typedef struct {
    const char *subject, *name, *email, *expires;
    GPtrArray *roles, *permissions, *departments;
    int64_t lifetime_ms; /* what expires comes to */
} Options;

static const JcOption options[] = {
    { "role", 'r', JC_OPTION_LIST, offsetof(Options, roles), "R,R", "roles, such as admin", 0, 0,
      NULL },
    { "permissions", 'p', JC_OPTION_LIST, offsetof(Options, permissions), "P,P",
      "such as reports:create,reports:read,reports:cancel", 0, 0, NULL },
    { "subject", 's', JC_OPTION_TEXT, offsetof(Options, subject), "ID", "who; default local-user",
      0, 0, NULL },
    { "name", 'n', JC_OPTION_TEXT, offsetof(Options, name), "NAME", "display name", 0, 0, NULL },
    { "email", 'e', JC_OPTION_TEXT, offsetof(Options, email), "ADDRESS", "mail address", 0, 0,
      NULL },
    { "departments", 'd', JC_OPTION_LIST, offsetof(Options, departments), "D,D",
      "the departments the holder may see, \"\" for none; default all", 0, 0, NULL },
    { "expires", 'x', JC_OPTION_TEXT, offsetof(Options, expires), "TIME",
      "how long it holds: 30m, 1h (default), 24h", 0, 0, NULL },
    { 0 },
};

/* NULL-terminated, or NULL: the list's strings stay its own. */
static const char *const *
list_of(GPtrArray *list)
{
    if (list == NULL) {
        return NULL;
    }
    g_ptr_array_add(list, NULL);
    return (const char *const *)list->pdata;
}

static bool
read_lifetime(const char *text, int64_t *ret_ms, GError **error)
{
    return (jw_duration_parse(text != NULL ? text : "1h", ret_ms) && *ret_ms >= 1000
            && *ret_ms <= LIFETIME_MAX_MS)
           || jw_fail(error, JW_ERROR_INVALID,
                      "--expires '%s' is not a time from 1s to 365d: 30m, 1h", text);
}

static char *
read_key(const JcContext *context, GError **error)
{
    const char *state = jc_env(context, "JW_DEV_STATE");
    g_autofree char *usual =
        g_build_filename(state != NULL ? state : "build/servers", "keys", "private.pem", NULL);
    g_autofree char *path = jc_find_path(context, "JW_JWT_SIGN_KEY_FILE", usual,
                                         "create the keys with: make up", error);
    size_t length = 0;

    return path != NULL ? jw_file_read(path, KEY_MAX_BYTES, &length, error) : NULL;
}

static const char *
setting(const JcContext *context, const char *name, const char *usual)
{
    const char *value = jc_env(context, name);
    return value != NULL ? value : usual;
}

static char *
make_token(const JcContext *context, const Options *given, GError **error)
{
    g_autofree char *key = read_key(context, error);
    const int64_t now_s = jw_clock_now_ms(context->clock) / 1000;

    if (key == NULL) {
        return NULL;
    }
    const JwTokenClaims claims = {
        .kid = setting(context, "JW_JWT_SIGN_KID", "local-rs256"),
        .alg = setting(context, "JW_JWT_SIGN_ALG", "RS256"),
        .issuer = setting(context, "JW_JWT_ISSUER", "jobwire-local"),
        .audience = setting(context, "JW_JWT_AUDIENCE", "jobwire"),
        .subject = given->subject != NULL ? given->subject : "local-user",
        .name = given->name != NULL ? given->name : "Local user",
        .email = given->email,
        .roles = list_of(given->roles),
        .permissions = list_of(given->permissions),
        .departments = list_of(given->departments),
        .issued_s = now_s,
        .expires_s = now_s + given->lifetime_ms / 1000,
    };
    return jw_auth_sign(&claims, key, error);
}

/* Those that the gateway's routes ask for (services/gateway/src/reports), and any. */
static const char *const permissions[] = { "reports:create", "reports:read", "reports:cancel",
                                           "*" };

static bool
check_permissions(GPtrArray *given, GError **error)
{
    for (guint i = 0; given != NULL && i < given->len; i++) {
        const char *name = g_ptr_array_index(given, i);
        JwNearest nearest = jw_nearest_begin(name);
        bool known = false;
        for (size_t k = 0; k < G_N_ELEMENTS(permissions); k++) {
            jw_nearest_offer(&nearest, permissions[k]);
            known = known || strcmp(permissions[k], name) == 0;
        }
        if (!known && nearest.name != NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "there is no permission '%s'; did you mean %s?",
                           name, nearest.name);
        }
        if (!known) {
            return jw_fail(error, JW_ERROR_INVALID,
                           "there is no permission '%s'; there are reports:create, reports:read, "
                           "reports:cancel and * for all",
                           name);
        }
    }
    return true;
}

/* Roles are the issuer's, but for admin: one that is nearly it is a slip, for it would give no
 * rights. */
static bool
check_roles(GPtrArray *given, GError **error)
{
    for (guint i = 0; given != NULL && i < given->len; i++) {
        const char *name = g_ptr_array_index(given, i);
        JwNearest nearest = jw_nearest_begin(name);
        jw_nearest_offer(&nearest, "admin");
        if (nearest.name != NULL && g_ascii_strcasecmp(name, nearest.name) != 0) {
            return jw_fail(error, JW_ERROR_INVALID,
                           "the role '%s' gives no rights; did you mean admin?", name);
        }
    }
    return true;
}

/* Nobody is told of a failure at an address that is none. */
static bool
check_email(const char *email, GError **error)
{
    g_autofree char *wrong = email != NULL ? jw_address_check(email) : NULL;

    return wrong == NULL || jw_fail(error, JW_ERROR_INVALID, "--email '%s': %s", email, wrong);
}

static bool
check(const JcCall *call, GError **error)
{
    Options *given = call->given;

    if (given->roles == NULL && given->permissions == NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "a token without --role and --permissions may do nothing");
    }
    return check_email(given->email, error) && check_roles(given->roles, error)
           && check_permissions(given->permissions, error)
           && read_lifetime(given->expires, &given->lifetime_ms, error);
}

static JcExit
run(const JcCall *call, GError **error)
{
    g_autofree char *token = make_token(call->context, call->given, error);

    if (token == NULL) {
        return JC_EXIT_FAILED;
    }
    fprintf(call->context->out, "%s\n", token);
    return JC_EXIT_OK;
}

static const JcVerb verbs[] = {
    { .name = "", .arguments = "--role R,R --permissions P,P", .run = run },
    { 0 },
};

const JcCommand jc_token = {
    .name = "token",
    .summary = "signs a token for local use and prints it",
    .help =
        "The key is JW_JWT_SIGN_KEY_FILE (PEM), or the one that `make up` created. Further:\n"
        "JW_JWT_SIGN_KID (local-rs256), JW_JWT_SIGN_ALG (RS256), JW_JWT_ISSUER (jobwire-local),\n"
        "JW_JWT_AUDIENCE (jobwire).\n\n"
        "  export JW_TOKEN=$(jobctl token --permissions reports:create,reports:read)\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
    .check = check,
};
