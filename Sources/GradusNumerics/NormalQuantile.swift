// SPDX-License-Identifier: Apache-2.0

/// Φ⁻¹(p), the quantile of the standard normal distribution, to about 16 digits for 0 < p < 1.
///
/// ±∞ at the ends, NaN outside.
///
/// **Reference** M. J. Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988).
public func normalQuantile(_ p: Double) -> Double {
  let q = p - 0.5
  if abs(q) <= 0.425 {
    let r = 0.180625 - q * q
    return q * polynomial(r, central.numerator) / polynomial(r, central.denominator)
  }
  let tail = q < 0 ? p : 1 - p
  if tail <= 0 { return tail == 0 ? (q < 0 ? -.infinity : .infinity) : .nan }
  if tail.isNaN { return .nan }
  let r = (-naturalLogarithm(tail)).squareRoot()
  let value =
    r <= 5
    ? polynomial(r - 1.6, middle.numerator) / polynomial(r - 1.6, middle.denominator)
    : polynomial(r - 5, far.numerator) / polynomial(r - 5, far.denominator)
  return q < 0 ? -value : value
}

/// Φ⁻¹ of eight numbers with the same bits as of one: nearly free as long as they lie in the middle 85 %.
func normalQuantile(_ p: SIMD8<Double>) -> SIMD8<Double> {
  let q = p - 0.5
  let r = 0.180625 - q * q
  var value = q * polynomial(r, central.numerator) / polynomial(r, central.denominator)
  let outside = (q .> 0.425) .| (q .< -0.425)
  if any(outside) {
    for k in 0..<8 where outside[k] { value[k] = normalQuantile(p[k]) }
  }
  return value
}

@inline(__always)
private func polynomial(_ x: SIMD8<Double>, _ c: SIMD8<Double>) -> SIMD8<Double> {
  var value = SIMD8<Double>(repeating: c[7])
  value = value * x + c[6]
  value = value * x + c[5]
  value = value * x + c[4]
  value = value * x + c[3]
  value = value * x + c[2]
  value = value * x + c[1]
  return value * x + c[0]
}

@inline(__always)
private func polynomial(_ x: Double, _ c: SIMD8<Double>) -> Double {
  var value = c[7]
  value = value * x + c[6]
  value = value * x + c[5]
  value = value * x + c[4]
  value = value * x + c[3]
  value = value * x + c[2]
  value = value * x + c[1]
  return value * x + c[0]
}

private let central = (
  numerator: SIMD8<Double>(
    3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
    4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
  denominator: SIMD8<Double>(
    1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
    3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3)
)
private let middle = (
  numerator: SIMD8<Double>(
    1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
  denominator: SIMD8<Double>(
    1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
    1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9)
)
private let far = (
  numerator: SIMD8<Double>(
    6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
  denominator: SIMD8<Double>(
    1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
    1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15)
)

/// ln x for finite x > 0, within two units in the last place, the same on every machine.
///
///     x = 2ᵏ·m,   m ∈ [√½, √2),   s = (m − 1)/(m + 1),   ln m = 2(s + s³/3 + s⁵/5 + …)
public func naturalLogarithm(_ x: Double) -> Double {
  guard x > 0, x.isFinite else { return x == 0 ? -.infinity : (x > 0 ? .infinity : .nan) }
  var m = x.significand
  var k = Double(x.exponent)
  if m > 1.4142135623730951 {
    m *= 0.5
    k += 1
  }
  let s = (m - 1) / (m + 1)
  let z = s * s
  var series = 1.0 / 23
  var odd = 21.0
  while odd >= 3 {
    series = series * z + 1 / odd
    odd -= 2
  }
  // ln 2 in two parts, so that k·ln 2 adds no rounding of its own.
  return k * 0x1.62e42feep-1 + (2 * s + (2 * s * z * series + k * 0x1.a39ef35793c76p-33))
}
