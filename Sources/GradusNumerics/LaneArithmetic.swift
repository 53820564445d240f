// SPDX-License-Identifier: Apache-2.0
public import GradusLanes

/// The larger of x and y, lane by lane; y where x is no number.
@inlinable
@inline(__always)
public func larger(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> { gradus_max_float8(x, y) }

/// The smaller of x and y, lane by lane; y where x is no number.
@inlinable
@inline(__always)
public func smaller(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> { gradus_min_float8(x, y) }

/// |x|, lane by lane.
@inlinable
@inline(__always)
public func magnitude(_ x: SIMD8<Float>) -> SIMD8<Float> { gradus_abs_float8(x) }

/// The lanes in double precision.
@inlinable
@inline(__always)
public func widened(_ x: SIMD8<Float>) -> SIMD8<Double> { gradus_widen_float8(x) }

/// sign x, lane by lane; 0 for zeros and where x is no number.
@inlinable
@inline(__always)
public func sign(_ x: SIMD8<Float>) -> SIMD8<Float> {
  SIMD8<Float>.zero.replacing(with: 1, where: x .> 0).replacing(with: -1, where: x .< 0)
}

/// eˣ for x from −87 to 88, clamped there; relative error below 2·10⁻⁷.
///
///     eˣ = 2ⁿ·eʳ,  n = ⌊x/ln 2 + ½⌋,  |r| ≤ ½ ln 2
///
/// **Reference** the coefficients of S. L. Moshier's *Cephes* library, `expf`.
@inlinable
@inline(__always)
public func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
  let y = smaller(larger(x, SIMD8(repeating: -87)), SIMD8(repeating: 88))
  // Adding 1.5·2²³ leaves the rounded quotient in the low bits.
  let shifted = y * 1.442695040888963 + 12_582_912
  let n = shifted - 12_582_912
  let r = y - n * 0.693359375 + n * 2.12194440e-4
  var p = r * 1.9875691500e-4 + 1.3981999507e-3
  p = p * r + 8.3334519073e-3
  p = p * r + 4.1665795894e-2
  p = p * r + 1.6666665459e-1
  p = p * r + 5.0000001201e-1
  let bits = unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &<< 23
  let power = unsafeBitCast(bits &+ SIMD8(repeating: 0x3F80_0000), to: SIMD8<Float>.self)
  return (p * (r * r) + r + 1) * power
}
