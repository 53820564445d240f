// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Recurrent layers over tokens; what they carry along stands for all that was read, however long.
///
///     x = E[token],   x ← layer(x) for each layer,   scores = xU + b
public struct RecurrentTextModel: Network {
  public var vocabulary: Int
  public var kind: RecurrentKind
  public var width: Int
  public var layers: Int
  /// Of what goes from layer to layer, in training.
  public var dropout: Double

  public init(vocabulary: Int, kind: RecurrentKind = .lstm, width: Int = 64, layers: Int = 1, dropout: Double = 0) {
    precondition(vocabulary > 0 && width > 0 && layers > 0, "\(layers) layers of \(width) for \(vocabulary) tokens")
    self.vocabulary = vocabulary
    self.kind = kind
    self.width = width
    self.layers = layers
    self.dropout = dropout
  }

  private var embedding: Embedding { Embedding(vocabulary, width, deviation: 1) }
  private var output: Linear { Linear(width, vocabulary) }

  public var tensors: [ModelTensor] {
    let layer = kind.layer(width, width)
    return embedding.tensors("embedding") + (0..<layers).flatMap { layer.tensors("layer\($0)") }
      + output.tensors("output")
  }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard let tokens = batch.tokens else { preconditionFailure("a model of texts is shown tokens, not features") }
    return run(tokens, [], parameters).scores
  }

  private func run(
    _ tokens: TensorIndices, _ starts: [Tensor], _ parameters: ModelParameters
  ) -> (scores: TracedTensor, ends: [TracedTensor]) {
    let (texts, length) = (tokens.shape[0], tokens.shape[1])
    let layer = kind.layer(width, width)
    var x = embedding(tokens, parameters.part("embedding")).permuted([1, 0, 2])
    var ends: [TracedTensor] = []
    for k in 0..<layers {
      let start = starts.isEmpty ? layer.start(rows: texts, like: x) : x.tape.constant(starts[k])
      let (hidden, end) = layer.run(x, from: start, parameters.part("layer\(k)"))
      x = Dropout(dropout)(hidden, parameters.part("dropout\(k)"))
      ends.append(end)
    }
    let y = x.permuted([1, 0, 2]).reshaped([texts * length, width])
    return (output(y, parameters.part("output")), ends)
  }
}

extension RecurrentTextModel: TextModel {
  /// The state of each layer; none before the first token.
  public var emptyMemory: [Tensor] { [] }

  public var readsOn: Bool { true }

  public func scores(
    _ tokens: TensorIndices, _ memory: inout [Tensor], _ parameters: ModelParameters
  ) throws -> TracedTensor {
    let (scores, ends) = run(tokens, memory, parameters)
    memory = try ends.map { try $0.value }
    return scores
  }
}
