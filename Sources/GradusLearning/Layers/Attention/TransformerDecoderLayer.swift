// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Causal self-attention, attention to a source, then a small network on each position, with ways around all three.
///
/// **Reference** A. Vaswani et al., *Attention is all you need*, NeurIPS 2017.
public struct TransformerDecoderLayer: ModelPart {
  /// What a layer remembers of what it read: its own positions, and the source.
  public struct Memory: Sendable {
    var text = AttentionMemory()
    var source = AttentionMemory()
    public init() {}
  }

  public var attention: SelfAttention
  public var crossAttention: CrossAttention
  public var feedForward: FeedForward
  public var residual: ResidualKind
  public var dropout: Dropout

  public init(
    _ width: Int, source: Int? = nil, heads: Int, hidden: Int? = nil, activation: Activation = .gelu,
    residual: ResidualKind = .normedBefore, bias: Bool = false, dropout: Double = 0, outputScale: Double = 1
  ) {
    attention = SelfAttention(width, heads: heads, isCausal: true, bias: bias, outputScale: outputScale)
    crossAttention = CrossAttention(width, source: source, heads: heads, bias: bias, outputScale: outputScale)
    feedForward = FeedForward(width, hidden: hidden ?? 4 * width, activation, bias: bias, outputScale: outputScale)
    self.residual = residual
    self.dropout = Dropout(dropout)
  }

  public var tensors: [ModelTensor] {
    residual.tensors("norm1", attention.width) + attention.tensors("attention")
      + residual.tensors("norm2", attention.width) + crossAttention.tensors("crossattention")
      + residual.tensors("norm3", attention.width) + feedForward.tensors("feedforward")
  }

  /// Whole texts at once: `x` [texts, positions, width] and `source` [texts, places, source width] → the shape of `x`.
  /// A position hears those up to itself and the whole source.
  public func callAsFunction(
    _ x: TracedTensor, source: TracedTensor, _ parameters: ModelParameters
  ) -> TracedTensor {
    applied(
      x, parameters, { attention($0, parameters.part("attention")) },
      { crossAttention($0, source: source, parameters.part("crossattention")) })
  }

  /// Positions behind those that `memory` knows.
  public func callAsFunction(
    _ x: TracedTensor, source: TracedTensor, _ memory: inout Memory, _ parameters: ModelParameters
  ) throws -> TracedTensor {
    var (text, known) = (memory.text, memory.source)
    let y = try applied(
      x, parameters, { try attention($0, &text, parameters.part("attention")) },
      { try crossAttention($0, source: source, &known, parameters.part("crossattention")) })
    (memory.text, memory.source) = (text, known)
    return y
  }

  private func applied(
    _ x: TracedTensor, _ p: ModelParameters, _ attend: (TracedTensor) throws -> TracedTensor,
    _ cross: (TracedTensor) throws -> TracedTensor
  ) rethrows -> TracedTensor {
    let width = attention.width
    var y = try residual.around(x, width, p.part("norm1")) { dropout(try attend($0), p.part("dropout1")) }
    y = try residual.around(y, width, p.part("norm2")) { dropout(try cross($0), p.part("dropout2")) }
    return residual.around(y, width, p.part("norm3")) {
      dropout(feedForward($0, p.part("feedforward")), p.part("dropout3"))
    }
  }
}
