/* fuzz.h: the two functions that libFuzzer (or replay.c) calls. */
#pragma once
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
