/* bench_mongo.c: the server's own insert rate: the document of a real job, with a new _id each,
 * through libmongoc with j:true. bench_mongo URI DATABASE COLLECTION THREADS SECONDS     (takes its
 * document from DATABASE.jobs) */
#include <mongoc/mongoc.h>
#include <stdio.h>

#include "bench.h"
#include "jw/clock.h"
#include "jw/ident.h"

typedef struct {
    const char *uri, *database, *collection;
    bson_t sample; /* a job without its _id */
} Load;

typedef struct {
    mongoc_client_t *client;
    mongoc_collection_t *collection;
    bson_t opts;
} Inserter;

static gpointer
load_open(gpointer shared, int thread G_GNUC_UNUSED)
{
    const Load *load = shared;
    Inserter *self = g_new0(Inserter, 1);
    mongoc_write_concern_t *concern = mongoc_write_concern_new();

    self->client = mongoc_client_new(load->uri);
    self->collection = mongoc_client_get_collection(self->client, load->database, load->collection);
    mongoc_write_concern_set_wmajority(concern, 0);
    mongoc_write_concern_set_journal(concern, true);
    bson_init(&self->opts);
    mongoc_write_concern_append(concern, &self->opts);
    mongoc_write_concern_destroy(concern);
    return self;
}

static bool
load_once(gpointer data, gpointer shared)
{
    Inserter *self = data;
    const Load *load = shared;
    char id[JW_UUID_LEN + 1];
    bson_t document = BSON_INITIALIZER;
    bson_error_t error;

    jw_uuid_v7(jw_clock_now_ms(jw_clock_system()), id);
    BSON_APPEND_UTF8(&document, "_id", id);
    bson_concat(&document, &load->sample);
    bool ok = mongoc_collection_insert_one(self->collection, &document, &self->opts, NULL, &error);
    if (!ok) {
        fprintf(stderr, "%s\n", error.message);
    }
    bson_destroy(&document);
    return ok;
}

static void
load_close(gpointer data)
{
    Inserter *self = data;

    bson_destroy(&self->opts);
    mongoc_collection_destroy(self->collection);
    mongoc_client_destroy(self->client);
    g_free(self);
}

static bool
load_sample(Load *load)
{
    mongoc_client_t *client = mongoc_client_new(load->uri);
    mongoc_collection_t *jobs = mongoc_client_get_collection(client, load->database, "jobs");
    bson_t filter = BSON_INITIALIZER;
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(jobs, &filter, NULL, NULL);
    const bson_t *found = NULL;
    bool ok = mongoc_cursor_next(cursor, &found);

    bson_init(&load->sample);
    if (ok) {
        bson_copy_to_excluding_noinit(found, &load->sample, "_id", NULL);
    }
    mongoc_cursor_destroy(cursor);
    mongoc_collection_destroy(jobs);
    mongoc_client_destroy(client);
    return ok;
}

int
main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: bench_mongo URI DATABASE COLLECTION THREADS SECONDS\n");
        return 64;
    }
    mongoc_init();
    Load load = { .uri = argv[1], .database = argv[2], .collection = argv[3] };
    if (!load_sample(&load)) {
        fprintf(stderr, "bench_mongo: %s.jobs has no job to copy; POST one first\n", load.database);
        return 1;
    }
    const BenchOps ops = { load_open, load_once, load_close, &load };
    int status =
        bench_run(&ops, (int)g_ascii_strtoll(argv[4], NULL, 10), g_ascii_strtod(argv[5], NULL));
    bson_destroy(&load.sample);
    mongoc_cleanup();
    return status;
}
