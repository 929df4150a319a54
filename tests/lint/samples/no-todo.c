/* A bad sample for the lint rule of the same name. */
/* TODO: later */
