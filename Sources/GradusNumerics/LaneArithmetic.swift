// SPDX-License-Identifier: Apache-2.0
public import GradusLanes

/// The larger of x and y, lane by lane; y where x is no number.
@inlinable
@inline(__always)
public func larger(_ x: SIMD16<Float>, _ y: SIMD16<Float>) -> SIMD16<Float> { gradus_max_float16(x, y) }

/// The smaller of x and y, lane by lane; y where x is no number.
@inlinable
@inline(__always)
public func smaller(_ x: SIMD16<Float>, _ y: SIMD16<Float>) -> SIMD16<Float> { gradus_min_float16(x, y) }

/// |x|, lane by lane.
@inlinable
@inline(__always)
public func magnitude(_ x: SIMD16<Float>) -> SIMD16<Float> { gradus_abs_float16(x) }

/// True when a lane is above the limit; one that is no number is not.
@inlinable
@inline(__always)
public func isAny(_ x: SIMD16<Float>, above limit: Float) -> Bool { gradus_any_above_float16(x, limit) != 0 }

/// The lanes in double precision.
@inlinable
@inline(__always)
public func widened(_ x: SIMD16<Float>) -> SIMD16<Double> { gradus_widen_float16(x) }

/// The sum of all lanes, by halves.
@inlinable
@inline(__always)
public func total(_ x: SIMD16<Double>) -> Double { gradus_sum_double16(x) }

/// sign x, lane by lane; 0 for zeros and where x is no number.
@inlinable
@inline(__always)
public func sign(_ x: SIMD16<Float>) -> SIMD16<Float> { gradus_sign_float16(x) }

/// e⁻ˣ for x ≥ 0; beyond 87 as at 87. Absolute error below 2·10⁻⁷.
///
///     e⁻ˣ = 2ⁿ·e^(−r),  n = ⌊½ − x/ln 2⌋,  |r| ≤ ½ ln 2,   e^(−r) ≈ 1 − r + r²·p(r)
///
/// p is the cubic polynomial of least largest error. Products are taken in pairs, for the result waits for the longest chain.
@inlinable
@inline(__always)
public func exponentialDecay(_ x: SIMD16<Float>) -> SIMD16<Float> {
  let y = smaller(x, SIMD16(repeating: 87))
  // Adding 1.5·2²³ leaves the rounded quotient in the low bits.
  let shifted = 12_582_912 - y * 1.442695040888963
  let n = shifted - 12_582_912
  let r = y + n * 0.6931471805599453
  let square = r * r
  let low = 0.499992311 - 0.166671157 * r
  let high = 0.0418903418 - 0.00831253361 * r
  let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &<< 23
  let power = unsafeBitCast(bits &+ SIMD16(repeating: 0x3F80_0000), to: SIMD16<Float>.self)
  return (((low + high * square) * square) + (1 - r)) * power
}
