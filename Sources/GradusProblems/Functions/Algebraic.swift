// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Numbers that a formula can be written for once: plain, or carrying derivatives.
protocol Algebraic: Sendable {
  init(_ number: Double)
  var value: Double { get }
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  /// φ of this number, given φ, φ′ and φ″ at its value.
  func chained(_ function: Double, _ first: @autoclosure () -> Double, _ second: @autoclosure () -> Double) -> Self
}

extension Double: Algebraic {
  var value: Double { self }

  @inline(__always)
  func chained(_ function: Double, _: @autoclosure () -> Double, _: @autoclosure () -> Double) -> Double { function }
}

/// A number with two first derivatives and one mixed second derivative, all exact.
///
///     (a, a₁, a₂, a₁₂)(b, b₁, b₂, b₁₂) = (ab, ab₁ + a₁b, ab₂ + a₂b, ab₁₂ + a₁b₂ + a₂b₁ + a₁₂b)
///
/// **Reference** J. Fike, J. Alonso, *The development of hyper-dual numbers*, AIAA 2011-886.
struct HyperDual: Algebraic {
  var parts: SIMD4<Double>

  init(_ number: Double) { parts = [number, 0, 0, 0] }
  init(_ number: Double, first: Double, second: Double) { parts = [number, first, second, 0] }
  init(parts: SIMD4<Double>) { self.parts = parts }

  var value: Double { parts[0] }

  static func + (a: Self, b: Self) -> Self { Self(parts: a.parts + b.parts) }
  static func - (a: Self, b: Self) -> Self { Self(parts: a.parts - b.parts) }

  static func * (a: Self, b: Self) -> Self {
    var product = a.value * b.parts
    product[1] += a.parts[1] * b.value
    product[2] += a.parts[2] * b.value
    product[3] += a.parts[1] * b.parts[2] + a.parts[2] * b.parts[1] + a.parts[3] * b.value
    return Self(parts: product)
  }

  static func / (a: Self, b: Self) -> Self {
    let r = 1 / b.value
    var quotient = a * b.chained(r, -r * r, 2 * r * r * r)
    // The value itself is rounded once, as it is for plain numbers.
    quotient.parts[0] = a.value / b.value
    return quotient
  }

  func chained(_ function: Double, _ first: @autoclosure () -> Double, _ second: @autoclosure () -> Double) -> Self {
    let slope = first()
    return Self(
      parts: [function, slope * parts[1], slope * parts[2], slope * parts[3] + second() * parts[1] * parts[2]])
  }
}

extension Algebraic {
  static func + (a: Self, b: Double) -> Self { a + Self(b) }
  static func + (a: Double, b: Self) -> Self { Self(a) + b }
  static func - (a: Self, b: Double) -> Self { a - Self(b) }
  static func - (a: Double, b: Self) -> Self { Self(a) - b }
  static func * (a: Double, b: Self) -> Self { Self(a) * b }
  static func / (a: Self, b: Double) -> Self { a / Self(b) }

  var squared: Self { self * self }
  var cubed: Self { self * self * self }
}

func exponential<T: Algebraic>(_ x: T) -> T {
  let e = exp(x.value)
  return x.chained(e, e, e)
}

func logarithm<T: Algebraic>(_ x: T) -> T {
  let v = x.value
  return x.chained(log(v), 1 / v, -1 / (v * v))
}

func sine<T: Algebraic>(_ x: T) -> T { x.chained(sin(x.value), cos(x.value), -sin(x.value)) }

func squareRoot<T: Algebraic>(_ x: T) -> T {
  let r = x.value.squareRoot()
  return x.chained(r, 0.5 / r, -0.25 / (r * x.value))
}

func arcTangent<T: Algebraic>(_ x: T) -> T {
  let s = 1 / (1 + x.value * x.value)
  return x.chained(atan(x.value), s, -2 * x.value * s * s)
}
