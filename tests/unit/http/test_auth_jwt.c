/* test_auth_jwt.c: the token verifier against forged, malformed and expired tokens. The clock is
 * at 1700000000. */
#include "jwt_maker.h"

#include <string.h>

#define ISS_AUD "\"iss\":\"https://issuer.example\",\"aud\":\"jobwire\""
#define GOOD    ISS_AUD ",\"sub\":\"u1\",\"exp\":1700000600"
#define RS256   "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"rs256\"}"

static Maker maker;
static TkClock fake;
static JwTokenVerifier *verifier;

static int
setup(void **state)
{
    g_autoptr(GError) error = NULL;
    (void)state;

    maker_init(&maker);
    tk_clock_init(&fake, INT64_C(1700000000000));
    verifier = maker_verifier(maker.keys_file, "https://issuer.example", &fake.clock, &error);
    assert_ok(verifier != NULL, error);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    jw_token_verifier_free(verifier);
    maker_clear(&maker);
    return 0;
}

static void
assert_refused(const char *name, const char *token, const char *pattern)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwPrincipal) principal = jw_token_verify(verifier, token, &error);

    if (principal != NULL) {
        fail_msg("%s: the token was accepted", name);
    }
    if (!g_pattern_match_simple(pattern, jw_error_message(error))) {
        fail_msg("%s: refused for another reason: %s", name, jw_error_message(error));
    }
    assert_jw_error(error, JW_ERROR_DENIED, pattern);
}

static void
assert_accepted(const char *name, const char *token)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwPrincipal) principal = jw_token_verify(verifier, token, &error);

    if (principal == NULL) {
        fail_msg("%s: refused: %s", name, jw_error_message(error));
    }
}

static void
test_every_algorithm(void **state)
{
    static const char *const names[] = { "RS256", "RS384", "RS512", "ES256",
                                         "ES384", "HS256", "HS384", "HS512" };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *kid = g_ascii_strdown(names[i], -1);
        g_autofree char *header = g_strdup_printf("{\"alg\":\"%s\",\"kid\":\"%s\"}", names[i], kid);
        g_autofree char *token = maker_token(&maker, (MakerAlg)i, header, "{" GOOD "}");
        assert_accepted(names[i], token);
        token[strlen(token) - 6] = token[strlen(token) - 6] == 'A' ? 'B' : 'A';
        assert_refused(names[i], token, "the signature is wrong");
    }
}

static void
test_principal(void **state)
{
    g_autoptr(GError) error = NULL;
    (void)state;
    g_autofree char *token = maker_token(
        &maker, MAKER_RS256, RS256,
        "{" GOOD
        ",\"name\":\"Zo\\u00eb\",\"email\":\"z@example.org\",\"roles\":[\"viewer\",\"ADMIN\"],"
        "\"permissions\":[\"reports:create\"],\"departments\":[\"d1\"],"
        "\"scope\":\"openid  reports:cancel\",\"jti\":\"fine\",\"nbf\":1700000030,"
        "\"iat\":1700000030,\"unknown\":{\"a\":[1]}}");
    g_autoptr(JwPrincipal) principal = jw_token_verify(verifier, token, &error);
    assert_ok(principal != NULL, error);
    assert_string_equal(principal->subject, "u1");
    assert_string_equal(principal->name, "Zo\xc3\xab");
    assert_string_equal(principal->email, "z@example.org");
    assert_int_equal(g_strv_length(principal->roles), 2);
    assert_int_equal(g_strv_length(principal->permissions), 3);
    assert_string_equal(principal->permissions[2], "reports:cancel");
    assert_string_equal(principal->departments[0], "d1");
    assert_true(jw_principal_is_admin(principal));
    assert_true(jw_principal_may(principal, "anything"));

    g_autofree char *plain = maker_token(&maker, MAKER_RS256, RS256, "{" GOOD "}");
    g_autoptr(JwPrincipal) nobody = jw_token_verify(verifier, plain, &error);
    assert_ok(nobody != NULL, error);
    assert_null(nobody->name);
    assert_null(nobody->roles[0]);
    assert_null(nobody->permissions[0]);
    assert_null(nobody->departments[0]);
    assert_false(jw_principal_is_admin(nobody));
    assert_false(jw_principal_may(nobody, "reports:create"));
}

static void
test_headers(void **state)
{
    static const struct {
        const char *header, *pattern;
    } cases[] = {
        { "{\"alg\":\"none\",\"kid\":\"rs256\"}", "alg is not*" },
        { "{\"alg\":\"None\",\"kid\":\"rs256\"}", "alg is not*" },
        { "{\"alg\":\"nOnE\",\"kid\":\"rs256\"}", "alg is not*" },
        { "{\"alg\":\"rs256\",\"kid\":\"rs256\"}", "alg is not*" },
        { "{\"alg\":\"RS512\",\"kid\":\"rs256\"}", "alg is not*" },
        { "{\"alg\":\"HS256\",\"kid\":\"rs256\"}", "alg is not*" },
        { "{\"alg\":\"EdDSA\",\"kid\":\"rs256\"}", "alg is not*" },
        { "{\"kid\":\"rs256\"}", "kid and alg*" },
        { "{\"alg\":null,\"kid\":\"rs256\"}", "kid and alg*" },
        { "{\"alg\":[\"RS256\"],\"kid\":\"rs256\"}", "kid and alg*" },
        { "{\"alg\":\"RS256\"}", "kid and alg*" },
        { "{\"alg\":\"RS256\",\"kid\":7}", "kid and alg*" },
        { "{\"alg\":\"RS256\",\"kid\":\"\"}", "kid names no key*" },
        { "{\"alg\":\"RS256\",\"kid\":\"unknown\"}", "kid names no key*" },
        { "{\"alg\":\"RS256\",\"kid\":\"../../../../dev/null\"}", "kid names no key*" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\\u0000\"}", "the header: not a JSON*" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\",\"kid\":\"rs256\"}", "the header: not a JSON*" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\",\"alg\":\"none\"}", "the header: not a JSON*" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\",\"crit\":[\"exp\"]}", "*'crit' is refused" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\",\"jku\":\"https://evil\"}", "*'jku' is refused" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\",\"x5u\":\"https://evil\"}", "*'x5u' is refused" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\",\"jwk\":{\"kty\":\"RSA\"}}", "*'jwk' is refused" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\",\"x5c\":[]}", "*'x5c' is refused" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\",\"b64\":false}", "*'b64' is refused" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\",\"zip\":\"DEF\"}", "*'zip' is refused" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\",\"typ\":\"JWE\"}", "typ is neither*" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\",\"typ\":1}", "typ is neither*" },
        { "[]", "the header: not a JSON*" },
        { "\"RS256\"", "the header: not a JSON*" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs256\"} x", "the header: not a JSON*" },
        { "{\"alg\":\"RS256\",\"kid\":\"rs\xff\x32\x35\x36\"}", "the header: not a JSON*" },
        { "[[[[[[[[[[]]]]]]]]]]", "the header: nested*" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *token = maker_token(&maker, MAKER_RS256, cases[i].header, "{" GOOD "}");
        assert_refused(cases[i].header, token, cases[i].pattern);
    }
}

static JwTokenVerifier *
rule_verifier(const char *without, const char *roles, GError **error)
{
    const JwAuthConfig config = {
        .keys_file = maker.keys_file,
        .issuer = (char *)(gintptr) "https://issuer.example",
        .audience = (char *)(gintptr) "jobwire",
        .roles_claim = (char *)(gintptr) "roles",
        .permissions_claim = (char *)(gintptr) "permissions",
        .departments_claim = (char *)(gintptr) "units",
        .without_departments = (char *)(gintptr)without,
        .all_departments_roles = (char *)(gintptr)roles,
    };

    return jw_token_verifier_new(&config, &fake.clock, error);
}

/* An empty list is no department; all means the claim that is absent, or a role that says so. */
static void
test_departments(void **state)
{
    static const struct {
        const char *without, *roles, *claims;
        bool all;
    } cases[] = {
        { "all", NULL, "{" GOOD "}", true },
        { "all", NULL, "{" GOOD ",\"units\":[]}", false },
        { "all", NULL, "{" GOOD ",\"units\":[\"d1\"]}", false },
        { "all", NULL, "{" GOOD ",\"departments\":[]}", true }, /* another claim */
        { "all", NULL, "{" GOOD ",\"units\":[],\"roles\":[\"admin\"]}", false },
        { "none", NULL, "{" GOOD "}", false },
        { "none", "auditor, head", "{" GOOD "}", false },
        { "none", "auditor, head", "{" GOOD ",\"roles\":[\"head\"]}", true },
        { "none", "auditor, head", "{" GOOD ",\"units\":[],\"roles\":[\"auditor\"]}", true },
        { "none", "auditor, head", "{" GOOD ",\"units\":[],\"roles\":[\"Head\"]}", false },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwTokenVerifier) ruled = rule_verifier(cases[i].without, cases[i].roles, &error);
        assert_ok(ruled != NULL, error);
        g_autofree char *token = maker_token(&maker, MAKER_RS256, RS256, cases[i].claims);
        g_autoptr(JwPrincipal) principal = jw_token_verify(ruled, token, &error);
        assert_ok(principal != NULL, error);
        if (principal->all_departments != cases[i].all) {
            fail_msg("case %zu", i);
        }
    }
    g_autoptr(GError) error = NULL;
    assert_null(rule_verifier("some", NULL, &error));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "JW_JWT_WITHOUT_DEPARTMENTS is 'some'; use all or none");
}

/* All that is wrong, and of what was read alone. */
static void
test_check(void **state)
{
    static const struct {
        const char *unread, *keys_file, *without, *pattern;
    } cases[] = {
        { "", "/nope", "some", "JW_JWT_WITHOUT_DEPARTMENTS is 'some'*\nJW_JWT_KEYS_FILE '/nope'*" },
        { "JW_JWT_KEYS_FILE: it must be set", NULL, "some",
          "JW_JWT_WITHOUT_DEPARTMENTS is 'some'*" },
        { "JW_JWT_LEEWAY: no", "/nope", "all", "JW_JWT_KEYS_FILE '/nope'*" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const JwAuthConfig config = {
            .keys_file = (char *)(gintptr)cases[i].keys_file,
            .without_departments = (char *)(gintptr)cases[i].without,
        };
        g_autoptr(GString) wrong = g_string_new(NULL);
        JwConfigCheck check = { .unread = cases[i].unread, .wrong = wrong };

        jw_token_verifier_check(&config, &check);
        if (!g_pattern_match_simple(cases[i].pattern, wrong->str)) {
            fail_msg("case %zu: %s", i, wrong->str);
        }
    }
}

/* The types of tokens that we take, by every algorithm, in any case (RFC 9068). */
static void
test_types(void **state)
{
    static const char *const types[] = { "JWT",
                                         "jwt",
                                         "application/jwt",
                                         "at+jwt",
                                         "AT+JWT",
                                         "application/at+jwt",
                                         "Application/AT+JWT" };
    static const char *const wrong[] = { "", "application/", "at+jwt2", "text/jwt", "dpop+jwt" };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        for (MakerAlg alg = MAKER_RS256; alg <= MAKER_HS512; alg++) {
            static const char *const names[] = { "RS256", "RS384", "RS512", "ES256",
                                                 "ES384", "HS256", "HS384", "HS512" };
            g_autofree char *kid = g_ascii_strdown(names[alg], -1);
            g_autofree char *header = g_strdup_printf(
                "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"%s\"}", names[alg], kid, types[i]);
            g_autofree char *token = maker_token(&maker, alg, header, "{" GOOD "}");
            assert_accepted(header, token);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *header =
            g_strdup_printf("{\"alg\":\"RS256\",\"kid\":\"rs256\",\"typ\":\"%s\"}", wrong[i]);
        g_autofree char *token = maker_token(&maker, MAKER_RS256, header, "{" GOOD "}");
        assert_refused(header, token, "typ is neither*");
    }
}

static const struct {
    const char *claims, *pattern; /* NULL: accepted */
} claim_cases[] = {
    { "{" GOOD "}", NULL },
    { "{" ISS_AUD ",\"sub\":\"u1\"}", "exp is missing" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":1699999970}", "the token has expired" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":1699999971}", NULL }, /* within the leeway */
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":\"1700000600\"}", "exp is not a time*" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":1700000600.0}", NULL },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":1700000600.25}", NULL },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":1.7000006e9}", NULL },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":1699999970.5}", NULL },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":1699999969.999}", "the token has expired" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":-0.5}", "exp is not a time*" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":253402300800.5}", "exp is not a time*" },
    { "{" GOOD ",\"nbf\":1700000030.0,\"iat\":1700000029.5}", NULL },
    { "{" GOOD ",\"nbf\":1700000030.25}", "nbf: *" },
    { "{" GOOD ",\"iat\":1700000030.25}", "iat: *" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":1e308}", "exp is not a time*" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":1e400}", "the claims: not a JSON*" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":99999999999999999999}", "the claims: not a JSON*" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":9223372036854775807}", "exp is not a time*" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":-1}", "exp is not a time*" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":0}", "the token has expired" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":null}", "exp is not a time*" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":[1700000600]}", "exp is not a time*" },
    { "{" ISS_AUD ",\"sub\":\"u1\",\"exp\":1700000600,\"exp\":1}", "the claims: not a JSON*" },
    { "{" GOOD ",\"nbf\":1700000031}", "nbf: *" },
    { "{" GOOD ",\"nbf\":\"0\"}", "nbf is not a time*" },
    { "{" GOOD ",\"iat\":1700000031}", "iat: *" },
    { "{" GOOD ",\"iat\":true}", "iat is not a time*" },
    { "{\"iss\":\"https://issuer.example/"
      "\",\"aud\":\"jobwire\",\"sub\":\"u\",\"exp\":1700000600}",
      "iss is not*" },
    { "{\"iss\":[\"https://issuer.example\"],\"aud\":\"jobwire\",\"sub\":\"u\","
      "\"exp\":1700000600}",
      "iss is not*" },
    { "{\"aud\":\"jobwire\",\"sub\":\"u\",\"exp\":1700000600}", "iss is not*" },
    { "{\"iss\":\"https://issuer.example\",\"aud\":\"other\",\"sub\":\"u\",\"exp\":1700000600}",
      "aud does not*" },
    { "{\"iss\":\"https://issuer.example\",\"sub\":\"u\",\"exp\":1700000600}", "aud does not*" },
    { "{\"iss\":\"https://issuer.example\",\"aud\":[],\"sub\":\"u\",\"exp\":1700000600}",
      "aud does not*" },
    { "{\"iss\":\"https://issuer.example\",\"aud\":[\"a\",\"jobwire\"],\"sub\":\"u\","
      "\"exp\":1700000600}",
      NULL },
    { "{\"iss\":\"https://issuer.example\",\"aud\":[\"jobwire\",1],\"sub\":\"u\","
      "\"exp\":1700000600}",
      "aud has an item*" },
    { "{\"iss\":\"https://issuer.example\",\"aud\":{\"jobwire\":1},\"sub\":\"u\","
      "\"exp\":1700000600}",
      "aud does not*" },
    { "{" ISS_AUD ",\"exp\":1700000600}", "sub is not a string*" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":\"\"}", "sub is not a string*" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":5}", "sub is not a string*" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":{\"$ne\":1}}", "sub is not a string*" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":\"a\\u0000b\"}", "the claims: not a JSON*" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":\"a\\u001bb\"}", "sub is not a string*" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":\"\xff\xfe\"}", "the claims: not a JSON*" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":\"a\\nb\"}", "sub is not a string*one line" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":\"a\\tb\"}", "sub is not a string*" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":\"schedule:nightly\"}", "sub begins with *" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":\"Schedule:nightly\"}", "sub begins with *" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":\"apikey:7\"}", "sub begins with *" },
    { "{" ISS_AUD ",\"exp\":1700000600,\"sub\":\"schedules\"}", NULL },
    { "{" GOOD ",\"departments\":[\"a\\rb\"]}", "departments has an item*" },
    { "{" GOOD ",\"roles\":\"admin\"}", "roles is not a list" },
    { "{" GOOD ",\"roles\":[\"admin\",1]}", "roles has an item*" },
    { "{" GOOD ",\"permissions\":[[\"*\"]]}", "permissions has an item*" },
    { "{" GOOD ",\"departments\":{\"a\":\"b\"}}", "departments is not a list" },
    { "{" GOOD ",\"departments\":null}", "departments is not a list" },
    { "{" GOOD ",\"scope\":[\"reports:create\"]}", "scope is not a string" },
    { "{" GOOD ",\"name\":7}", "name is not a string*" },
    { "{" GOOD ",\"email\":[\"a@b\"]}", "email is not a string*" },
    { "{" GOOD ",\"jti\":5}", "jti is not a string*" },
    { "{" GOOD ",\"jti\":\"token-taken-back\"}", "jti: *revoked" },
    { "[]", "the claims: not a JSON*" },
    { "", "the claims are not base64url" },
    { "{" GOOD, "the claims: not a JSON*" },
    { "{" GOOD ",\"a\":[[[[[[[[]]]]]]]]}", "the claims: nested*" },
    { "{" GOOD ",\"a\":\"[[[[[[[[[[[[{{{{{{\\\"[[[[[[[[[\"}", NULL },
};

static void
test_claims(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(claim_cases); i++) {
        g_autofree char *token = maker_token(&maker, MAKER_RS256, RS256, claim_cases[i].claims);
        if (claim_cases[i].pattern == NULL) {
            assert_accepted(claim_cases[i].claims, token);
        } else {
            assert_refused(claim_cases[i].claims, token, claim_cases[i].pattern);
        }
    }
}

static void
test_long_subject(void **state)
{
    (void)state;
    for (size_t length = 200; length <= 201; length++) {
        g_autofree char *subject = g_strnfill(length, 'x');
        g_autofree char *claims =
            g_strdup_printf("{" ISS_AUD ",\"exp\":1700000600,\"sub\":\"%s\"}", subject);
        g_autofree char *token = maker_token(&maker, MAKER_RS256, RS256, claims);
        if (length == 200) {
            assert_accepted("200 bytes", token);
        } else {
            assert_refused("201 bytes", token, "sub is not a string*");
        }
    }
}

/* HS256 over our own public key: the classic confusion of algorithms. */
static void
test_public_key_as_secret(void **state)
{
    static const char *const headers[] = {
        "{\"alg\":\"HS256\",\"kid\":\"rs256\"}",
        "{\"alg\":\"HS256\",\"kid\":\"hs256\"}",
        "{\"alg\":\"RS256\",\"kid\":\"rs256\"}",
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        g_autofree char *head = maker_base64url(headers[i], strlen(headers[i]));
        g_autofree char *body = maker_base64url("{" GOOD "}", strlen("{" GOOD "}"));
        g_autofree char *input = g_strconcat(head, ".", body, NULL);
        for (size_t cut = 0; cut < 2; cut++) { /* with the newline at the end, and without */
            g_autofree char *token =
                maker_sign_secret(maker.rsa_public, strlen(maker.rsa_public) - cut, input);
            assert_refused(headers[i], token, "*");
        }
        g_autofree char *empty = maker_sign_secret("", 0, input);
        assert_refused("empty secret", empty, "*");
    }
}

static void
test_signatures(void **state)
{
    (void)state;
    g_autofree char *good = maker_token(&maker, MAKER_RS256, RS256, "{" GOOD "}");
    g_autofree char *unsigned_part = g_strndup(good, (gsize)(strrchr(good, '.') - good));
    g_autofree char *no_signature = g_strconcat(unsigned_part, ".", NULL);
    g_autofree char *truncated = g_strndup(good, strlen(good) - 4);
    g_autofree char *longer = g_strconcat(good, "AAAA", NULL);

    assert_accepted("good", good);
    assert_refused("empty", no_signature, "the signature has not*");
    assert_refused("truncated", truncated, "the signature has not*");
    assert_refused("longer", longer, "the signature has not*");
    for (size_t i = 2; i < 340; i += 37) { /* every bit matters, also in what is signed */
        g_autofree char *flipped = g_strdup(good);
        size_t at = strlen(flipped) - i;
        flipped[at] = flipped[at] == 'Q' ? 'R' : flipped[at] == '.' ? '.' : 'Q';
        if (strcmp(flipped, good) != 0) {
            assert_refused("flipped", flipped, "*");
            assert_refused("flipped, again", flipped, "*"); /* a wrong one is not cached */
        }
    }
    /* ES256 with r = s = 0, and with r = 0 alone */
    unsigned char zero[64] = { 0 };
    g_autofree char *es =
        maker_token(&maker, MAKER_ES256, "{\"alg\":\"ES256\",\"kid\":\"es256\"}", "{" GOOD "}");
    g_autofree char *es_part = g_strndup(es, (gsize)(strrchr(es, '.') - es));
    g_autofree char *zeros = maker_base64url(zero, sizeof(zero));
    g_autofree char *es_zero = g_strconcat(es_part, ".", zeros, NULL);
    assert_refused("r=s=0", es_zero, "the signature is wrong");
    zero[63] = 1;
    g_autofree char *ones = maker_base64url(zero, sizeof(zero));
    g_autofree char *es_one = g_strconcat(es_part, ".", ones, NULL);
    assert_refused("r=0", es_one, "the signature is wrong");
    /* another key of ours */
    g_autofree char *mixed = maker_token(&maker, MAKER_ES256, RS256, "{" GOOD "}");
    assert_refused("signed by another key", mixed, "the signature has not*");
    g_autofree char *wrong_digest = maker_token(&maker, MAKER_RS512, RS256, "{" GOOD "}");
    assert_refused("another digest", wrong_digest, "the signature is wrong");
}

static void
test_segments(void **state)
{
    (void)state;
    g_autofree char *good = maker_token(&maker, MAKER_RS256, RS256, "{" GOOD "}");
    g_autofree char *two = g_strndup(good, (gsize)(strrchr(good, '.') - good));
    g_autofree char *four = g_strconcat(good, ".x", NULL);
    g_autofree char *five = g_strconcat(good, ".x.y", NULL);
    g_autofree char *padded = g_strconcat(good, "=", NULL);
    g_autofree char *spaced = g_strconcat(good, " ", NULL);
    g_autofree char *newline = g_strconcat(good, "\n", NULL);
    g_autofree char *before = g_strconcat(" ", good, NULL);
    g_autofree char *dot_before = g_strconcat(".", good, NULL);

    assert_refused("nothing", "", "*1 segments*");
    assert_refused("one", "abc", "*1 segments*");
    assert_refused("two", two, "*2 segments*");
    assert_refused("four", four, "*4 segments*");
    assert_refused("five", five, "*5 segments*");
    assert_refused("dots", "..", "the header is not base64url");
    assert_refused("dot before", dot_before, "*4 segments*");
    assert_refused("padding", padded, "the signature has not*");
    assert_refused("space behind", spaced, "the signature has not*");
    assert_refused("newline behind", newline, "the signature has not*");
    assert_refused("space before", before, "the header is not base64url");
}

/* A standard alphabet, an impossible length, or spare bits that are set would be second spellings
 * of one token. */
static void
test_spellings(void **state)
{
    static const char *const heads[] = { "ab+d", "ab/d", "ab=d", "abcde", "ab\xc3\xa9", "a b c" };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) {
        g_autofree char *token = g_strconcat(heads[i], ".e30.e30", NULL);
        assert_refused(heads[i], token, "the header is not base64url");
    }
    g_autofree char *good =
        maker_token(&maker, MAKER_HS256, "{\"alg\":\"HS256\",\"kid\":\"hs256\"}", "{" GOOD "}");
    assert_accepted("good", good);
    /* 32 bytes are 43 characters: two spare bits in the last */
    good[strlen(good) - 1] = (char)(good[strlen(good) - 1] + 1);
    assert_refused("spare bits", good, "the signature *");
}

static void
test_sizes(void **state)
{
    (void)state;
    g_autofree char *million = g_strnfill(1024 * 1024, 'a');
    assert_refused("1 MB", million, "*longer than*");

    g_autofree char *deep_open = g_strnfill(3000, '[');
    g_autofree char *deep_close = g_strnfill(3000, ']');
    g_autofree char *deep = g_strconcat("{\"a\":", deep_open, deep_close, "}", NULL);
    g_autofree char *deep_token =
        maker_token(&maker, MAKER_ES256, "{\"alg\":\"ES256\",\"kid\":\"es256\"}", deep);
    assert_refused("depth 3,000", deep_token, "the claims: nested*");

    g_autofree char *pad = g_strnfill(1100, 'x');
    g_autofree char *header =
        g_strdup_printf("{\"alg\":\"RS256\",\"kid\":\"rs256\",\"x\":\"%s\"}", pad);
    g_autofree char *wide = maker_token(&maker, MAKER_RS256, header, "{" GOOD "}");
    assert_refused("header of 1.1 KB", wide, "the header is too long");
}

/* The same token over time: valid, then within the leeway, then expired. */
static void
test_time_passes(void **state)
{
    (void)state;
    g_autofree char *token = maker_token(&maker, MAKER_RS256, RS256, "{" GOOD "}");

    assert_accepted("now", token);
    tk_clock_advance(&fake, 629999);
    assert_accepted("a millisecond before the end", token);
    tk_clock_advance(&fake, 1);
    assert_refused("at the end", token, "the token has expired");
    tk_clock_advance(&fake, -630000);
    assert_accepted("the clock was set back", token);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_algorithm), cmocka_unit_test(test_principal),
        cmocka_unit_test(test_headers),         cmocka_unit_test(test_types),
        cmocka_unit_test(test_departments),     cmocka_unit_test(test_claims),
        cmocka_unit_test(test_long_subject),    cmocka_unit_test(test_public_key_as_secret),
        cmocka_unit_test(test_signatures),      cmocka_unit_test(test_segments),
        cmocka_unit_test(test_spellings),       cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_time_passes),     cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
