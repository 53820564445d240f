// SPDX-License-Identifier: Apache-2.0

/// Which tensors seem not to change the loss by their length: those whose steps `AdamP` and `SGDP` project.
///
///     rows of a tensor, then the whole:   max |cos(g, θ)| < δ/√dim
///
/// The test is the one that the rules make at every step, so that it can be watched beside a training. It is a test of one
/// batch: a tensor whose length matters passes it where the gradient happens to be nearly orthogonal.
///
/// Cost: one pass over parameters and gradient.
/// **Reference** B. Heo et al., *AdamP*, ICLR 2021, equation 11.
public struct ScaleInvariance: Sendable, Codable, Hashable {
  /// What passes the test.
  public enum View: String, Sendable, Codable, Hashable, CaseIterable {
    /// Nothing: the step is taken as it is. Always so for vectors.
    case none
    /// Every row, a row being what belongs to one output.
    case rows
    /// The tensor as a whole.
    case whole
  }

  /// δ.
  public var threshold: Double
  /// Keeps denominators from zero.
  public var epsilon: Double

  public init(threshold: Double = 0.1, epsilon: Double = 1e-8) {
    precondition(threshold >= 0 && epsilon >= 0, "a threshold of \(threshold) for a cosine")
    self.threshold = threshold
    self.epsilon = epsilon
  }

  /// The view of each tensor that passes first, in the order of the layout.
  public func views(of parameters: Span<Float>, gradient: Span<Float>, layout: Layout) -> [View] {
    Blocks.check(parameters.count, gradient.count, layout)
    if layout.hasInputsFirst {
      let exchange = TensorExchange(outputsFirst: layout)
      return views(
        of: exchange.exchanged(parameters).span, gradient: exchange.exchanged(gradient).span, layout: exchange.turned)
    }
    let projection = RadialProjection(threshold: threshold, epsilon: epsilon)
    return parameters.withUnsafeBufferPointer { parameters in
      gradient.withUnsafeBufferPointer { gradient in
        guard let p = parameters.baseAddress, let g = gradient.baseAddress else {
          return layout.slots.map { _ in View.none }
        }
        return layout.slots.map { slot in
          switch projection.view(slot.shape, p + slot.offset, g + slot.offset, Crew(threads: nil)) {
          case .none: .none
          case .rows: .rows
          case .whole: .whole
          }
        }
      }
    }
  }
}

extension AdamP {
  /// The test that decides about projecting.
  public var invariance: ScaleInvariance { ScaleInvariance(threshold: threshold, epsilon: epsilon) }
}

extension SGDP {
  /// The test that decides about projecting.
  public var invariance: ScaleInvariance { ScaleInvariance(threshold: threshold, epsilon: epsilon) }
}
