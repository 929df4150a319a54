/* store_conformance_templates.c: templates, whose version decides, and links that owners made. */
#include "store_conformance.h"
#include "jw/ident.h"
#include "jw/store_shares.h"
#include "jw/store_templates.h"

static JwTemplate *
new_template(int n, const char *owner, const char *departments, JwVisibility visibility)
{
    JwTemplate *template = g_new0(JwTemplate, 1);

    template->id = g_strdup_printf("0190a5d0-0000-7000-8000-%012d", n);
    template->name = g_strdup_printf("n%d", 9 - n);
    template->description = g_strdup("what it is");
    template->report_type = g_strdup(n % 2 == 0 ? "even" : "odd");
    template->settings = g_strdup("{\"reportType\":\"odd\"}");
    template->owner.id = g_strdup(owner);
    template->owner.name = g_strdup("Name");
    template->owner.email = g_strdup("a@example.org");
    template->departments = departments == NULL ? NULL : g_strsplit(departments, " ", -1);
    template->visibility = visibility;
    template->version = 1;
    template->created_at_ms = SC_NOW;
    template->updated_at_ms = SC_NOW;
    template->request_hash = g_strdup("abc");
    return template;
}

static void
create_template(JwStore *store, const JwTemplate *template, JwCreate expected)
{
    JwCreate create = JW_CREATE_NEW;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_create_template(store, template, &create, &error), error);
    assert_int_equal(create, expected);
}

static JwTemplate *
get_template(JwStore *store, const char *id)
{
    JwTemplate *template = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_template(store, id, &template, &error), error);
    return template;
}

static void
assert_same_template(const JwTemplate *a, const JwTemplate *b)
{
    sc_assert_text(a->id, b->id);
    sc_assert_text(a->name, b->name);
    sc_assert_text(a->description, b->description);
    sc_assert_text(a->report_type, b->report_type);
    sc_assert_text(a->settings, b->settings);
    sc_assert_text(a->owner.id, b->owner.id);
    sc_assert_text(a->owner.name, b->owner.name);
    sc_assert_text(a->owner.email, b->owner.email);
    sc_assert_same_texts(a->departments, b->departments);
    assert_int_equal(a->visibility, b->visibility);
    assert_int_equal(a->version, b->version);
    assert_int_equal(a->created_at_ms, b->created_at_ms);
    assert_int_equal(a->updated_at_ms, b->updated_at_ms);
    sc_assert_text(a->updated_by, b->updated_by);
    sc_assert_text(a->request_hash, b->request_hash);
}

static void
keeps_a_template_as_it_is(JwStore *store)
{
    g_autoptr(JwTemplate) one = new_template(1, "ann", "north south", JW_VISIBLE_EVERYONE);
    g_autoptr(JwTemplate) other = new_template(1, "bob", NULL, JW_VISIBLE_PRIVATE);

    create_template(store, one, JW_CREATE_NEW);
    create_template(store, other, JW_CREATE_EXISTS);
    g_autoptr(JwTemplate) read = get_template(store, one->id);
    assert_non_null(read);
    assert_same_template(read, one);
    assert_null(get_template(store, "nobody"));
}

static JwCas
change(JwStore *store, const JwTemplate *template)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_change_template(store, template, &cas, &error), error);
    return cas;
}

static JwCas
delete_template(JwStore *store, const char *id, int64_t version)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_delete_template(store, id, version, SC_NOW, &cas, &error), error);
    return cas;
}

/* What it may not change stays: owner, creation, request. */
static void
changes_the_version_that_was_read(JwStore *store)
{
    g_autoptr(JwTemplate) one = new_template(1, "ann", "north", JW_VISIBLE_DEPARTMENT);
    g_autoptr(JwTemplate) changed = new_template(1, "eve", NULL, JW_VISIBLE_PRIVATE);

    create_template(store, one, JW_CREATE_NEW);
    g_free(changed->name);
    changed->name = g_strdup("New");
    g_clear_pointer(&changed->description, g_free);
    changed->updated_at_ms = SC_NOW + 5;
    changed->created_at_ms = SC_NOW + 4;
    changed->updated_by = g_strdup("eve");
    assert_int_equal(change(store, changed), JW_CAS_WON);
    assert_int_equal(change(store, changed), JW_CAS_LOST); /* that was version 1 */
    g_autoptr(JwTemplate) read = get_template(store, one->id);
    assert_string_equal(read->name, "New");
    assert_null(read->description);
    assert_null(read->departments);
    assert_int_equal(read->visibility, JW_VISIBLE_PRIVATE);
    assert_int_equal(read->version, 2);
    assert_int_equal(read->updated_at_ms, SC_NOW + 5);
    assert_int_equal(read->created_at_ms, SC_NOW);
    assert_string_equal(read->owner.id, "ann");
    assert_string_equal(read->updated_by, "eve");
    assert_int_equal(change(store, read), JW_CAS_WON);
}

static void
deletes_the_version_that_was_read(JwStore *store)
{
    g_autoptr(JwTemplate) one = new_template(1, "ann", NULL, JW_VISIBLE_DEPARTMENT);

    create_template(store, one, JW_CREATE_NEW);
    assert_int_equal(delete_template(store, one->id, 2), JW_CAS_LOST);
    assert_int_equal(delete_template(store, one->id, 1), JW_CAS_WON);
    assert_int_equal(delete_template(store, one->id, 1), JW_CAS_LOST);
    assert_int_equal(change(store, one), JW_CAS_LOST);
    assert_null(get_template(store, one->id));
    create_template(store, one, JW_CREATE_NEW);
}

/* Its last step failed: nobody sees it, and nobody changes it. */
static void
hides_what_is_half_deleted(JwStore *store)
{
    g_autoptr(JwTemplate) one = new_template(1, "ann", NULL, JW_VISIBLE_EVERYONE);
    const JwTemplateQuery query = { .limit = 9 };
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;
    int64_t total = -1;

    one->deleted_at_ms = SC_NOW;
    create_template(store, one, JW_CREATE_NEW);
    assert_null(get_template(store, one->id));
    assert_int_equal(change(store, one), JW_CAS_LOST);
    assert_int_equal(delete_template(store, one->id, 1), JW_CAS_LOST);
    assert_ok(jw_store_list_templates(store, &query, &list, &total, &error), error);
    assert_int_equal(list->len, 0);
    assert_int_equal(total, 0);
}

static void
assert_templates(JwStore *store, JwTemplateQuery query, const char *expected, int64_t total)
{
    g_autoptr(GString) found = g_string_new(NULL);
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;
    int64_t count = -1;

    query.limit = query.limit == 0 ? 100 : query.limit;
    assert_ok(jw_store_list_templates(store, &query, &list, &count, &error), error);
    for (guint i = 0; i < list->len; i++) {
        const JwTemplate *template = g_ptr_array_index(list, i);
        g_string_append_printf(found, "%s%s", i == 0 ? "" : " ", template->name);
        assert_null(template->settings);
        assert_non_null(template->owner.id);
    }
    assert_string_equal(found->str, expected);
    assert_int_equal(count, total);
}

static void
lists_templates_by_name(JwStore *store)
{
    const char *const north[] = { "north", NULL };
    static const struct {
        const char *owner, *departments;
        JwVisibility visibility;
    } rows[] = {
        { "ann", "north", JW_VISIBLE_PRIVATE },    { "ann", "north", JW_VISIBLE_DEPARTMENT },
        { "ann", "south", JW_VISIBLE_DEPARTMENT }, { "bob", "south", JW_VISIBLE_EVERYONE },
        { "bob", NULL, JW_VISIBLE_DEPARTMENT },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(JwTemplate) template =
            new_template((int)i + 1, rows[i].owner, rows[i].departments, rows[i].visibility);
        create_template(store, template, JW_CREATE_NEW);
    }
    assert_templates(store, (JwTemplateQuery){ 0 }, "n4 n5 n6 n7 n8", 5);
    assert_templates(store, (JwTemplateQuery){ .skip = 1, .limit = 2 }, "n5 n6", 5);
    assert_templates(store, (JwTemplateQuery){ .skip = 9 }, "", 5);
    assert_templates(store, (JwTemplateQuery){ .report_type = "even" }, "n5 n7", 2);
    assert_templates(store, (JwTemplateQuery){ .owner = "bob" }, "n4 n5", 2);
    assert_templates(store, (JwTemplateQuery){ .viewer = { "ann", NULL, false } }, "n5 n6 n7 n8",
                     4);
    assert_templates(store, (JwTemplateQuery){ .viewer = { "eve", north, false } }, "n5 n7", 2);
    assert_templates(store, (JwTemplateQuery){ .viewer = { "adam", north, true } }, "n5 n7 n8", 3);
    assert_templates(store, (JwTemplateQuery){ .owner = "ann", .viewer = { "eve", north, false } },
                     "n7", 1);
}

#define JOB "0190a5d0-0000-7000-8000-00000000000a"

static JwShare *
new_share(int n, int64_t max_downloads)
{
    JwShare *share = g_new0(JwShare, 1);

    share->id = g_strdup_printf("0190a5d0-0000-7000-8000-%012d", n);
    share->job_id = g_strdup(JOB);
    share->description = g_strdup("for the auditors");
    share->created_by.id = g_strdup("ann");
    share->created_by.name = g_strdup("Ann");
    share->created_at_ms = SC_NOW + n;
    share->expires_at_ms = SC_NOW + 60000;
    share->max_downloads = max_downloads;
    share->request_hash = g_strdup("abc");
    return share;
}

static void
create_share(JwStore *store, const JwShare *share, JwCreate expected)
{
    JwCreate create = JW_CREATE_NEW;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_create_share(store, share, &create, &error), error);
    assert_int_equal(create, expected);
}

static JwShare *
get_share(JwStore *store, const char *id)
{
    JwShare *share = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_share(store, id, &share, &error), error);
    return share;
}

static JwCas
use_share(JwStore *store, const JwShare *share, int64_t now_ms)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_use_share(store, share, now_ms, &cas, &error), error);
    return cas;
}

static JwCas
return_share(JwStore *store, const char *id)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_return_share(store, id, &cas, &error), error);
    return cas;
}

static JwCas
revoke_share(JwStore *store, const char *id, int64_t now_ms)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_revoke_share(store, id, "bob", now_ms, &cas, &error), error);
    return cas;
}

static void
keeps_and_counts_links(JwStore *store)
{
    g_autoptr(JwShare) one = new_share(2, 0);
    g_autoptr(JwShare) two = new_share(1, 2);
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;

    create_share(store, one, JW_CREATE_NEW);
    create_share(store, one, JW_CREATE_EXISTS);
    create_share(store, two, JW_CREATE_NEW);
    assert_null(get_share(store, JOB));
    for (int64_t i = 1; i <= 3; i++) {
        assert_int_equal(use_share(store, one, SC_NOW + i), JW_CAS_WON);
    }
    assert_int_equal(use_share(store, two, SC_NOW + 7), JW_CAS_WON);
    assert_int_equal(use_share(store, two, SC_NOW + 8), JW_CAS_WON);
    assert_int_equal(use_share(store, two, SC_NOW + 9), JW_CAS_LOST); /* none is left */
    assert_ok(jw_store_list_shares(store, JOB, 9, &list, &error), error);
    assert_int_equal(list->len, 2);
    const JwShare *first = g_ptr_array_index(list, 0), *second = g_ptr_array_index(list, 1);
    assert_string_equal(first->id, two->id);
    assert_int_equal(first->downloads, 2);
    assert_int_equal(first->used_at_ms, SC_NOW + 8);
    assert_int_equal(first->max_downloads, 2);
    assert_string_equal(second->description, "for the auditors");
    assert_string_equal(second->created_by.name, "Ann");
    assert_int_equal(second->created_at_ms, SC_NOW + 2);
    assert_int_equal(second->expires_at_ms, SC_NOW + 60000);
    assert_int_equal(second->downloads, 3);
    assert_string_equal(second->request_hash, "abc");
    assert_int_equal(return_share(store, two->id), JW_CAS_WON);
    assert_int_equal(use_share(store, two, SC_NOW + 10), JW_CAS_WON);
    assert_int_equal(use_share(store, two, SC_NOW + 11), JW_CAS_LOST);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(return_share(store, one->id), JW_CAS_WON);
    }
    assert_int_equal(return_share(store, one->id), JW_CAS_LOST); /* no more than were counted */
    assert_int_equal(return_share(store, "nobody"), JW_CAS_LOST);
    g_clear_pointer(&list, g_ptr_array_unref);
    assert_ok(jw_store_list_shares(store, JOB, 1, &list, &error), error);
    assert_int_equal(list->len, 1);
    g_clear_pointer(&list, g_ptr_array_unref);
    assert_ok(jw_store_list_shares(store, "other", 1, &list, &error), error);
    assert_int_equal(list->len, 0);
}

static void
revokes_links_once(JwStore *store)
{
    g_autoptr(JwShare) one = new_share(1, 0);

    create_share(store, one, JW_CREATE_NEW);
    assert_int_equal(revoke_share(store, one->id, SC_NOW + 3), JW_CAS_WON);
    assert_int_equal(revoke_share(store, one->id, SC_NOW + 4), JW_CAS_LOST);
    assert_int_equal(revoke_share(store, "nobody", SC_NOW), JW_CAS_LOST);
    assert_int_equal(use_share(store, one, SC_NOW + 5), JW_CAS_LOST);
    g_autoptr(JwShare) read = get_share(store, one->id);
    assert_int_equal(read->revoked_at_ms, SC_NOW + 3);
    assert_string_equal(read->revoked_by, "bob");
    assert_int_equal(read->downloads, 0);
}

typedef struct {
    JwStore *store;
    const JwShare *share;
    int won;
} Racer;

static gpointer
race(gpointer data)
{
    Racer *self = data;

    for (int i = 0; i < 10; i++) {
        self->won += use_share(self->store, self->share, SC_NOW) == JW_CAS_WON;
    }
    return NULL;
}

static void
counts_no_more_than_the_most(JwStore *store)
{
    g_autoptr(JwShare) one = new_share(1, 7);
    Racer racers[4];
    int won = 0;

    create_share(store, one, JW_CREATE_NEW);
    for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
        racers[i] = (Racer){ store, one, 0 };
    }
    sc_threads(G_N_ELEMENTS(racers), race, racers, sizeof(*racers));
    for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
        won += racers[i].won;
    }
    assert_int_equal(won, 7);
}

const ScCase sc_template_cases[] = {
    { "keeps_a_template_as_it_is", keeps_a_template_as_it_is },
    { "changes_the_version_that_was_read", changes_the_version_that_was_read },
    { "deletes_the_version_that_was_read", deletes_the_version_that_was_read },
    { "hides_what_is_half_deleted", hides_what_is_half_deleted },
    { "lists_templates_by_name", lists_templates_by_name },
    { "keeps_and_counts_links", keeps_and_counts_links },
    { "revokes_links_once", revokes_links_once },
    { "counts_no_more_than_the_most", counts_no_more_than_the_most },
    { 0 },
};
