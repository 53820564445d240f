// SPDX-License-Identifier: Apache-2.0
// Operations on whole vector registers that Swift spells only lane by lane.
#ifndef GRADUS_LANES_H
#define GRADUS_LANES_H

typedef float gradus_float8 __attribute__((ext_vector_type(8)));
typedef double gradus_double4 __attribute__((ext_vector_type(4)));

/// The square root of every lane, correctly rounded.
static inline __attribute__((always_inline)) gradus_float8 gradus_sqrt_float8(gradus_float8 x) {
  return __builtin_elementwise_sqrt(x);
}

/// The square root of every lane, correctly rounded.
static inline __attribute__((always_inline)) gradus_double4 gradus_sqrt_double4(gradus_double4 x) {
  return __builtin_elementwise_sqrt(x);
}

typedef double gradus_double8 __attribute__((ext_vector_type(8)));

/// The larger of two numbers, lane by lane.
static inline __attribute__((always_inline)) gradus_float8 gradus_max_float8(gradus_float8 x, gradus_float8 y) {
  return x > y ? x : y;
}

/// The smaller of two numbers, lane by lane.
static inline __attribute__((always_inline)) gradus_float8 gradus_min_float8(gradus_float8 x, gradus_float8 y) {
  return x < y ? x : y;
}

/// |x| of every lane.
static inline __attribute__((always_inline)) gradus_float8 gradus_abs_float8(gradus_float8 x) {
  return __builtin_elementwise_abs(x);
}

/// Every lane in double precision.
static inline __attribute__((always_inline)) gradus_double8 gradus_widen_float8(gradus_float8 x) {
  return __builtin_convertvector(x, gradus_double8);
}

#endif
