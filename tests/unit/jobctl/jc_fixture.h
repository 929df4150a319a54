/* jc_fixture.h: runs commands of jobctl in this process and keeps their output. */
#pragma once
#include "testkit.h"
#include "jobctl.h"

typedef struct {
    JcContext context;
    GPtrArray *env;  /* NAME=value, NULL at the end */
    char *out, *err; /* of the last run */
    size_t out_length, err_length;
    char *dir; /* for files */
} JcFixture;

JcFixture *jc_fixture_new(JwClock *clock, JwStore *store);
void jc_fixture_free(JcFixture *self);
void jc_fixture_env(JcFixture *self, const char *name, const char *value);
/* jobctl WORD WORD …, NULL at the end */
JcExit jc_fixture_run(JcFixture *self, ...) G_GNUC_NULL_TERMINATED;
/* A file of this test's own. (transfer full) */
char *jc_fixture_file(JcFixture *self, const char *name, const char *text);
/* Records of a collection in which @field is @value; @field NULL: all. */
int64_t jc_fixture_count(JwStore *store, const char *collection, const char *field,
                         const char *value);
/* Fails the test unless @text contains @part. */
void assert_contains(const char *text, const char *part);
