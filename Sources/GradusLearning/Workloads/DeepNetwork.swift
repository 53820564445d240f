// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Many linear maps of one width with the same activation between them.
///
///     h₀ = xW₀ + b₀,   hₖ = a(hₖ₋₁)Wₖ + bₖ,   scores = a(h_L)V + c
///
/// Without normalization or shortcuts: the deeper, the harder to train by plain descent. With it, h W + b of every hidden map
/// goes through layer normalization before the activation.
public struct DeepNetwork: Network {
  public var inputs: Int
  public var width: Int
  /// L + 1 maps to the hidden width.
  public var depth: Int
  public var classes: Int
  public var activation: Activation
  public var isNormalized: Bool

  public init(
    inputs: Int, width: Int, depth: Int, classes: Int, activation: Activation = .tanh, isNormalized: Bool = false
  ) {
    precondition(inputs > 0 && width > 0 && depth > 0 && classes > 0, "\(depth) maps to a width of \(width)")
    self.inputs = inputs
    self.width = width
    self.depth = depth
    self.classes = classes
    self.activation = activation
    self.isNormalized = isNormalized
  }

  private func layer(_ k: Int) -> Linear { Linear(k == 0 ? inputs : width, k == depth ? classes : width) }

  public var tensors: [ModelTensor] {
    (0...depth).flatMap { k in
      layer(k).tensors("layer\(k)") + (isNormalized && k < depth ? LayerNorm(width).tensors("norm\(k)") : [])
    }
  }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard var h = batch.features else { preconditionFailure("a deep network is shown features, not tokens") }
    for k in 0...depth {
      h = layer(k)(h, parameters.part("layer\(k)"))
      guard k < depth else { break }
      if isNormalized { h = LayerNorm(width)(h, parameters.part("norm\(k)")) }
      h = activation(h)
    }
    return h
  }
}
