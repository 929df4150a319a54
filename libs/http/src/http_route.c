/* http_route.c: the table of APIs and routes. Built before start, read by all threads after it. */
#include "http_private.h"

#include <string.h>

/* "/a/b" → a, b; "" and "/" have no segments. */
static char **
split(const char *path, size_t *ret_n)
{
    g_assert(path[0] == '/' || path[0] == '\0');
    char **segments =
        path[0] == '\0' || path[1] == '\0' ? g_new0(char *, 1) : g_strsplit(path + 1, "/", -1);

    *ret_n = g_strv_length(segments);
    return segments;
}

JwHttpMount *
jw_http_mount_new(const JwHttpApi *api, gpointer context)
{
    JwHttpMount *self = g_new0(JwHttpMount, 1);

    self->api = api;
    self->context = context;
    self->segments = split(api->prefix, &self->n_segments);
    return self;
}

void
jw_http_mount_free(gpointer mount)
{
    JwHttpMount *self = mount;

    g_strfreev(self->segments);
    g_free(self);
}

JwHttpEntry *
jw_http_entry_new(const JwHttpMount *mount, const JwHttpRoute *route)
{
    JwHttpEntry *self = g_new0(JwHttpEntry, 1);

    self->mount = mount;
    self->route = route;
    self->pattern = g_strconcat(mount->api->prefix, route->pattern, NULL);
    self->segments = split(self->pattern, &self->n_segments);
    return self;
}

void
jw_http_entry_free(gpointer entry)
{
    JwHttpEntry *self = entry;

    g_strfreev(self->segments);
    g_free(self->pattern);
    g_free(self);
}

/* Parameters are never "." or "..": a proxy in front may resolve the path differently. */
static bool
segment_fits(const char *wanted, const char *given)
{
    if (wanted[0] == ':') {
        return given[0] != '\0' && strcmp(given, ".") != 0 && strcmp(given, "..") != 0;
    }
    return strcmp(wanted, given) == 0;
}

/* Whether the path of @request begins with these segments. */
static bool
begins_with(const JwHttpRequest *request, char *const *segments, size_t n)
{
    if (request->n_segments < n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!segment_fits(segments[i], request->segments[i])) {
            return false;
        }
    }
    return true;
}

const JwHttpMount *
jw_http_mount_find(const GPtrArray *mounts, const JwHttpRequest *request)
{
    const JwHttpMount *found = NULL;

    for (guint i = 0; i < mounts->len; i++) {
        const JwHttpMount *mount = g_ptr_array_index(mounts, i);
        if (begins_with(request, mount->segments, mount->n_segments)
            && (found == NULL || mount->n_segments > found->n_segments)) {
            found = mount;
        }
    }
    return found;
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
jw_http_route_match(const GPtrArray *entries, const JwHttpRequest *request, char **ret_allow)
{
    g_autoptr(GPtrArray) methods = g_ptr_array_new_with_free_func(g_free);
    const JwHttpEntry *found = NULL;

    for (guint i = 0; i < entries->len; i++) {
        const JwHttpEntry *entry = g_ptr_array_index(entries, i);
        if (request->n_segments != entry->n_segments
            || !begins_with(request, entry->segments, entry->n_segments)) {
            continue;
        }
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
