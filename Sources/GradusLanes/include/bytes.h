// SPDX-License-Identifier: Apache-2.0
// Blocks of 256 numbers as bytes of a code whose magnitudes lie in a few equal parts of each decade.
#ifndef GRADUS_BYTES_H
#define GRADUS_BYTES_H

#include <stddef.h>
#include <stdint.h>

enum { GRADUS_BLOCK = 256, GRADUS_WIDTH = 16 };

/// A code, in memory whose address is a multiple of 64. Between two neighboring magnitudes their index is an affine function
/// t(m) of the magnitude, and t is concave: within [2ᵉ, 2ᵉ⁺¹) it is the least of three such functions.
struct gradus_byte_code {
  /// The numbers of the codes.
  float values[256];
  /// The least magnitude that is nearer to index j + 1 than to j; infinite from the last index on.
  float next[256];
  /// By e modulo 32: 256·t at 2ᵉ of each of the three, and how much it grows up to 2ᵉ⁺¹.
  uint16_t base[3][32], rise[3][32];
  /// 256·t for the eight leading bits of m, from 2⁻³¹ on.
  uint16_t index[4096];
  /// Random numbers below 2¹⁶ and 2⁸, one for each place in a block.
  uint32_t fine[256];
  uint16_t coarse[256];
  /// The bytes of the values, least significant first.
  uint8_t planes[4][256];
  /// 1 where numbers have signs.
  uint32_t is_signed;
  uint32_t unused[15];
};

/// What decodes and encodes the numbers of cells: sixteen floats for each of `words` words, one code for each word or none for
/// one that is not coded, and how many words are coded.
struct gradus_cell_code {
  const struct gradus_byte_code *const *codes;
  ptrdiff_t words, coded;
};

/// The cells of neighboring blocks from their codes: value times scale.
void gradus_decode_cells(
  const struct gradus_cell_code *code, const uint8_t *codes, const float *scales, float *cells, ptrdiff_t blocks);

/// Scales and codes of the cells of neighboring blocks. The scale of a block is its largest magnitude, NaN where one of its
/// numbers is none, and codes are those of one of the two neighbors of m = |x|/scale. The random numbers of the places are changed
/// in all their bits by `step` and the number of the block, the first of which is `first`: with one of 2¹⁶, m is rounded to
/// eight bits, and with one of 2⁸, t to a whole. Unsigned numbers with m from 2⁻¹²⁵ on are not coded as zero.
void gradus_encode_cells(
  const struct gradus_cell_code *code, const float *cells, ptrdiff_t blocks, uint64_t step, uint64_t first,
  uint8_t *codes, float *scales);

/// The same, rounded to the nearest magnitude, the lower of two.
void gradus_encode_nearest_cells(
  const struct gradus_cell_code *code, const float *cells, ptrdiff_t blocks, uint8_t *codes, float *scales);

/// The same without instructions that not every machine has.
void gradus_decode_cells_plainly(
  const struct gradus_cell_code *code, const uint8_t *codes, const float *scales, float *cells, ptrdiff_t blocks);
void gradus_encode_cells_plainly(
  const struct gradus_cell_code *code, const float *cells, ptrdiff_t blocks, uint64_t step, uint64_t first,
  uint8_t *codes, float *scales);

#endif
