// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Linear maps with rectifiers between them.
///
///     h₀ = x,   hₖ = max(0, hₖ₋₁Wₖ + bₖ),   scores = h_L W + b
///
/// As a model it is shown features; as a layer it maps the last axis.
public struct Perceptron: Network, Layer {
  /// Features, hidden widths, classes.
  public var widths: [Int]

  public init(widths: [Int]) {
    precondition(widths.count >= 2 && widths.allSatisfy { $0 > 0 }, "a perceptron has positive widths, at least two")
    self.widths = widths
  }

  private func layer(_ k: Int) -> Linear { Linear(widths[k - 1], widths[k], initializer: .he(inputs: widths[k - 1])) }

  public var tensors: [ModelTensor] { (1..<widths.count).flatMap { layer($0).tensors("layer\($0)") } }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard let x = batch.features else { preconditionFailure("a perceptron is shown features, not tokens") }
    return self(x, parameters)
  }

  /// [.., first width] → [.., last width], without a rectifier behind the last map.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    var h = x
    for k in 1..<widths.count {
      let p = parameters.part("layer\(k)")
      h = k + 1 < widths.count ? layer(k).rectified(h, p) : layer(k)(h, p)
    }
    return h
  }
}
