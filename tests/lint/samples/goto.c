/* A bad sample for the lint rule of the same name. */
void f(void) { goto out; out: return; }
