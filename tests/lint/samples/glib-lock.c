/* A bad sample for the lint rule of the same name. */
void f(GMutex *m) { g_mutex_lock(m); }
