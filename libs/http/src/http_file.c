/* http_file.c: a file as an answer, whole or one range of it, after RFC 9110. This file decides
 * what is sent; http_send.c sends it. The handler's thread. */
#include "http_private.h"

#include <string.h>

#define DOWNLOAD_RETRY_S 5

/* True when @header is a date, and the file has one that is not later. */
static bool
not_after(const char *header, const JwHttpFile *file)
{
    int64_t date_ms = 0;

    return header != NULL && file->modified_ms != 0 && jw_http_date_parse(header, &date_ms)
           && file->modified_ms / 1000 <= date_ms / 1000;
}

static bool
is_date(const char *header)
{
    int64_t date_ms = 0;

    return header != NULL && jw_http_date_parse(header, &date_ms);
}

typedef enum { CONDITION_MET, CONDITION_NOT_MODIFIED, CONDITION_FAILED } Condition;

/* The preconditions in the order of RFC 9110, 13.2.2. */
static Condition
check_conditions(const JwHttpRequest *request, const JwHttpFile *file)
{
    const char *match = jw_http_header(request, "If-Match");
    const char *unmodified = jw_http_header(request, "If-Unmodified-Since");
    const char *none_match = jw_http_header(request, "If-None-Match");

    if (match != NULL) {
        if (strcmp(match, "*") != 0 && !jw_http_etag_listed(match, file->etag, false)) {
            return CONDITION_FAILED;
        }
    } else if (is_date(unmodified) && file->modified_ms != 0 && !not_after(unmodified, file)) {
        return CONDITION_FAILED;
    }
    if (none_match != NULL) {
        return jw_http_etag_listed(none_match, file->etag, true) ? CONDITION_NOT_MODIFIED
                                                                 : CONDITION_MET;
    }
    return not_after(jw_http_header(request, "If-Modified-Since"), file) ? CONDITION_NOT_MODIFIED
                                                                         : CONDITION_MET;
}

typedef enum { RANGE_NONE, RANGE_OK, RANGE_UNSATISFIABLE } RangeAnswer;

/* Digits only; a value beyond int64 counts as the largest. */
static bool
parse_position(const char *text, size_t length, int64_t *ret)
{
    int64_t value = 0;

    if (length == 0) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isdigit(text[i])) {
            return false;
        }
        int64_t digit = text[i] - '0';
        value = value > (INT64_MAX - digit) / 10 ? INT64_MAX : value * 10 + digit;
    }
    *ret = value;
    return true;
}

/* One range of bytes. Anything else, several ranges too, is ignored, as the RFC allows: the whole
 * file is sent. */
static RangeAnswer
parse_range(const char *header, int64_t size, int64_t *ret_from, int64_t *ret_length)
{
    int64_t first = 0, last = 0;

    if (g_ascii_strncasecmp(header, "bytes=", 6) != 0) {
        return RANGE_NONE;
    }
    g_autofree char *range = g_strstrip(g_strdup(header + 6));
    const char *dash = strchr(range, '-');
    if (dash == NULL) {
        return RANGE_NONE;
    }
    size_t first_length = (size_t)(dash - range);
    size_t last_length = strlen(dash + 1);
    bool has_first = parse_position(range, first_length, &first);
    bool has_last = parse_position(dash + 1, last_length, &last);
    if ((!has_first && first_length > 0) || (!has_last && last_length > 0)
        || (!has_first && !has_last) || (has_first && has_last && last < first)) {
        return RANGE_NONE;
    }
    if (!has_first) { /* "-500": the last 500 bytes */
        if (last == 0 || size == 0) {
            return RANGE_UNSATISFIABLE;
        }
        *ret_length = MIN(last, size);
        *ret_from = size - *ret_length;
        return RANGE_OK;
    }
    if (first >= size) {
        return RANGE_UNSATISFIABLE;
    }
    *ret_from = first;
    *ret_length = (has_last ? MIN(last, size - 1) : size - 1) - first + 1;
    return RANGE_OK;
}

/* A date of If-Range must be the file's to the second. */
static bool
is_version_of(const char *if_range, const JwHttpFile *file)
{
    int64_t date_ms = 0;

    return file->modified_ms != 0 && jw_http_date_parse(if_range, &date_ms)
           && date_ms / 1000 == file->modified_ms / 1000;
}

static RangeAnswer
wanted_range(const JwHttpRequest *request, const JwHttpFile *file, int64_t *ret_from,
             int64_t *ret_length)
{
    const char *range = jw_http_header(request, "Range");
    const char *if_range = jw_http_header(request, "If-Range");

    if (range == NULL || file->whole || strcmp(request->method, "GET") != 0) {
        return RANGE_NONE;
    }
    if (if_range != NULL && !jw_http_etag_listed(if_range, file->etag, false)
        && !is_version_of(if_range, file)) {
        return RANGE_NONE; /* the client has another version */
    }
    return parse_range(range, file->size_bytes, ret_from, ret_length);
}

void
jw_http_reply_file(JwHttpReply *self, const JwHttpRequest *request, const JwHttpFile *file)
{
    g_return_if_fail(self != NULL && request != NULL && file != NULL);
    g_autofree char *disposition = jw_http_disposition(file->file_name);
    g_autofree char *etag = g_strdup_printf("\"%s\"", file->etag);

    jw_http_reply_drop_body(self);
    self->has_file = true;
    self->file = *file;
    self->file_from = 0;
    self->file_length = file->size_bytes;
    self->status = 200;
    jw_http_reply_header(self, "ETag", etag);
    jw_http_reply_header(self, "Cache-Control", "private, no-cache");
    if (file->modified_ms != 0) {
        g_autofree char *modified = jw_http_date_format(file->modified_ms);
        jw_http_reply_header(self, "Last-Modified", modified);
    }
    switch (check_conditions(request, file)) {
    case CONDITION_MET:
        break;
    case CONDITION_NOT_MODIFIED:
        jw_http_reply_drop_body(self);
        self->status = 304;
        self->unsent_bytes = file->size_bytes;
        return;
    case CONDITION_FAILED:
        jw_http_reply_problem(self, 412, "PRECONDITION_FAILED", NULL, 0,
                              "the file is another version than the condition asks for; its ETag "
                              "is %s",
                              etag);
        return;
    }
    switch (wanted_range(request, file, &self->file_from, &self->file_length)) {
    case RANGE_NONE:
        break;
    case RANGE_OK: {
        g_autofree char *part = g_strdup_printf(
            "bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, self->file_from,
            self->file_from + self->file_length - 1, file->size_bytes);
        jw_http_reply_header(self, "Content-Range", part);
        self->status = 206;
        break;
    }
    case RANGE_UNSATISFIABLE: {
        g_autofree char *all = g_strdup_printf("bytes */%" G_GINT64_FORMAT, file->size_bytes);
        jw_http_reply_header(self, "Content-Range", all);
        jw_http_reply_problem(self, 416, "RANGE_NOT_SATISFIABLE", NULL, 0,
                              "the file has %" G_GINT64_FORMAT " bytes", file->size_bytes);
        return;
    }
    }
    jw_http_reply_header(self, "Accept-Ranges", file->whole ? "none" : "bytes");
    jw_http_reply_header(self, "Content-Type", file->content_type);
    jw_http_reply_header(self, "Content-Disposition", disposition);
    /* A page that somebody made the browser show all the same runs nothing and asks nobody. */
    jw_http_reply_header(self, "Content-Security-Policy",
                         "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:");
}

bool
jw_http_reply_starts_file(const JwHttpReply *self)
{
    return self->has_file && self->file_from == 0 && strcmp(self->request->method, "GET") == 0;
}

bool
jw_http_reply_admit_file(JwHttpReply *self)
{
    g_return_val_if_fail(self != NULL, false);
    if (!self->has_file || self->admitted || self->admit == NULL
        || strcmp(self->request->method, "GET") != 0) {
        return true;
    }
    self->admitted = self->admit(self->admit_data);
    if (!self->admitted) {
        jw_http_reply_drop_file(self);
        jw_http_reply_problem(self, 503, "TOO_MANY_DOWNLOADS", NULL, DOWNLOAD_RETRY_S,
                              "too many downloads are under way; try again later");
    }
    return self->admitted;
}

void
jw_http_reply_drop_file(JwHttpReply *self)
{
    static const char *const headers[] = {
        "ETag",          "Cache-Control", "Last-Modified",       "Content-Range",
        "Accept-Ranges", "Content-Type",  "Content-Disposition", "Content-Security-Policy",
    };

    jw_http_reply_drop_body(self);
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        jw_http_reply_drop_header(self, headers[i]);
    }
}
