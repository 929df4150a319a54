/* A bad sample for the lint rule of the same name. */
void f(GError **error) { jw_fail(error, JW_ERROR_INVALID, "x"); }
