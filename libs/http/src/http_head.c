/* http_head.c: whether the head of a request is what libmicrohttpd 0.9.75 made of it. It cuts the
 * head where it lies, into strings that end with NUL, so a NUL that was sent ends one of them too:
 * what came behind it on the line would be unseen, while a proxy in front has seen it. The strings
 * of a whole head lie side by side, with the line's end between two of them. An I/O thread, before
 * the library reads on. */
#include "http_private.h"

#include <string.h>

typedef struct {
    const char *end; /* of the line that was looked at last: the NUL that stands for its CR or LF */
    bool whole;
} Head;

/* CRLF, or LF alone, both of which are NULs by now. */
static bool
follows(const char *line, const char *end)
{
    return line == end + 1 || line == end + 2;
}

static enum MHD_Result
look(void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
    Head *head = data;

    (void)kind;
    /* a value with a CR in it is one line here, and may be two elsewhere (RFC 9110, 5.5) */
    head->whole = head->whole && follows(name, head->end) && strchr(value, '\r') == NULL;
    head->end = value + strlen(value);
    return head->whole ? MHD_YES : MHD_NO;
}

bool
jw_http_head_whole(struct MHD_Connection *connection, const char *method, const char *target,
                   size_t target_length, const char *version)
{
    const char *blanks = method + strlen(method) + 1;
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    Head head = { .end = version + strlen(version), .whole = size != NULL };

    if (!head.whole || target < blanks
        || strspn(blanks, " ") < (size_t)(target - blanks) /* it skips more than one */
        || version != target + target_length + 1) {
        return false;
    }
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, look, &head);
    const char *behind = method + size->header_size; /* the empty line */
    return head.whole && (follows(behind, head.end + 1) || follows(behind, head.end + 2));
}
