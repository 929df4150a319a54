/* http_list.h: a list whose links are members of what it holds, so that taking one out of the
 * middle costs nothing. Under the lock of its owner. */
#pragma once
#include <glib.h>

typedef struct _JwHttpLink JwHttpLink;
struct _JwHttpLink {
    gpointer data; /* what it is a member of */
    JwHttpLink *previous, *next;
};

typedef struct {
    JwHttpLink *head, *tail;
} JwHttpList;

static inline void
jw_http_list_append(JwHttpList *self, JwHttpLink *link)
{
    link->previous = self->tail;
    link->next = NULL;
    if (self->tail != NULL) {
        self->tail->next = link;
    } else {
        self->head = link;
    }
    self->tail = link;
}

static inline void
jw_http_list_remove(JwHttpList *self, JwHttpLink *link)
{
    if (link->previous != NULL) {
        link->previous->next = link->next;
    } else {
        self->head = link->next;
    }
    if (link->next != NULL) {
        link->next->previous = link->previous;
    } else {
        self->tail = link->previous;
    }
    link->previous = link->next = NULL;
}
