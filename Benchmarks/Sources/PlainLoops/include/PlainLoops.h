// SPDX-License-Identifier: Apache-2.0
// Plain passes over memory: what the machine's memory gives at most.
#ifndef PLAIN_LOOPS_H
#define PLAIN_LOOPS_H

/// a ← b: 8 bytes a number.
void plain_copy(float *restrict a, const float *restrict b, long count);
/// a ← b + s·c: 12 bytes a number.
void plain_triad(float *restrict a, const float *restrict b, const float *restrict c, float s, long count);
/// a ← a + s·b: 12 bytes a number.
void plain_add(float *restrict a, const float *restrict b, float s, long count);

#endif
