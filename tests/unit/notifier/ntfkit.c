/* ntfkit.c: see ntfkit.h. */
#include "ntfkit.h"

#include <string.h>

#include "jw/ident.h"
#include "jw/store_files.h"

const KitFault kit_faults[] = {
    { JW_ERROR_UNAVAILABLE, false }, { JW_ERROR_BUSY, false },     { JW_ERROR_IN_DOUBT, false },
    { JW_ERROR_IN_DOUBT, true },     { JW_ERROR_INTERNAL, false }, { JW_ERROR_CORRUPT, false },
};
const size_t kit_n_faults = G_N_ELEMENTS(kit_faults);

static void
configure(Ntf *ntf)
{
    ntf->config = (NtfConfig){
        .senders = 1,
        .attach_max_bytes = 1000,
        .public_url = (char *)(uintptr_t) "https://jobs.example.com",
        .poll_ms = 1000,
        .dead_after_ms = 150000,
        .resend_after_ms = 120000,
        .give_up_ms = JW_DELIVERY_GIVE_UP_MS,
    };
    ntf->mail_config.from = (char *)(uintptr_t) "Jobwire <jobs@example.com>";
    ntf->mail_config.timeout_ms = 60000;
    ntf->sender_address = g_strdup("jobs@example.com");
    ntf->stop = jw_stop_new();
    ntf->due = jw_queue_new(3, 1, g_free);
    ntf->sending = jw_stillness_new(NTF_KEEP_BATCH);
    g_strlcpy(ntf->owner, "kit/1", sizeof ntf->owner);
}

NtfKit *
kit_new(void)
{
    NtfKit *self = g_new0(NtfKit, 1);
    Ntf *ntf = &self->ntf;

    hook_clock_init(&self->clock, KIT_NOW);
    ntf->clock = &self->clock.fake.clock;
    ntf->wire = jw_wire_new(NULL, "jobwire.");
    ntf->store = jw_store_mem_new();
    ntf->bus = jw_bus_mem_new();
    ntf->mail = jw_mail_mem_new();
    ntf->relay = jw_relay_new_manual(ntf->store, ntf->bus, ntf->clock, "/jobwire/notifier");
    configure(ntf);
    self->events = jw_wire_topic(ntf->wire, JW_TOPIC_DELIVERY_EVENTS);
    return self;
}

void
kit_free(NtfKit *self)
{
    Ntf *ntf = &self->ntf;

    ntf_stop(ntf);
    (void)jw_bus_mem_deliver(ntf->bus);
    jw_relay_free(ntf->relay);
    jw_bus_free(ntf->bus);
    jw_mail_free(ntf->mail);
    jw_store_free(ntf->store);
    jw_wire_free(ntf->wire);
    g_free(self->events);
    g_free(self);
}

Ntf *
kit_second(NtfKit *self)
{
    Ntf *second = g_new0(Ntf, 1);

    second->clock = self->ntf.clock;
    second->wire = self->ntf.wire;
    second->store = self->ntf.store;
    second->bus = self->ntf.bus;
    second->mail = self->ntf.mail;
    second->relay = jw_relay_new_manual(second->store, second->bus, second->clock, "/second");
    configure(second);
    return second;
}

void
kit_free_second(Ntf *second)
{
    ntf_stop(second);
    (void)jw_bus_mem_deliver(second->bus);
    jw_relay_free(second->relay);
    g_free(second);
}

int
kit_setup(void **state)
{
    *state = kit_new();
    return 0;
}

int
kit_teardown(void **state)
{
    kit_free(*state);
    return 0;
}

char *
kit_make_job(NtfKit *self, const char *recipients)
{
    char id[JW_UUID_LEN + 1];
    g_autoptr(JwJob) job = jw_job_new();
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    jw_uuid_v7(self->clock.fake.now_ms, id);
    job->id = g_strdup(id);
    job->type = g_strdup("report");
    job->subtype = g_strdup("call-records");
    job->name = g_strdup("Weekly calls");
    job->spec = g_strdup("{}");
    job->created_at_ms = self->clock.fake.now_ms;
    job->updated_at_ms = self->clock.fake.now_ms;
    job->recipients = recipients[0] != '\0' ? g_strsplit(recipients, " ", -1) : NULL;
    job->request_id = g_strdup("request-1");
    const JwJob *jobs[] = { job };
    assert_ok(jw_store_create_jobs(self->ntf.store, jobs, 1, &create, &error), error);
    return g_strdup(id);
}

static void
change_job(NtfKit *self, JwJobChange change)
{
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    change.now_ms = self->clock.fake.now_ms;
    assert_ok(jw_store_change_job(self->ntf.store, &change, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
}

void
kit_complete(NtfKit *self, const char *job_id)
{
    char file_id[JW_UUID_LEN + 1];
    g_autofree char *name = g_strdup("calls.csv");
    g_autofree char *type = g_strdup("text/csv; charset=utf-8");
    g_autofree char *sha256 = NULL;
    g_autoptr(GError) error = NULL;
    int64_t size = 0;

    jw_uuid_v7(self->clock.fake.now_ms, file_id);
    change_job(self, (JwJobChange){
                         .job_id = job_id, .transition = JW_CHANGE_CLAIM, .owner = "executor" });
    g_autoptr(JwFileWriter) writer =
        jw_file_writer_new(self->ntf.store, file_id, name, type, job_id, self->clock.fake.now_ms);
    assert_ok(jw_file_writer_write(writer, KIT_REPORT, strlen(KIT_REPORT), &error), error);
    assert_ok(jw_file_writer_finish(writer, &size, &sha256, &error), error);
    const JwArtifact artifact = { .file_id = file_id,
                                  .file_name = name,
                                  .content_type = type,
                                  .size_bytes = size,
                                  .sha256 = sha256,
                                  .rows = 1,
                                  .expires_at_ms = KIT_NOW + 24 * HOUR };
    change_job(self, (JwJobChange){ .job_id = job_id,
                                    .transition = JW_CHANGE_FINISH,
                                    .token = 1,
                                    .artifact = &artifact });
}

JwJob *
kit_job(NtfKit *self, const char *job_id)
{
    g_autoptr(GError) error = NULL;
    JwJob *job = NULL;

    assert_ok(jw_store_get_job(self->ntf.store, job_id, &job, &error), error);
    return job;
}

JwVerdict
kit_event(NtfKit *self, const char *type, const char *body, char **ret_reason)
{
    const JwHeader header = { "ce_type", type };
    const JwMessage message = { .topic = "jobwire.job.events",
                                .body = body,
                                .body_length = body != NULL ? strlen(body) : 0,
                                .headers = &header,
                                .n_headers = type != NULL ? 1 : 0 };
    JwAnswer answer = { 0 };

    ntf_consume(&message, 1, &answer, &self->ntf);
    if (ret_reason != NULL) {
        *ret_reason = answer.reason;
    } else {
        g_free(answer.reason);
    }
    return answer.verdict;
}

JwVerdict
kit_completed(NtfKit *self, const char *job_id)
{
    g_autofree char *body = g_strdup_printf("{\"jobId\":\"%s\"}", job_id);

    return kit_event(self, JW_TYPE_JOB_COMPLETED, body, NULL);
}

char *
kit_delivery(NtfKit *self)
{
    g_autofree char *job_id = kit_make_job(self, "ann@example.com");

    kit_complete(self, job_id);
    assert_int_equal(kit_completed(self, job_id), JW_VERDICT_DONE);
    return jw_queue_pop(self->ntf.due, 0);
}

JwDelivery *
kit_get(NtfKit *self, const char *delivery_id)
{
    g_autoptr(GError) error = NULL;
    JwDelivery *delivery = NULL;

    assert_ok(jw_store_get_delivery(self->ntf.store, delivery_id, &delivery, &error), error);
    assert_non_null(delivery);
    return delivery;
}

JwCas
kit_try(NtfKit *self, const char *delivery_id, JwDeliveryTransition transition)
{
    g_autoptr(JwDelivery) delivery = kit_get(self, delivery_id);
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;
    const JwDeliveryChange change = { .delivery_id = delivery_id,
                                      .transition = transition,
                                      .now_ms = self->clock.fake.now_ms,
                                      .token = delivery->token,
                                      .owner = "another" };

    assert_ok(jw_store_change_delivery(self->ntf.store, &change, &cas, NULL, &error), error);
    return cas;
}

void
kit_change(NtfKit *self, const char *delivery_id, JwDeliveryTransition transition)
{
    assert_int_equal(kit_try(self, delivery_id, transition), JW_CAS_WON);
}

size_t
kit_changed_events(const JwDelivery *delivery)
{
    size_t n = 0;

    for (guint i = 0; i < delivery->outbox->len; i++) {
        n += strcmp(((JwOutboxEntry *)g_ptr_array_index(delivery->outbox, i))->type,
                    JW_TYPE_DELIVERY_CHANGED)
             == 0;
    }
    return n;
}

void
kit_keep(Ntf *ntf)
{
    g_autoptr(GError) error = NULL;

    assert_ok(ntf_keep(ntf, &error), error);
}

size_t
kit_send_queued(Ntf *ntf)
{
    size_t n = 0;

    for (char *id = NULL; (id = jw_queue_pop(ntf->due, 0)) != NULL; n++) {
        ntf_send(ntf, id);
        g_free(id);
    }
    return n;
}

char *
kit_message(NtfKit *self, size_t index)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(jw_mail_mem_message(self->ntf.mail, index), &length);

    return g_strndup(data, length);
}
