// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Self-attention, then a small network on each position, with ways around both: [texts, positions, width] → the same.
///
///     y = x + attention(norm x),   z = y + F(norm y)           normedBefore; the others as in `ResidualKind`
///
/// A causal one is a layer of a decoder without a source. In training `dropout` of what comes to the ways around is dropped.
///
/// **Reference** A. Vaswani et al., *Attention is all you need*, NeurIPS 2017.
public struct TransformerLayer: Layer {
  public var attention: SelfAttention
  public var feedForward: FeedForward
  public var residual: ResidualKind
  public var dropout: Dropout

  /// `outputScale` is that of both parts; 1/√(number of parts) keeps the size of the sum over them.
  public init(
    _ width: Int, heads: Int, hidden: Int? = nil, isCausal: Bool = false, activation: Activation = .gelu,
    residual: ResidualKind = .normedBefore, bias: Bool = false, dropout: Double = 0, outputScale: Double = 1
  ) {
    attention = SelfAttention(width, heads: heads, isCausal: isCausal, bias: bias, outputScale: outputScale)
    feedForward = FeedForward(width, hidden: hidden ?? 4 * width, activation, bias: bias, outputScale: outputScale)
    self.residual = residual
    self.dropout = Dropout(dropout)
  }

  public var tensors: [ModelTensor] {
    residual.tensors("norm1", attention.width) + attention.tensors("attention")
      + residual.tensors("norm2", attention.width) + feedForward.tensors("feedforward")
  }

  /// [texts, positions, width] → the same, whole texts at once.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    applied(x, parameters) { attention($0, parameters.part("attention")) }
  }

  /// Positions behind those that `memory` knows.
  public func callAsFunction(
    _ x: TracedTensor, _ memory: inout AttentionMemory, _ parameters: ModelParameters
  ) throws -> TracedTensor {
    try applied(x, parameters) { try attention($0, &memory, parameters.part("attention")) }
  }

  private func applied(
    _ x: TracedTensor, _ p: ModelParameters, _ attend: (TracedTensor) throws -> TracedTensor
  ) rethrows -> TracedTensor {
    let y = try residual.around(x, attention.width, p.part("norm1")) {
      dropout(try attend($0), p.part("dropout1"))
    }
    return residual.around(y, attention.width, p.part("norm2")) {
      dropout(feedForward($0, p.part("feedforward")), p.part("dropout2"))
    }
  }
}
