// SPDX-License-Identifier: Apache-2.0
// Operations on whole vector registers that Swift spells only lane by lane.
#ifndef GRADUS_LANES_H
#define GRADUS_LANES_H

#include "bytes.h"

typedef float gradus_float16 __attribute__((ext_vector_type(16)));
typedef double gradus_double16 __attribute__((ext_vector_type(16)));
typedef double gradus_double4 __attribute__((ext_vector_type(4)));

#define GRADUS_LANES static inline __attribute__((always_inline))

/// The square root of every lane, correctly rounded.
GRADUS_LANES gradus_float16 gradus_sqrt_float16(gradus_float16 x) { return __builtin_elementwise_sqrt(x); }

/// The square root of every lane, correctly rounded.
GRADUS_LANES gradus_double4 gradus_sqrt_double4(gradus_double4 x) { return __builtin_elementwise_sqrt(x); }

/// The larger of two numbers, lane by lane.
GRADUS_LANES gradus_float16 gradus_max_float16(gradus_float16 x, gradus_float16 y) { return x > y ? x : y; }

/// The smaller of two numbers, lane by lane.
GRADUS_LANES gradus_float16 gradus_min_float16(gradus_float16 x, gradus_float16 y) { return x < y ? x : y; }

/// |x| of every lane.
GRADUS_LANES gradus_float16 gradus_abs_float16(gradus_float16 x) { return __builtin_elementwise_abs(x); }

/// 1, −1 or 0 in every lane; 0 where it is no number.
GRADUS_LANES gradus_float16 gradus_sign_float16(gradus_float16 x) {
  gradus_float16 one = 1.0f, zero = 0.0f;
  return (x > zero ? one : zero) - (x < zero ? one : zero);
}

/// Whether any lane is above a limit.
GRADUS_LANES int gradus_any_above_float16(gradus_float16 x, float limit) {
  return __builtin_reduce_or(x > (gradus_float16)limit) != 0;
}

/// Every lane in double precision.
GRADUS_LANES gradus_double16 gradus_widen_float16(gradus_float16 x) {
  return __builtin_convertvector(x, gradus_double16);
}

/// The sum of all lanes, by halves.
GRADUS_LANES double gradus_sum_double16(gradus_double16 x) {
  __typeof__(x.lo) a = x.lo + x.hi;
  __typeof__(a.lo) b = a.lo + a.hi;
  __typeof__(b.lo) c = b.lo + b.hi;
  return c.x + c.y;
}

/// The first `count` numbers from x on, at most sixteen, and zeros behind them. Reads nothing else.
GRADUS_LANES gradus_float16 gradus_load_float16(const float *x, long count) {
  typedef float two __attribute__((ext_vector_type(2), aligned(4)));
  typedef float four __attribute__((ext_vector_type(4), aligned(4)));
  typedef float eight __attribute__((ext_vector_type(8), aligned(4)));
  gradus_float16 lanes = 0.0f;
  if (count >= 16) {
    typedef float sixteen __attribute__((ext_vector_type(16), aligned(4)));
    return *(const sixteen *)x;
  }
  // The last ones first; those before them push them up.
  const float *end = x + count;
  if (count & 1) {
    end -= 1;
    lanes.x = *end;
  }
  if (count & 2) {
    end -= 2;
    gradus_float16 up = __builtin_shufflevector(lanes, lanes, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
    up.lo.lo.lo = *(const two *)end;
    lanes = up;
  }
  if (count & 4) {
    end -= 4;
    gradus_float16 up = __builtin_shufflevector(lanes, lanes, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    up.lo.lo = *(const four *)end;
    lanes = up;
  }
  if (count & 8) {
    end -= 8;
    gradus_float16 up = __builtin_shufflevector(lanes, lanes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7);
    up.lo = *(const eight *)end;
    lanes = up;
  }
  return lanes;
}

/// Writes the first `count` lanes, at most sixteen, from x on, and nothing else.
GRADUS_LANES void gradus_store_float16(gradus_float16 lanes, float *x, long count) {
  typedef float two __attribute__((ext_vector_type(2), aligned(4)));
  typedef float four __attribute__((ext_vector_type(4), aligned(4)));
  typedef float eight __attribute__((ext_vector_type(8), aligned(4)));
  if (count >= 16) {
    typedef float sixteen __attribute__((ext_vector_type(16), aligned(4)));
    *(sixteen *)x = lanes;
    return;
  }
  if (count & 8) {
    *(eight *)x = lanes.lo;
    x += 8;
    lanes.lo = lanes.hi;
  }
  if (count & 4) {
    *(four *)x = lanes.lo.lo;
    x += 4;
    lanes.lo.lo = lanes.lo.hi;
  }
  if (count & 2) {
    *(two *)x = lanes.lo.lo.lo;
    x += 2;
    lanes.x = lanes.z;
  }
  if (count & 1) *x = lanes.x;
}

/// Asks for the memory at an address that will be read; any address will do.
GRADUS_LANES void gradus_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Asks for the memory at an address that will be written; any address will do.
GRADUS_LANES void gradus_prefetch_to_write(const void *address) { __builtin_prefetch(address, 1, 3); }

#endif
