/* A bad sample for the lint rule of the same name. */
void f(char *a, char *b) { strcpy(a, b); }
