/* kit.c: see kit.h. */
#include "kit.h"

#include <string.h>

#include "jw/ident.h"

const KitFault kit_faults[] = {
    { JW_ERROR_UNAVAILABLE, false }, { JW_ERROR_BUSY, false },     { JW_ERROR_IN_DOUBT, false },
    { JW_ERROR_IN_DOUBT, true },     { JW_ERROR_INTERNAL, false }, { JW_ERROR_CORRUPT, false },
};
const size_t kit_n_faults = G_N_ELEMENTS(kit_faults);

KitPorts *
kit_ports_new(int64_t now_ms, bool catalog)
{
    KitPorts *self = g_new0(KitPorts, 1);
    g_autoptr(GError) error = NULL;

    hook_clock_init(&self->clock, now_ms);
    if (catalog) {
        self->catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);
        assert_ok(self->catalog != NULL, error);
    }
    self->wire = jw_wire_new(self->catalog, "jobwire.");
    self->store = jw_store_mem_new();
    self->bus = jw_bus_mem_new();
    self->relays = g_ptr_array_new_with_free_func(jw_relay_free);
    self->events = jw_wire_topic(self->wire, JW_TOPIC_JOB_EVENTS);
    self->commands = jw_wire_topic(self->wire, JW_TOPIC_COMMANDS_NORMAL);
    return self;
}

void
kit_ports_free(KitPorts *self)
{
    (void)jw_bus_mem_deliver(self->bus);
    g_ptr_array_unref(self->relays);
    jw_bus_free(self->bus);
    jw_store_free(self->store);
    jw_wire_free(self->wire);
    jw_catalog_free(self->catalog);
    g_free(self->events);
    g_free(self->commands);
    g_free(self);
}

JwRelay *
kit_relay(KitPorts *self, const char *ce_source)
{
    JwRelay *relay =
        jw_relay_new_manual(self->store, self->bus, &self->clock.fake.clock, ce_source);

    g_ptr_array_add(self->relays, relay);
    return relay;
}

void
kit_fault_at(KitPorts *self, int nth, KitFault fault)
{
    self->fault_call = jw_store_mem_calls(self->store) + nth;
    jw_store_mem_fail_nth(self->store, nth, fault.code, fault.after);
}

bool
kit_fault_met(KitPorts *self)
{
    jw_store_mem_fail_nth(self->store, 0, JW_ERROR_INTERNAL, false);
    return jw_store_mem_calls(self->store) >= self->fault_call;
}

JwJob *
kit_new_job(KitPorts *self)
{
    JwJob *job = jw_job_new();
    char id[JW_UUID_LEN + 1];

    jw_uuid_v7(self->clock.fake.now_ms, id);
    job->id = g_strdup(id);
    job->type = g_strdup("report");
    job->subtype = g_strdup("call-records");
    job->name = g_strdup("Weekly calls");
    job->spec = g_strdup("{}");
    job->source = g_strdup("test");
    job->created_at_ms = self->clock.fake.now_ms;
    job->updated_at_ms = self->clock.fake.now_ms;
    return job;
}

char *
kit_insert_job(KitPorts *self, const JwJob *job)
{
    const JwJob *jobs[] = { job };
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    assert_ok(jw_store_create_jobs(self->store, jobs, 1, &create, &error), error);
    assert_int_equal(create, JW_CREATE_NEW);
    return g_strdup(job->id);
}

JwJob *
kit_job(KitPorts *self, const char *job_id)
{
    g_autoptr(GError) error = NULL;
    JwJob *job = NULL;

    assert_ok(jw_store_get_job(self->store, job_id, &job, &error), error);
    return job;
}

JwCas
kit_try(KitPorts *self, JwJobChange change)
{
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    change.now_ms = self->clock.fake.now_ms;
    assert_ok(jw_store_change_job(self->store, &change, &cas, NULL, &error), error);
    return cas;
}

void
kit_change(KitPorts *self, JwJobChange change)
{
    assert_int_equal(kit_try(self, change), JW_CAS_WON);
}

int64_t
kit_claim(KitPorts *self, const char *job_id)
{
    kit_change(
        self, (JwJobChange){ .job_id = job_id, .transition = JW_CHANGE_CLAIM, .owner = "another" });
    g_autoptr(JwJob) job = kit_job(self, job_id);
    return job->token;
}

JwArtifact *
kit_upload(KitPorts *self, const char *job_id, const char *file_id, const char *file_name,
           const char *content)
{
    JwArtifact *artifact = g_new0(JwArtifact, 1);
    char own_id[JW_UUID_LEN + 1];
    g_autoptr(GError) error = NULL;

    jw_uuid_v7(self->clock.fake.now_ms, own_id);
    artifact->file_id = g_strdup(file_id != NULL ? file_id : own_id);
    artifact->file_name = g_strdup(file_name);
    artifact->content_type = g_strdup("text/csv; charset=utf-8");
    artifact->rows = 3;
    artifact->rows_written = 2;
    artifact->as_of_ms = self->clock.fake.now_ms - 1000;
    artifact->definition_sha256 = g_strnfill(64, 'd');
    artifact->program = g_strdup("testkit 1.0");
    artifact->summary = g_strdup("{\"figures\":[]}");
    g_autoptr(JwFileWriter) writer =
        jw_file_writer_new(self->store, artifact->file_id, file_name, artifact->content_type,
                           job_id, self->clock.fake.now_ms);
    assert_ok(jw_file_writer_write(writer, content, strlen(content), &error), error);
    assert_ok(jw_file_writer_finish(writer, &artifact->size_bytes, &artifact->sha256, &error),
              error);
    return artifact;
}

void
kit_complete(KitPorts *self, const char *job_id, const char *content, const char *file_name,
             int64_t expires_at_ms)
{
    int64_t token = kit_claim(self, job_id);
    g_autoptr(JwArtifact) artifact = kit_upload(self, job_id, NULL, file_name, content);

    artifact->expires_at_ms = expires_at_ms;
    kit_change(self, (JwJobChange){ .job_id = job_id,
                                    .transition = JW_CHANGE_FINISH,
                                    .token = token,
                                    .artifact = artifact });
}

size_t
kit_events(const GPtrArray *outbox, const char *type)
{
    size_t n = 0;

    for (guint i = 0; i < outbox->len; i++) {
        n += strcmp(((const JwOutboxEntry *)g_ptr_array_index(outbox, i))->type, type) == 0;
    }
    return n;
}
