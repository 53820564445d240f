// SPDX-License-Identifier: Apache-2.0
#include "variadic.h"

typedef int (*variadic)(void *, int, ...);

int gradus_call_pointer(void *function, void *handle, int option, void *argument) {
  return ((variadic)function)(handle, option, argument);
}

int gradus_call_long(void *function, void *handle, int option, long argument) {
  return ((variadic)function)(handle, option, argument);
}

int gradus_call_wide(void *function, void *handle, int option, long long argument) {
  return ((variadic)function)(handle, option, argument);
}
