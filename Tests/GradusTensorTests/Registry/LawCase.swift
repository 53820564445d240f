// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusTensor
import Testing

/// One operation and where it is examined.
struct LawCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shapes: [TensorShape]
  /// Shapes large enough that threads share the work.
  let wide: [TensorShape]
  /// Coordinates are drawn between these.
  let range: ClosedRange<Double>
  /// Relative difference between single and double precision.
  let precision: Double
  let function: @Sendable ([TracedTensor]) -> TracedTensor

  init(
    _ name: String, _ shapes: [TensorShape], wide: [TensorShape]? = nil, in range: ClosedRange<Double> = -2...2,
    precision: Double = 1e-4, _ function: @escaping @Sendable ([TracedTensor]) -> TracedTensor
  ) {
    self.name = name
    self.shapes = shapes
    self.wide = wide ?? shapes
    self.range = range
    self.precision = precision
    self.function = function
  }

  var testDescription: String { "\(name) \(shapes)" }

  /// Another place to examine the same operation at.
  func at(_ shapes: [TensorShape]) -> LawCase {
    LawCase(name, shapes, wide: shapes, in: range, precision: precision, function)
  }

  /// Numbers of the range, the same ones every time.
  func point(_ shapes: [TensorShape]) -> [Tensor] {
    var random = RandomStream(seed: 7)
    return shapes.map { shape in
      let raw = DerivativeLaws.sample(shape, &random).doubles
      let middle = (range.lowerBound + range.upperBound) / 2, half = (range.upperBound - range.lowerBound) / 2
      return Tensor(raw.map { middle + half * $0 }, shape)
    }
  }

  /// The operation with something nonlinear behind it, so that laws of second order see linear operations too.
  @Sendable
  func composed(_ xs: [TracedTensor]) -> TracedTensor {
    let y = function(xs)
    return y + y.squared() * 0.3
  }

  func derivativeViolations() throws -> [DerivativeLaws.Violation] {
    let engine = TensorEngine(), point = point(shapes)
    return try DerivativeLaws(engine: engine, function).violations(at: point)
      + DerivativeLaws(engine: engine, composed).violations(at: point)
  }

  func computationViolations() throws -> [DerivativeLaws.Violation] {
    try DerivativeLaws(engine: TensorEngine(), function)
      .computationViolations(at: point(shapes), wide: point(wide), precision: precision)
  }
}
