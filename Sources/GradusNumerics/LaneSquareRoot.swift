// SPDX-License-Identifier: Apache-2.0
public import GradusLanes

/// √x in all sixteen lanes at once, correctly rounded.
///
/// `SIMD16.squareRoot()` asks the C library for one lane after the other, because that may have to set `errno`.
@inlinable
@inline(__always)
public func squareRoot(_ x: SIMD16<Float>) -> SIMD16<Float> { gradus_sqrt_float16(x) }

/// √x in all four lanes at once, correctly rounded.
@inlinable
@inline(__always)
public func squareRoot(_ x: SIMD4<Double>) -> SIMD4<Double> { gradus_sqrt_double4(x) }
