// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A function beside the C library's, which is within one unit in the last place.
struct MathCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let range: ClosedRange<Double>
  let single: @Sendable (Float) -> Float
  let double: @Sendable (Double) -> Double
  let reference: @Sendable (Double) -> Double
}

@Suite("Vector math")
struct VectorMathTests {
  static let cases: [MathCase] = [
    MathCase(
      testDescription: "exp", range: -760...720, single: { VectorMath.exp($0) }, double: { VectorMath.exp($0) },
      reference: { exp($0) }),
    MathCase(
      testDescription: "exp near 0", range: -2...2, single: { VectorMath.exp($0) }, double: { VectorMath.exp($0) },
      reference: { exp($0) }),
    MathCase(
      testDescription: "log near 1", range: 0.25...4, single: { VectorMath.log($0) }, double: { VectorMath.log($0) },
      reference: { log($0) }),
    MathCase(
      testDescription: "tanh", range: -25...25, single: { VectorMath.tanh($0) }, double: { VectorMath.tanh($0) },
      reference: { tanh($0) }),
    MathCase(
      testDescription: "tanh near 0", range: -1...1, single: { VectorMath.tanh($0) }, double: { VectorMath.tanh($0) },
      reference: { tanh($0) }),
    MathCase(
      testDescription: "erf", range: -7...7, single: { VectorMath.erf($0) }, double: { VectorMath.erf($0) },
      reference: { erf($0) }),
    MathCase(
      testDescription: "erf near 0", range: -1.5...1.5, single: { VectorMath.erf($0) }, double: { VectorMath.erf($0) },
      reference: { erf($0) }),
  ]

  static func error(_ found: Float, _ exact: Double) -> Double {
    if found.isInfinite, Float(exact).isInfinite { return 0 }
    return (Double(found) - exact).magnitude / Double(max(Float(exact).ulp, .leastNonzeroMagnitude))
  }

  static func error(_ found: Double, _ exact: Double) -> Double {
    found == exact ? 0 : (found - exact).magnitude / max(exact.ulp, .leastNonzeroMagnitude)
  }

  @Test(arguments: cases)
  func errorIsBelowTwoUlp(_ function: MathCase) {
    var single = 0.0, double = 0.0
    let count = 20_000
    for i in 0...count {
      let x =
        function.range.lowerBound
        + (function.range.upperBound - function.range.lowerBound) * (Double(i) + 0.37) / Double(count + 1)
      single = max(single, Self.error(function.single(Float(x)), function.reference(Double(Float(x)))))
      double = max(double, Self.error(function.double(x), function.reference(x)))
    }
    #expect(single <= 2)
    #expect(double <= 3)
  }

  @Test func wholeRangeOfTheLogarithm() {
    for exponent in stride(from: -1070.0, through: 1020, by: 0.37) {
      let x = exp2(exponent)
      #expect(Self.error(VectorMath.log(x), log(x)) <= 2)
      if Float(x) > 0, Float(x).isFinite { #expect(Self.error(VectorMath.log(Float(x)), log(Double(Float(x)))) <= 2) }
    }
  }

  @Test func tinyArgumentsComeBack() {
    for x in [1e-300, -1e-300, Double.leastNonzeroMagnitude, 1e-20] {
      #expect(VectorMath.tanh(x) == x)
      #expect(Self.error(VectorMath.erf(x), erf(x)) <= 2)
    }
  }

  @Test func specialValues() {
    #expect(VectorMath.exp(-Float.infinity) == 0)
    #expect(VectorMath.exp(Float.infinity) == .infinity)
    #expect(VectorMath.exp(Double.nan).isNaN && VectorMath.exp(Float.nan).isNaN)
    #expect(VectorMath.log(0.0) == -.infinity)
    #expect(VectorMath.log(-1.0).isNaN && VectorMath.log(Float(-1)).isNaN && VectorMath.log(Double.nan).isNaN)
    #expect(VectorMath.log(Double.infinity) == .infinity)
    #expect(VectorMath.tanh(Double.infinity) == 1 && VectorMath.tanh(-Float.infinity) == -1)
    #expect(VectorMath.tanh(Double.nan).isNaN && VectorMath.erf(Float.nan).isNaN)
    #expect(VectorMath.erf(Double.infinity) == 1 && VectorMath.erf(-Float.infinity) == -1)
    #expect(VectorMath.tanh(-0.0).sign == .minus && VectorMath.erf(-0.0).sign == .minus)
    #expect(VectorMath.exp(-745.0) == Double.leastNonzeroMagnitude)
  }
}
