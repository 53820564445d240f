// SPDX-License-Identifier: Apache-2.0
#include "PlainLoops.h"
#include <string.h>

// Registers of 64 bytes where the machine has them, whatever width the compiler would choose.
typedef float lanes __attribute__((ext_vector_type(16), aligned(4)));

void plain_copy(float *restrict a, const float *restrict b, long count) { memcpy(a, b, sizeof(float) * count); }

void plain_triad(float *restrict a, const float *restrict b, const float *restrict c, float s, long count) {
  long i = 0;
  for (; i + 16 <= count; i += 16) *(lanes *)(a + i) = *(const lanes *)(b + i) + s * *(const lanes *)(c + i);
  for (; i < count; i++) a[i] = b[i] + s * c[i];
}

void plain_add(float *restrict a, const float *restrict b, float s, long count) {
  long i = 0;
  for (; i + 16 <= count; i += 16) *(lanes *)(a + i) += s * *(const lanes *)(b + i);
  for (; i < count; i++) a[i] += s * b[i];
}
