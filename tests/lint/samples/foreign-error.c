/* A bad sample for the lint rule of the same name. */
void f(GError **error) { g_set_error(error, 0, 0, "x"); }
