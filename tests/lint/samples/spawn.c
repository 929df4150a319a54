/* A bad sample for the lint rule of the same name. */
void f(void) { g_spawn_async(0, 0, 0, 0, 0, 0, 0, 0); }
