/* http_library.c: the answers that libmicrohttpd 0.9.75 gives by itself, to what is no HTTP and to
 * heads that are too long: a page of HTML without a request id, whose head it writes twice when it
 * is a header that it refuses. It has no hook for them, but queues them by its own public function,
 * and as a shared library it calls that by way of the dynamic linker: the one of this file, which
 * goes before it. What is queued here was not queued by us. Where the library is not shared that
 * way, its own pages are sent. An I/O thread. */
#include "http_private.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

typedef enum MHD_Result (*Queue)(struct MHD_Connection *, unsigned int, struct MHD_Response *);

static JwHttpRefused on_refused; /* of the program, from before the first connection */
static Queue the_library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
find(void)
{
    void *found = dlsym(RTLD_NEXT, "MHD_queue_response");

    g_assert(found != NULL);
    memcpy(&the_library, &found, sizeof(the_library)); /* POSIX lets it be a function */
}

void
jw_http_library_init(JwHttpRefused refused)
{
    on_refused = refused;
}

enum MHD_Result
jw_http_library_queue(struct MHD_Connection *connection, unsigned int status,
                      struct MHD_Response *response)
{
    (void)pthread_once(&once, find);
    return the_library(connection, status, response);
}

enum MHD_Result
MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
                   struct MHD_Response *response)
{
    if (on_refused != NULL) {
        on_refused(connection, (int)status);
    }
    return jw_http_library_queue(connection, status, response);
}
