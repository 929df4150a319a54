/* gwkit.h: a gateway on ports in memory behind a real HTTP server on a free port, and a client for
 * it. */
#pragma once
#include <jansson.h>

#include "gw.h"
#include "service_ports.h"

G_BEGIN_DECLS

#define GW_NOW           INT64_C(1768269615000) /* 2026-01-13T02:00:15Z */
#define KIT_JOBS         "/api/v2/reports/jobs"
#define KIT_KEY_CACHE_MS 5000
#define KIT_LINK_KEYS    "kit:0123456789abcdef0123456789abcdef"
#define KIT_BODY                                                                                   \
    "{\"reportType\":\"call-records\",\"name\":\"Calls\",\"parameters\":{},\"output\":{"           \
    "\"format\":\"csv\"}}"

typedef struct {
    Gw gw;
    JwHttpConfig http_config;
    JwHttpServer *http;
    KitPorts *ports;
    char *private_pem, *base_url;
    int64_t token_age_s; /* of the tokens that it makes, which hold for 10 minutes; default 0 */
} GwKit;

/* Without the watch thread, so that the store is called by requests alone. */
GwKit *kit_new(void);
void kit_free(GwKit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwKit, kit_free)
/* For cmocka: *state is a GwKit. */
int kit_setup(void **state);
int kit_teardown(void **state);

/* Of one of those people; (transfer full). */
char *kit_token(const GwKit *self, const char *who);

typedef struct {
    long status;
    GHashTable *headers; /* lower-case name → value */
    GByteArray *body;
    json_t *json; /* NULL: no JSON */
} Answer;
void answer_clear(Answer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

/* @who: one of the people of gwkit.c, or NULL for nobody: alice and bob (all of reports:*, no
 * claim of departments), dana (d1, d2), dave (d1), reader (only reports:read), maker (only
 * reports:create), admin, adam (admin of d1), nobody (no permissions), lone and "lone admin" (of
 * no department), "odd person" (whose address is none).
 * @headers: "Name: value", …; NULL-terminated; may be NULL. A body is JSON unless one of them says
 * its Content-Type. */
Answer kit_ask(GwKit *self, const char *who, const char *method, const char *path, const char *body,
               const char *const *headers);
/* An API key of that role. @expires_ms: 0: it does not. (transfer full) */
char *kit_make_key(const GwKit *self, JwApiKeyRole role, int64_t expires_ms);
/* A kit, and an API key of an admin: set up and torn down as a cmocka test's state. */
typedef struct {
    GwKit *kit;
    char *key;
} GwKeyed;
int kit_keyed_setup(void **state);
int kit_keyed_teardown(void **state);
/* As kit_ask(), with an API key. */
Answer kit_ask_with_key(GwKit *self, const char *key, const char *method, const char *path,
                        const char *body);
Answer kit_get(GwKit *self, const char *who, const char *path);
Answer kit_post(GwKit *self, const char *who, const char *path, const char *body);

/* "data.progress.percentage"; digits index arrays; NULL: absent. (transfer none) */
json_t *answer_at(const Answer *self, const char *path);
const char *answer_text(const Answer *self, const char *path); /* NULL: no text there */
int64_t answer_int(const Answer *self,
                   const char *path); /* fails the test when there is no number */
const char *answer_header(const Answer *self, const char *name);
/* Status, and success with data or the error code. */
#define assert_answer(answer, status, code)                                                        \
    kit_assert_answer(&(answer), (status), (code), __FILE__, __LINE__)
void kit_assert_answer(const Answer *self, long status, const char *code, const char *file,
                       int line);
/* The pointers of the details are exactly these, in any order; NULL-terminated. */
void kit_assert_pointers(const Answer *self, const char *const *pointers);

/* Posts KIT_BODY, fails the test unless 201. (transfer full) */
char *kit_make(GwKit *self, const char *who);
/* Posts @body. */
char *kit_make_from(GwKit *self, const char *who, const char *body);
char *kit_path(const char *job_id, const char *tail); /* (transfer full) */

/* As an executor does: claims the job, and ends it as failed. */
void kit_fail(GwKit *self, const char *job_id);

G_END_DECLS
