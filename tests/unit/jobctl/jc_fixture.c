/* jc_fixture.c: jobctl with captured output. */
#include "jc_fixture.h"

#include <string.h>

#include "jw/store_records.h"

JcFixture *
jc_fixture_new(JwClock *clock, JwStore *store)
{
    JcFixture *self = g_new0(JcFixture, 1);

    self->env = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(self->env, NULL);
    self->dir = tk_temp_dir();
    self->context.clock = clock != NULL ? clock : jw_clock_system();
    self->context.store = store;
    jw_mutex_init(&self->mutex);
    return self;
}

void
jc_fixture_free(JcFixture *self)
{
    if (self->server != NULL) {
        jw_http_server_stop(self->server, 5000);
        jw_http_server_free(self->server);
    }
    jw_mutex_clear(&self->mutex);
    g_ptr_array_unref(self->env);
    g_free(self->out);
    g_free(self->err);
    g_free(self->dir);
    g_free(self);
}

int
jc_fixture_setup(void **state)
{
    *state = jc_fixture_new(NULL, NULL);
    return 0;
}

int
jc_fixture_teardown(void **state)
{
    jc_fixture_free(*state);
    return 0;
}

void
jc_fixture_serve(JcFixture *self, const JwHttpApi *api, gpointer context)
{
    static char address[] = "127.0.0.1";
    g_autoptr(GError) error = NULL;

    tk_log_capture(); /* the server's */
    self->config = (JwHttpConfig){ .address = address,
                                   .body_max_bytes = 1 << 20,
                                   .connections_max = 16,
                                   .idle_timeout_ms = 5000,
                                   .request_age_ms = 5000 };
    self->server = jw_http_server_new(&self->config, &error);
    assert_ok(self->server != NULL, error);
    jw_http_server_add_api(self->server, api, context);
    assert_ok(jw_http_server_start(self->server, &error), error);
    g_autofree char *url =
        g_strdup_printf("http://127.0.0.1:%d/", jw_http_server_port(self->server));
    jc_fixture_env(self, "JW_GATEWAY_URL", url);
    jc_fixture_env(self, "JW_TOKEN", "a.b.c");
}

void
jc_fixture_env(JcFixture *self, const char *name, const char *value)
{
    g_ptr_array_insert(self->env, 0, g_strdup_printf("%s=%s", name, value));
}

JcExit
jc_fixture_run(JcFixture *self, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) passed = g_ptr_array_new(); /* a command reorders its arguments */
    const char *argument = NULL;
    va_list args;

    g_ptr_array_add(argv, g_strdup("jobctl"));
    va_start(args, self);
    while ((argument = va_arg(args, const char *)) != NULL) {
        g_ptr_array_add(argv, g_strdup(argument));
    }
    va_end(args);
    for (guint i = 0; i < argv->len; i++) {
        g_ptr_array_add(passed, g_ptr_array_index(argv, i));
    }
    g_ptr_array_add(passed, NULL);
    g_clear_pointer(&self->out, g_free);
    g_clear_pointer(&self->err, g_free);
    self->context.out = open_memstream(&self->out, &self->out_length);
    self->context.err = open_memstream(&self->err, &self->err_length);
    self->context.env = (const char *const *)self->env->pdata;
    const JcExit code = jc_main(&self->context, (int)argv->len, (char **)passed->pdata);
    (void)fclose(self->context.out);
    (void)fclose(self->context.err);
    print_message("jobctl %s: %d\n%s", argv->len > 1 ? (char *)g_ptr_array_index(argv, 1) : "",
                  (int)code, self->err);
    return code;
}

char *
jc_fixture_file(JcFixture *self, const char *name, const char *text)
{
    char *path = g_build_filename(self->dir, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static bool
count_row(const JwValue *row, gpointer count, GError **error)
{
    (void)row;
    (void)error;
    (*(int64_t *)count)++;
    return true;
}

int64_t
jc_fixture_count(JwStore *store, const char *collection, const char *field, const char *value)
{
    const char *const values[] = { value, NULL };
    const char *const fields[] = { "_id", NULL };
    const JwRecordFilter filter = { .field = field, .values = values };
    const JwRecordScan scan = { .collection = collection,
                                .fields = fields,
                                .filters = &filter,
                                .n_filters = field != NULL ? 1 : 0 };
    g_autoptr(GError) error = NULL;
    int64_t found = 0;

    assert_ok(jw_store_scan_records(store, &scan, count_row, &found, &error), error);
    return found;
}

void
assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("'%s' is not in:\n%s", part, text);
    }
}
