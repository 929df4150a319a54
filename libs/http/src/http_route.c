/* http_route.c: the route table. Built before start, read by all threads after it.
 * ulfius could match as well, but it decodes %2F and %00 inside a parameter, knows neither HEAD nor
 * OPTIONS nor 405, and calls several endpoints for one request. */
#include "http_private.h"

#include <string.h>

JwHttpEntry *
jw_http_entry_new(const JwHttpRoute *route, gpointer context)
{
    JwHttpEntry *entry = g_new0(JwHttpEntry, 1);

    g_assert(route->pattern[0] == '/');
    entry->route = route;
    entry->context = context;
    if (route->pattern[1] == '\0') {
        entry->segments = g_new0(char *, 1);
    } else {
        entry->segments = g_strsplit(route->pattern + 1, "/", -1);
    }
    entry->n_segments = g_strv_length(entry->segments);
    return entry;
}

void
jw_http_entry_free(gpointer entry)
{
    JwHttpEntry *self = entry;

    g_strfreev(self->segments);
    g_free(self);
}

/* Parameters are never "." or "..": a proxy in front may have read the path in another way. */
static bool
segment_fits(const char *wanted, const char *given)
{
    if (wanted[0] == ':') {
        return given[0] != '\0' && strcmp(given, ".") != 0 && strcmp(given, "..") != 0;
    }
    return strcmp(wanted, given) == 0;
}

static size_t
common_segments(const JwHttpEntry *entry, const JwHttpRequest *request)
{
    size_t n = 0;

    while (n < entry->n_segments && n < request->n_segments
           && segment_fits(entry->segments[n], request->segments[n])) {
        n++;
    }
    return n;
}

static size_t
n_literals(const JwHttpEntry *entry)
{
    size_t n = 0;

    for (size_t i = 0; i < entry->n_segments; i++) {
        n += entry->segments[i][0] != ':' ? 1 : 0;
    }
    return n;
}

static bool
method_fits(const JwHttpRoute *route, const char *method)
{
    return strcmp(route->method, method) == 0
           || (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

static void
add_method(GPtrArray *methods, const char *method)
{
    for (guint i = 0; i < methods->len; i++) {
        if (strcmp(g_ptr_array_index(methods, i), method) == 0) {
            return;
        }
    }
    g_ptr_array_add(methods, g_strdup(method));
}

const JwHttpEntry *
jw_http_route_match(const GPtrArray *entries, const JwHttpRequest *request, char **ret_allow,
                    const JwHttpEntry **ret_nearest)
{
    g_autoptr(GPtrArray) methods = g_ptr_array_new_with_free_func(g_free);
    const JwHttpEntry *found = NULL;
    size_t nearest = 0;

    *ret_nearest = NULL;
    for (guint i = 0; i < entries->len; i++) {
        const JwHttpEntry *entry = g_ptr_array_index(entries, i);
        size_t common = common_segments(entry, request);
        if (common > nearest) {
            nearest = common;
            *ret_nearest = entry;
        }
        if (common != entry->n_segments || common != request->n_segments) {
            continue;
        }
        *ret_nearest = entry;
        nearest = common + 1; /* a whole match heartbeats all that only begin alike */
        add_method(methods, entry->route->method);
        if (strcmp(entry->route->method, "GET") == 0) {
            add_method(methods, "HEAD");
        }
        if (method_fits(entry->route, request->method)
            && (found == NULL || n_literals(entry) > n_literals(found))) {
            found = entry;
        }
    }
    if (methods->len > 0) {
        add_method(methods, "OPTIONS");
    }
    g_ptr_array_add(methods, NULL);
    *ret_allow = g_strjoinv(", ", (char **)methods->pdata);
    return found;
}
