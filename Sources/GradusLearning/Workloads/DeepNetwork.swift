// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Many linear maps of one width with the same activation between them.
///
///     h₀ = xW₀ + b₀,   hₖ = a(hₖ₋₁)Wₖ + bₖ,   scores = a(h_L)V + c
///
/// Without normalization or shortcuts: the deeper, the harder to train by plain descent.
public struct DeepNetwork: Network {
  public var inputs: Int
  public var width: Int
  /// L + 1 maps to the hidden width.
  public var depth: Int
  public var classes: Int
  public var activation: Activation

  public init(inputs: Int, width: Int, depth: Int, classes: Int, activation: Activation = .tanh) {
    precondition(inputs > 0 && width > 0 && depth > 0 && classes > 0, "\(depth) maps to a width of \(width)")
    self.inputs = inputs
    self.width = width
    self.depth = depth
    self.classes = classes
    self.activation = activation
  }

  private func layer(_ k: Int) -> Linear { Linear(k == 0 ? inputs : width, k == depth ? classes : width) }

  public var tensors: [ModelTensor] { (0...depth).flatMap { layer($0).tensors("layer\($0)") } }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard var h = batch.features else { preconditionFailure("a deep network is shown features, not tokens") }
    for k in 0...depth {
      h = layer(k)(h, parameters.part("layer\(k)"))
      if k < depth { h = activation(h) }
    }
    return h
  }
}
