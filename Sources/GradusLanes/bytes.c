// SPDX-License-Identifier: Apache-2.0
#include "bytes.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/// The upper half of 2⁻³¹: t is zero up to there.
static const uint16_t least_key = 96 << 7;

INLINE uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  return bits;
}

INLINE float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}

/// What numbers are multiplied by: a scale below the least normal number has no inverse.
INLINE float factor_of(float scale) {
  float factor = scale > 0 ? 1 / scale : 0;
  return factor <= FLT_MAX ? factor : FLT_MAX;
}

INLINE uint16_t lesser(uint16_t x, uint16_t y) { return x < y ? x : y; }
INLINE uint16_t larger(uint16_t x, uint16_t y) { return x > y ? x : y; }

/// A code with a sign: nothing stands for −0, and −1 takes the code of the magnitude below.
INLINE uint8_t with_sign(uint16_t index, int negative) {
  return negative && index ? (uint8_t)(lesser(index, 127) | 128) : (uint8_t)index;
}

INLINE void decode(
  const struct gradus_byte_code *code, const uint8_t *codes, float scale, float *numbers, ptrdiff_t stride) {
  for (int i = 0; i < GRADUS_BLOCK / GRADUS_WIDTH; i++)
    for (int k = 0; k < GRADUS_WIDTH; k++)
      numbers[i * stride + k] = code->values[codes[GRADUS_WIDTH * i + k]] * scale;
}

INLINE float largest(const float *numbers, ptrdiff_t stride) {
  // As integers, so that a NaN is larger than every number.
  uint32_t result = 0;
  for (int i = 0; i < GRADUS_BLOCK / GRADUS_WIDTH; i++)
    for (int k = 0; k < GRADUS_WIDTH; k++) {
      uint32_t bits = bits_of(numbers[i * stride + k]) & 0x7FFFFFFFu;
      result = bits > result ? bits : result;
    }
  return float_of(result);
}

/// 256·t for the upper half of a number.
INLINE uint16_t index_at(const struct gradus_byte_code *code, uint16_t key) {
  return code->index[(larger(key & 0x7FFF, least_key) - least_key) & 4095];
}

INLINE void encode(
  const struct gradus_byte_code *code, const float *numbers, ptrdiff_t stride, float scale, uint32_t seed,
  uint8_t *codes) {
  float factor = factor_of(scale);
  uint32_t fine = seed & 0xFFFF;
  uint16_t coarse = seed >> 16 & 0xFF;
  for (int i = 0; i < GRADUS_BLOCK / GRADUS_WIDTH; i++)
    for (int k = 0; k < GRADUS_WIDTH; k++) {
      int place = GRADUS_WIDTH * i + k;
      uint16_t key = (uint16_t)((bits_of(numbers[i * stride + k] * factor) + (code->fine[place] ^ fine)) >> 16);
      uint16_t t = index_at(code, key) + (code->coarse[place] ^ coarse);
      codes[place] = code->is_signed ? with_sign(t >> 8, key >> 15) : (uint8_t)(larger(t, lesser(key, 256)) >> 8);
    }
}

INLINE void encode_nearest(
  const struct gradus_byte_code *code, const float *numbers, ptrdiff_t stride, float scale, uint8_t *codes) {
  float factor = factor_of(scale);
  for (int i = 0; i < GRADUS_BLOCK / GRADUS_WIDTH; i++)
    for (int k = 0; k < GRADUS_WIDTH; k++) {
      float y = numbers[i * stride + k] * factor, m = fabsf(y);
      // The leading bits are at most 0.6 of an index too low, so this is the nearest one or the one below.
      uint16_t key = bits_of(m) >> 16, index = (index_at(code, key) + 125) >> 8;
      index += m >= code->next[index];
      codes[GRADUS_WIDTH * i + k] = code->is_signed ? with_sign(index, bits_of(y) >> 31) : (uint8_t)larger(index, key >= 256);
    }
}

/// All that differs between blocks and steps, mixed by the finalizer of SplitMix64.
INLINE uint32_t seed_of(uint64_t step, uint64_t place) {
  uint64_t bits = step * 0x9E3779B97F4A7C15u + place;
  bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9u;
  bits = (bits ^ bits >> 27) * 0x94D049BB133111EBu;
  return (uint32_t)(bits ^ bits >> 31);
}

/// The loops over blocks and words, with one of the above for each block.
#define EACH_BLOCK(ACTION)                                             \
  ptrdiff_t stride = GRADUS_WIDTH * code->words, place = 0;                       \
  for (ptrdiff_t block = 0; block < blocks; block++)                   \
    for (ptrdiff_t w = 0; w < code->words; w++) {                      \
      if (!code->codes[w]) continue;                                   \
      ptrdiff_t start = block * GRADUS_BLOCK * code->words + GRADUS_WIDTH * w; \
      ACTION;                                                          \
      place++;                                                         \
    }

#define DECODE_CELLS(DECODE) \
  EACH_BLOCK(DECODE(code->codes[w], codes + place * GRADUS_BLOCK, scales[place], cells + start, stride))

// All scales first: each is known only when its whole block is read, and the processor finds them side by side.
#define ENCODE_CELLS(LARGEST, ENCODE)                            \
  { EACH_BLOCK(scales[place] = LARGEST(cells + start, stride)) } \
  EACH_BLOCK(ENCODE(                                             \
    code->codes[w], cells + start, stride, scales[place], seed_of(step, first * code->coded + place), \
    codes + place * GRADUS_BLOCK))

void gradus_decode_cells_plainly(
  const struct gradus_cell_code *code, const uint8_t *codes, const float *scales, float *cells, ptrdiff_t blocks) {
  DECODE_CELLS(decode)
}

void gradus_encode_cells_plainly(
  const struct gradus_cell_code *code, const float *cells, ptrdiff_t blocks, uint64_t step, uint64_t first,
  uint8_t *codes, float *scales) {
  ENCODE_CELLS(largest, encode)
}

void gradus_encode_nearest_cells(
  const struct gradus_cell_code *code, const float *cells, ptrdiff_t blocks, uint8_t *codes, float *scales) {
  EACH_BLOCK({
    scales[place] = largest(cells + start, stride);
    encode_nearest(code->codes[w], cells + start, stride, scales[place], codes + place * GRADUS_BLOCK);
  })
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512vbmi")))

AVX2 static void decode_cells_avx2(
  const struct gradus_cell_code *code, const uint8_t *codes, const float *scales, float *cells, ptrdiff_t blocks) {
  DECODE_CELLS(decode)
}

AVX2 static void encode_cells_avx2(
  const struct gradus_cell_code *code, const float *cells, ptrdiff_t blocks, uint64_t step, uint64_t first,
  uint8_t *codes, float *scales) {
  ENCODE_CELLS(largest, encode)
}

AVX512 INLINE void decode_some(
  const struct gradus_byte_code *code, const uint8_t *codes, float scale, float *numbers, ptrdiff_t stride,
  int is_signed) {
  // Bytes are woven within quarters of a register: quarters are dealt out beforehand, so that they end in order.
  const __m512i deal = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i sign = _mm512_set1_epi8(-128);
  const __m512 factor = _mm512_set1_ps(scale);
  __m512i planes[4][4];
  for (int j = 0; j < 4; j++)
    for (int k = 0; k < (is_signed ? 2 : 4); k++) planes[j][k] = _mm512_loadu_si512(code->planes[j] + 64 * k);
  for (int i = 0; i < GRADUS_BLOCK; i += 64) {
    __m512i c = _mm512_permutexvar_epi32(deal, _mm512_loadu_si512(codes + i)), bytes[4];
    __mmask64 upper = _mm512_movepi8_mask(c);
    for (int j = 0; j < 4; j++) {
      bytes[j] = _mm512_permutex2var_epi8(planes[j][0], c, planes[j][1]);
      if (!is_signed)
        bytes[j] = _mm512_mask_mov_epi8(
          bytes[j], upper, _mm512_permutex2var_epi8(planes[j][2], c, planes[j][3]));
    }
    if (is_signed) {
      // Negative numbers differ in their sign alone; the code of −0 is that of 1, which is 0x3F800000.
      __mmask64 one = _mm512_cmpeq_epi8_mask(c, sign);
      bytes[3] = _mm512_or_si512(bytes[3], _mm512_and_si512(c, sign));
      bytes[3] = _mm512_mask_mov_epi8(bytes[3], one, _mm512_set1_epi8(0x3F));
      bytes[2] = _mm512_mask_mov_epi8(bytes[2], one, sign);
    }
    __m512i low0 = _mm512_unpacklo_epi8(bytes[0], bytes[1]), low1 = _mm512_unpackhi_epi8(bytes[0], bytes[1]);
    __m512i high0 = _mm512_unpacklo_epi8(bytes[2], bytes[3]), high1 = _mm512_unpackhi_epi8(bytes[2], bytes[3]);
    float *to = numbers + i / GRADUS_WIDTH * stride;
    _mm512_storeu_ps(to, _mm512_mul_ps(_mm512_castsi512_ps(_mm512_unpacklo_epi16(low0, high0)), factor));
    _mm512_storeu_ps(to + stride, _mm512_mul_ps(_mm512_castsi512_ps(_mm512_unpackhi_epi16(low0, high0)), factor));
    _mm512_storeu_ps(to + 2 * stride, _mm512_mul_ps(_mm512_castsi512_ps(_mm512_unpacklo_epi16(low1, high1)), factor));
    _mm512_storeu_ps(to + 3 * stride, _mm512_mul_ps(_mm512_castsi512_ps(_mm512_unpackhi_epi16(low1, high1)), factor));
  }
}

AVX512 INLINE void decode_wide(
  const struct gradus_byte_code *code, const uint8_t *codes, float scale, float *numbers, ptrdiff_t stride) {
  if (code->is_signed) return decode_some(code, codes, scale, numbers, stride, 1);
  decode_some(code, codes, scale, numbers, stride, 0);
}

AVX512 INLINE float largest_wide(const float *numbers, ptrdiff_t stride) {
  const __m512i magnitude = _mm512_set1_epi32(0x7FFFFFFF);
  __m512i result = _mm512_setzero_si512();
  for (int i = 0; i < GRADUS_BLOCK / GRADUS_WIDTH; i++) {
    __m512i x = _mm512_castps_si512(_mm512_loadu_ps(numbers + i * stride));
    result = _mm512_max_epu32(result, _mm512_and_si512(x, magnitude));
  }
  return float_of(_mm512_reduce_max_epu32(result));
}

enum { GROUPS = GRADUS_BLOCK / 32 };
#define EACH _Pragma("clang loop unroll(full)") for (int k = 0; k < GROUPS; k++)

/// A block at once, 32 numbers to a register, and one operation for all of them after the other: what follows immediately does
/// not wait for what was before.
AVX512 INLINE void encode_some(
  const struct gradus_byte_code *code, const float *numbers, ptrdiff_t stride, float scale, uint32_t seed,
  int is_signed, uint8_t *codes) {
  const __m512 factor = _mm512_set1_ps(factor_of(scale));
  const __m512i fine = _mm512_set1_epi32(seed & 0xFFFF), coarse = _mm512_set1_epi16(seed >> 16 & 0xFF);
  // The upper halves of 32 words of two registers, and of 64 halves.
  const __m512i upper = _mm512_set_epi16(
    63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5,
    3, 1);
  const __m512i odd = _mm512_set_epi8(
    127, 125, 123, 121, 119, 117, 115, 113, 111, 109, 107, 105, 103, 101, 99, 97, 95, 93, 91, 89, 87, 85, 83, 81, 79,
    77, 75, 73, 71, 69, 67, 65, 63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31, 29, 27, 25, 23, 21,
    19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
  __m512i keys[GROUPS], exponents[GROUPS], fractions[GROUPS], t[GROUPS];
  EACH {
    __m512i words[2];
    for (int part = 0; part < 2; part++) {
      int place = 32 * k + 16 * part;
      __m512 y = _mm512_mul_ps(_mm512_loadu_ps(numbers + place / GRADUS_WIDTH * stride), factor);
      __m512i random = _mm512_xor_si512(_mm512_loadu_si512(code->fine + place), fine);
      words[part] = _mm512_add_epi32(_mm512_castps_si512(y), random);
    }
    keys[k] = _mm512_permutex2var_epi16(words[0], upper, words[1]);
  }
  EACH fractions[k] = _mm512_max_epu16(
    _mm512_and_si512(keys[k], _mm512_set1_epi16(0x7FFF)), _mm512_set1_epi16((short)least_key));
  EACH exponents[k] = _mm512_srli_epi16(fractions[k], 7);
  EACH fractions[k] = _mm512_slli_epi16(fractions[k], 9);
  EACH t[k] = _mm512_set1_epi16(-1);
  _Pragma("clang loop unroll(full)") for (int j = 0; j < 3; j++) {
    const __m512i base = _mm512_loadu_si512(code->base[j]), rise = _mm512_loadu_si512(code->rise[j]);
    __m512i line[GROUPS];
    EACH line[k] = _mm512_permutexvar_epi16(exponents[k], rise);
    EACH line[k] = _mm512_mulhi_epu16(fractions[k], line[k]);
    EACH line[k] = _mm512_add_epi16(line[k], _mm512_permutexvar_epi16(exponents[k], base));
    EACH t[k] = _mm512_min_epu16(t[k], line[k]);
  }
  EACH t[k] = _mm512_add_epi16(t[k], _mm512_xor_si512(_mm512_loadu_si512(code->coarse + 32 * k), coarse));
  if (!is_signed) { EACH t[k] = _mm512_max_epu16(t[k], _mm512_min_epu16(keys[k], _mm512_set1_epi16(256))); }
  _Pragma("clang loop unroll(full)") for (int k = 0; k < GROUPS; k += 2) {
    __m512i bytes = _mm512_permutex2var_epi8(t[k], odd, t[k + 1]);
    if (is_signed) {
      __mmask64 negative = _mm512_movepi8_mask(_mm512_permutex2var_epi8(keys[k], odd, keys[k + 1]));
      negative = _mm512_mask_test_epi8_mask(negative, bytes, bytes);
      __m512i below = _mm512_or_si512(_mm512_min_epu8(bytes, _mm512_set1_epi8(127)), _mm512_set1_epi8(-128));
      bytes = _mm512_mask_mov_epi8(bytes, negative, below);
    }
    _mm512_storeu_si512(codes + 32 * k, bytes);
  }
}

AVX512 INLINE void encode_wide(
  const struct gradus_byte_code *code, const float *numbers, ptrdiff_t stride, float scale, uint32_t seed,
  uint8_t *codes) {
  if (code->is_signed) return encode_some(code, numbers, stride, scale, seed, 1, codes);
  encode_some(code, numbers, stride, scale, seed, 0, codes);
}

AVX512 static void decode_cells_avx512(
  const struct gradus_cell_code *code, const uint8_t *codes, const float *scales, float *cells, ptrdiff_t blocks) {
  DECODE_CELLS(decode_wide)
}

AVX512 static void encode_cells_avx512(
  const struct gradus_cell_code *code, const float *cells, ptrdiff_t blocks, uint64_t step, uint64_t first,
  uint8_t *codes, float *scales) {
  ENCODE_CELLS(largest_wide, encode_wide)
}

INLINE int has_avx512(void) {
  return __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

void gradus_decode_cells(
  const struct gradus_cell_code *code, const uint8_t *codes, const float *scales, float *cells, ptrdiff_t blocks) {
  if (has_avx512()) return decode_cells_avx512(code, codes, scales, cells, blocks);
  if (__builtin_cpu_supports("avx2")) return decode_cells_avx2(code, codes, scales, cells, blocks);
  gradus_decode_cells_plainly(code, codes, scales, cells, blocks);
}

void gradus_encode_cells(
  const struct gradus_cell_code *code, const float *cells, ptrdiff_t blocks, uint64_t step, uint64_t first,
  uint8_t *codes, float *scales) {
  if (has_avx512()) return encode_cells_avx512(code, cells, blocks, step, first, codes, scales);
  if (__builtin_cpu_supports("avx2")) return encode_cells_avx2(code, cells, blocks, step, first, codes, scales);
  gradus_encode_cells_plainly(code, cells, blocks, step, first, codes, scales);
}

#else

void gradus_decode_cells(
  const struct gradus_cell_code *code, const uint8_t *codes, const float *scales, float *cells, ptrdiff_t blocks) {
  gradus_decode_cells_plainly(code, codes, scales, cells, blocks);
}

void gradus_encode_cells(
  const struct gradus_cell_code *code, const float *cells, ptrdiff_t blocks, uint64_t step, uint64_t first,
  uint8_t *codes, float *scales) {
  gradus_encode_cells_plainly(code, cells, blocks, step, first, codes, scales);
}

#endif
