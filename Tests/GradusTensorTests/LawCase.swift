// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusTensor
import Testing

/// One operation and where it is examined.
struct LawCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shapes: [TensorShape]
  /// Coordinates are drawn between these.
  let range: ClosedRange<Double>
  let second: Bool
  let function: @Sendable ([TracedTensor]) -> TracedTensor

  init(
    _ name: String, _ shapes: [TensorShape], in range: ClosedRange<Double> = -2...2, second: Bool = true,
    _ function: @escaping @Sendable ([TracedTensor]) -> TracedTensor
  ) {
    self.name = name
    self.shapes = shapes
    self.range = range
    self.second = second
    self.function = function
  }

  var testDescription: String { name }

  func violations() throws -> [DerivativeLaws.Violation] {
    var random = RandomStream(seed: 7)
    let point = shapes.map { shape in
      let raw = DerivativeLaws.sample(shape, &random).doubles
      let middle = (range.lowerBound + range.upperBound) / 2, half = (range.upperBound - range.lowerBound) / 2
      return Tensor(raw.map { middle + half * $0 }, shape)
    }
    return try DerivativeLaws(engine: TensorEngine(), function).violations(at: point, second: second)
  }
}
