/* exekit.c: see exekit.h. */
#include "exekit.h"

#include <glib/gstdio.h>
#include <string.h>

#include "jw/ident.h"
#include "jw/store_records.h"

static JwValue
text(const char *value)
{
    return (JwValue){ .type = JW_VALUE_TEXT, .text = value, .length = strlen(value) };
}

static void
insert_records(ExeKit *self)
{
    static const char *const fields[] = { "callId", "startedAt",   "agent",
                                          "status", "talkSeconds", NULL };
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < KIT_RECORDS; i++) {
        g_autofree char *id = g_strdup_printf("c-%02d", i);
        const JwValue row[] = {
            text(id),
            { .type = JW_VALUE_TIME, .time_ms = KIT_WEEK + i * HOUR },
            text(i % 2 == 0 ? "Ann" : "Ben"),
            text(i % 3 == 2 ? "missed" : "answered"),
            { .type = JW_VALUE_INT, .integer = i },
        };
        const char *ids[] = { id };
        const JwValue *rows[] = { row };
        size_t inserted = 0;

        assert_ok(jw_store_insert_records(self->exe.store, "call_records", fields, ids, rows, 1,
                                          &inserted, &error),
                  error);
        assert_int_equal(inserted, 1);
    }
}

ExeKit *
kit_new_idle(int idle)
{
    ExeKit *self = g_new0(ExeKit, 1);
    Exe *exe = &self->exe;
    g_autoptr(GError) error = NULL;

    self->ports = kit_ports_new(KIT_NOW, true);
    self->temp = tk_temp_dir();
    self->content_name = "content-type";
    self->specversion = "1.0";
    exe->ports = kit_service_ports(self->ports, "/jobwire/executor");
    exe->config = (ExeConfig){
        .temp_dir = g_build_filename(self->temp, "temp", NULL),
        .workers = 0,
        .artifact_ttl_ms = 86400000,
        .artifact_max_bytes = 1 << 20,
    };
    exe->times = (JwJobsTimes){
        .heartbeat_ms =
            3600000, /* of the system's clock: the heartbeat thread sleeps through the test */
        .heartbeat_timeout_ms = 20000,
    };
    assert_int_equal(g_mkdir(exe->config.temp_dir, 0700), 0);
    insert_records(self);
    exe->idle = idle;
    assert_ok(exe_run(exe, &error), error);
    return self;
}

void
kit_free(ExeKit *self)
{
    exe_stop(&self->exe);
    kit_ports_free(self->ports);
    g_free(self->exe.config.temp_dir);
    g_free(self->temp);
    g_free(self);
}

KIT_STATE(kit_new_idle(60))

#define KIT_HEADERS 5

void
kit_consume(ExeKit *self, const KitMessage *messages, size_t n, JwAnswer *answers)
{
    g_autofree JwMessage *list = g_new0(JwMessage, n);
    g_autofree JwHeader *headers = g_new0(JwHeader, KIT_HEADERS * n);

    for (size_t i = 0; i < n; i++) {
        const char *version = messages[i].type != NULL ? self->specversion : NULL;
        const JwHeader all[KIT_HEADERS] = { { "ce_specversion", version },
                                            { "ce_type", messages[i].type },
                                            { "ce_source", messages[i].source },
                                            { "ce_id", messages[i].id },
                                            { self->content_name, self->content_type } };

        list[i] = (JwMessage){ .topic = self->ports->commands,
                               .body = messages[i].body,
                               .body_length = messages[i].body ? strlen(messages[i].body) : 0,
                               .headers = &headers[KIT_HEADERS * i],
                               .partition = self->partitions != NULL ? self->partitions[i] : 0,
                               .offset = (int64_t)i };
        for (size_t h = 0; h < G_N_ELEMENTS(all); h++) {
            if (all[h].value != NULL) {
                headers[KIT_HEADERS * i + list[i].n_headers++] = all[h];
            }
        }
    }
    memset(answers, 0, n * sizeof *answers);
    exe_consume(list, n, answers, &self->exe);
}

void
kit_answers_clear(JwAnswer *answers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_clear_pointer(&answers[i].reason, g_free);
    }
}

char *
kit_make_report(ExeKit *self, const char *parameters, const char *output, const char *extra)
{
    char id[JW_UUID_LEN + 1];
    JwAnswer answer = { 0 };

    jw_uuid_v7(KIT_NOW, id);
    g_autofree char *body =
        g_strdup_printf("{\"jobId\":\"%s\",\"jobType\":\"report\",\"name\":\"Calls\","
                        "\"spec\":{\"reportType\":\"call-records\",\"parameters\":%s,"
                        "\"output\":{%s}}%s}",
                        id, parameters, output, extra);
    KitMessage message = { JW_TYPE_JOB_SUBMIT, "/test", id, body };
    kit_consume(self, &message, 1, &answer);
    if (answer.verdict != JW_VERDICT_DONE) {
        fail_msg("the command was not taken: %s", answer.reason);
    }
    g_free(jw_queue_pop(self->exe.ready, 0));
    return g_strdup(id);
}

char *
kit_make(ExeKit *self, const char *extra)
{
    return kit_make_report(self, "{\"period\":{\"type\":\"weekly\"}}", "\"format\":\"csv\"", extra);
}

char *
kit_artifact(ExeKit *self, const JwJob *job)
{
    g_autoptr(GError) error = NULL;
    size_t got = 0;

    assert_non_null(job->artifact);
    g_autoptr(JwFileReader) reader =
        jw_file_reader_new(self->exe.store, job->artifact->file_id, &error);
    assert_ok(reader != NULL, error);
    size_t size = (size_t)job->artifact->size_bytes;
    assert_int_equal(jw_file_reader_size(reader), size);
    char *data = g_malloc0(size + 1);
    assert_ok(jw_file_reader_read(reader, 0, data, size, &got, &error), error);
    assert_int_equal(got, size);
    g_autofree char *sha256 = jw_sha256_hex(data, size);
    assert_string_equal(sha256, job->artifact->sha256);
    return data;
}

size_t
kit_orphans(ExeKit *self)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) ids = NULL;

    assert_ok(jw_store_find_orphan_files(self->exe.store, INT64_MAX, 1000, &ids, &error), error);
    return ids->len;
}

void
kit_temp_away(ExeKit *self)
{
    g_autofree char *away = g_build_filename(self->temp, "away", NULL);

    assert_int_equal(g_rename(self->exe.config.temp_dir, away), 0);
}

void
kit_temp_back(ExeKit *self)
{
    g_autofree char *away = g_build_filename(self->temp, "away", NULL);

    assert_int_equal(g_rename(away, self->exe.config.temp_dir), 0);
}

void
kit_assert_clean(ExeKit *self)
{
    g_autoptr(GDir) dir = g_dir_open(self->exe.config.temp_dir, 0, NULL);

    assert_non_null(dir);
    g_autofree char *own = g_build_filename(self->exe.config.temp_dir, g_dir_read_name(dir), NULL);
    assert_null(g_dir_read_name(dir));
    g_autoptr(GDir) inside = g_dir_open(own, 0, NULL);
    assert_non_null(inside);
    assert_string_equal(g_dir_read_name(inside), "lock");
    assert_null(g_dir_read_name(inside));
}
