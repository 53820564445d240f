// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
public import GradusNumerics
public import GradusTensor

/// Reads a text piece by piece and says after each what may come next.
public protocol TextReader {
  /// The scores of each token of the vocabulary behind what was read so far, `tokens` being the newest of it.
  mutating func read(_ tokens: [Int32]) throws -> [Float]
}

/// A model that reads on from what it remembers, at the cost of the new tokens.
public protocol TextModel: Network {
  /// What it remembers of texts.
  associatedtype Memory
  /// That of nothing.
  var emptyMemory: Memory { get }
  /// Whether texts longer than a context can be read without forgetting their beginning.
  var readsOn: Bool { get }
  /// Scores [texts·positions, vocabulary] of tokens [texts, positions] behind those that `memory` knows, which then knows
  /// them as well: to rounding those of the whole texts at once.
  func scores(
    _ tokens: TensorIndices, _ memory: inout Memory, _ parameters: ModelParameters
  ) throws -> TracedTensor
}

extension TextModel {
  public func reader(context: Int, parameters: Buffer<Float>) -> any TextReader {
    RememberingReader(self, context: context, parameters: parameters)
  }
}

extension Network {
  public func reader(context: Int, parameters: Buffer<Float>) -> any TextReader {
    RereadingReader(model: self, context: context, desk: ReadingDesk(self, parameters))
  }
}

/// The last `context` tokens are read again each time.
private struct RereadingReader<Model: Network>: TextReader {
  let model: Model
  let context: Int
  let desk: ReadingDesk
  var text: [Int32] = []

  mutating func read(_ tokens: [Int32]) throws -> [Float] {
    text = (text + tokens).suffix(context)
    let batch = Batch(tokens: TensorIndices(text, [1, text.count]))
    let scores = model.scores(batch, desk.cleared())
    return try scores.value.floats.suffix(scores.shape[-1])
  }
}

/// Each token is read once; when the context is full, its later half is read again as the beginning of a text.
private struct RememberingReader<Model: TextModel>: TextReader {
  private let model: Model
  private let context: Int
  private let desk: ReadingDesk
  private var memory: Model.Memory
  /// What `memory` knows; of a model that reads on, nothing is kept.
  private var text: [Int32] = []

  init(_ model: Model, context: Int, parameters: Buffer<Float>) {
    self.model = model
    self.context = context
    desk = ReadingDesk(model, parameters)
    memory = model.emptyMemory
  }

  mutating func read(_ tokens: [Int32]) throws -> [Float] {
    precondition(!tokens.isEmpty, "a text is continued from at least one token")
    var new = tokens
    if !model.readsOn {
      if text.isEmpty {
        new = tokens.suffix(context)
      } else if text.count + tokens.count > context {
        new = (text + tokens).suffix(max(1, context / 2))
        text = []
        memory = model.emptyMemory
      }
      text += new
    }
    let parameters = desk.cleared()
    let scores = try model.scores(TensorIndices(new, [1, new.count]), &memory, parameters)
    return try scores.value.floats.suffix(scores.shape[-1])
  }
}
