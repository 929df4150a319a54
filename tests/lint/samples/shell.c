/* A bad sample for the lint rule of the same name. */
void f(void) { system("ls"); }
