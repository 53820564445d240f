// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics
public import GradusTensor

/// An encoder over a source and a decoder that writes a target from it.
///
///     x = E[source] + P[position],   x ← layer(x)                       every position hears every other
///     y = E[target so far] + Q[position],   y ← layer(y, norm x)        causal, and hears the source
///     scores = (norm y)U
///
/// It is shown rows as `LearningData(sources:…)` makes them: source, the number `vocabulary`, target but for its last token.
/// Scores of the source's positions are 0.
///
/// **Reference** A. Vaswani et al., *Attention is all you need*, NeurIPS 2017.
public struct SequenceTransformer: Network {
  public var vocabulary: Int
  public var sourceLength: Int
  public var targetLength: Int
  public var width: Int
  /// Of the encoder, and as many of the decoder.
  public var layers: Int
  public var heads: Int
  /// In training, of what comes to the ways around.
  public var dropout: Double

  public init(
    vocabulary: Int, sourceLength: Int, targetLength: Int, width: Int = 64, layers: Int = 2, heads: Int = 4,
    dropout: Double = 0
  ) {
    precondition(vocabulary > 0 && sourceLength > 0 && targetLength > 0, "tokens, a source and a target")
    precondition(layers > 0, "\(layers) layers")
    precondition(heads > 0 && width % heads == 0, "a width of \(width) does not split into \(heads) heads")
    self.vocabulary = vocabulary
    self.sourceLength = sourceLength
    self.targetLength = targetLength
    self.width = width
    self.layers = layers
    self.heads = heads
    self.dropout = dropout
  }

  private var encoder: TransformerLayer {
    TransformerLayer(width, heads: heads, dropout: dropout, outputScale: 1 / Double(2 * layers).squareRoot())
  }

  private var decoder: TransformerDecoderLayer {
    TransformerDecoderLayer(width, heads: heads, dropout: dropout, outputScale: 1 / Double(3 * layers).squareRoot())
  }

  private var embedding: Embedding { Embedding(vocabulary + 1, width, deviation: 0.1) }

  public var tensors: [ModelTensor] {
    embedding.tensors("embedding") + [
      ModelTensor("source.position", [sourceLength, width], .normal(0.1)),
      ModelTensor("target.position", [targetLength, width], .normal(0.1)),
    ] + (0..<layers).flatMap { encoder.tensors("encoder\($0)") } + LayerNorm(width).tensors("source.norm")
      + (0..<layers).flatMap { decoder.tensors("decoder\($0)") } + LayerNorm(width).tensors("target.norm")
      + Linear(width, vocabulary, bias: false).tensors("output")
  }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard let tokens = batch.tokens else { preconditionFailure("a transformer is shown tokens, not features") }
    let rows = tokens.shape[0], length = tokens.shape[1]
    precondition(
      length > sourceLength && length <= sourceLength + targetLength,
      "\(length) tokens for a source of \(sourceLength) and a target of \(targetLength)")
    func part(_ range: Range<Int>) -> TensorIndices {
      TensorIndices(
        (0..<rows).flatMap { tokens.values[$0 * length + range.lowerBound..<$0 * length + range.upperBound] },
        [rows, range.count])
    }
    let source = encoded(part(0..<sourceLength), parameters)
    let scores = decoded(part(sourceLength..<length), from: 0, parameters) {
      decoder($1, source: source, parameters.part("decoder\($0)"))
    }
    let none = scores.tape.constant(Tensor(repeating: 0, [rows, sourceLength, vocabulary], scores.precision))
    return TracedTensor.concatenate([none, scores], axis: 1).reshaped([rows * length, vocabulary])
  }

  private func encoded(_ tokens: TensorIndices, _ parameters: ModelParameters) -> TracedTensor {
    var x = embedding(tokens, parameters.part("embedding")) + parameters["source.position"]
    for k in 0..<layers { x = encoder(x, parameters.part("encoder\(k)")) }
    return LayerNorm(width)(x, parameters.part("source.norm"))
  }

  private func decoded(
    _ tokens: TensorIndices, from start: Int, _ parameters: ModelParameters,
    _ apply: (Int, TracedTensor) throws -> TracedTensor
  ) rethrows -> TracedTensor {
    let places = parameters["target.position"].slice(axis: 0, from: start, count: tokens.shape[1])
    var y = embedding(tokens, parameters.part("embedding")) + places
    for k in 0..<layers { y = try apply(k, y) }
    y = LayerNorm(width)(y, parameters.part("target.norm"))
    return Linear(width, vocabulary, bias: false)(y, parameters.part("output"))
  }

  /// The target for each source, one token after the other, each that of the largest score.
  ///
  /// Cost: the encoder once, then one position a token.
  public func write(from sources: [Int32], parameters: Buffer<Float>) throws -> [Int32] {
    precondition(
      !sources.isEmpty && sources.count % sourceLength == 0, "\(sources.count) tokens in sources of \(sourceLength)")
    let desk = ReadingDesk(self, parameters), rows = sources.count / sourceLength
    let source = try encoded(TensorIndices(sources, [rows, sourceLength]), desk.cleared()).value
    var memories = [TransformerDecoderLayer.Memory](repeating: .init(), count: layers)
    var written = [[Int32]](repeating: [], count: rows)
    for t in 0..<targetLength {
      let tokens = written.map { $0.last ?? Int32(vocabulary) }
      let p = desk.cleared(), shown = desk.tape.constant(source)
      let scores = try decoded(TensorIndices(tokens, [rows, 1]), from: t, p) {
        try decoder($1, source: shown, &memories[$0], p.part("decoder\($0)"))
      }
      let numbers = try scores.value.floats
      for row in 0..<rows {
        let line = numbers[row * vocabulary..<(row + 1) * vocabulary]
        let top = line.max() ?? 0
        written[row].append(Int32((line.firstIndex(of: top) ?? line.startIndex) - line.startIndex))
      }
    }
    return written.flatMap { $0 }
  }
}
