// SPDX-License-Identifier: Apache-2.0
#ifndef GRADUS_VARIADIC_H
#define GRADUS_VARIADIC_H

// Calls of C functions with a variable number of arguments, `int f(void *, int, ...)`, by their address: Swift cannot make them,
// and on some processors such arguments travel in other places than fixed ones.

/// The function at `function`, called with a pointer as its third argument.
int gradus_call_pointer(void *function, void *handle, int option, void *argument);

/// The function at `function`, called with a `long` as its third argument.
int gradus_call_long(void *function, void *handle, int option, long argument);

/// The function at `function`, called with a whole number of 64 bits as its third argument.
int gradus_call_wide(void *function, void *handle, int option, long long argument);

#endif
