// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Linear maps with rectifiers between them.
///
///     h₀ = x,   hₖ = max(0, hₖ₋₁Wₖ + bₖ),   scores = h_L W + b
public struct Perceptron: Network {
  /// Features, hidden widths, classes.
  public var widths: [Int]

  public init(widths: [Int]) {
    precondition(widths.count >= 2 && widths.allSatisfy { $0 > 0 }, "a perceptron has positive widths, at least two")
    self.widths = widths
  }

  public var tensors: [ModelTensor] {
    (1..<widths.count).flatMap { k in
      [
        ModelTensor("layer\(k).weight", [widths[k - 1], widths[k]], .he(inputs: widths[k - 1])),
        ModelTensor("layer\(k).bias", [widths[k]], .constant(0)),
      ]
    }
  }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard var h = batch.features else { preconditionFailure("a perceptron is shown features, not tokens") }
    for k in 1..<widths.count {
      h = h.linear(
        parameters["layer\(k).weight"], parameters["layer\(k).bias"], rectified: k + 1 < widths.count)
    }
    return h
  }
}
