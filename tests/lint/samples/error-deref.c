/* A bad sample for the lint rule of the same name. */
int f(GError **error) { return (*error)->code; }
