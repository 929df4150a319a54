/* jc_fixture.h: runs commands of jobctl in this process and keeps their output. */
#pragma once
#include "testkit.h"
#include "jobctl.h"
#include "jw/http.h"
#include "jw/sync.h"

typedef struct {
    JcContext context;
    GPtrArray *env;  /* NAME=value, NULL at the end */
    char *out, *err; /* of the last run */
    size_t out_length, err_length;
    char *dir; /* for files */
    JwHttpServer *server;
    JwHttpConfig config;
    JwMutex mutex; /* guards what the server's handlers, on its threads, share with the test */
} JcFixture;

JcFixture *jc_fixture_new(JwClock *clock, JwStore *store);
void jc_fixture_free(JcFixture *self);
/* For cmocka: *state is a JcFixture. */
int jc_fixture_setup(void **state);
int jc_fixture_teardown(void **state);
/* Serves @api in the place of a gateway, and tells the commands where. */
void jc_fixture_serve(JcFixture *self, const JwHttpApi *api, gpointer context);
void jc_fixture_env(JcFixture *self, const char *name, const char *value);
/* jobctl WORD WORD …, NULL at the end */
JcExit jc_fixture_run(JcFixture *self, ...) G_GNUC_NULL_TERMINATED;
/* Runs it, and fails the test unless it ends so. */
#define assert_jobctl(jc, code, ...)                                                               \
    assert_int_equal(jc_fixture_run((jc), __VA_ARGS__, NULL), (code))
/* A file of this test's own. (transfer full) */
char *jc_fixture_file(JcFixture *self, const char *name, const char *text);
/* Records of a collection in which @field is @value; @field NULL: all. */
int64_t jc_fixture_count(JwStore *store, const char *collection, const char *field,
                         const char *value);
/* Fails the test unless @text contains @part. */
void assert_contains(const char *text, const char *part);
