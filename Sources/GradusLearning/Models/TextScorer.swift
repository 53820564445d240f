// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
public import GradusNumerics
import GradusTensor

/// What a trained model expects behind many texts of one length, read together.
public struct TextScorer<Architecture: Network> {
  private let model: Architecture
  private let desk: ReadingDesk
  /// Texts that are read at once.
  private let chunk: Int

  public init(_ model: Architecture, parameters: Buffer<Float>, chunk: Int = 256) {
    precondition(chunk > 0, "at least one text is read at once")
    self.model = model
    self.chunk = chunk
    desk = ReadingDesk(model, parameters)
  }

  /// The scores of each token of the vocabulary behind each of these texts. Cost: one pass over all positions. Throws where the model
  /// gives no numbers.
  public func scores(behind texts: [[Int32]]) throws -> [[Float]] {
    guard let length = texts.first?.count else { return [] }
    precondition(length > 0 && texts.allSatisfy { $0.count == length }, "texts of one length, and not empty")
    var found: [[Float]] = []
    var start = 0
    while start < texts.count {
      let part = texts[start..<min(start + chunk, texts.count)]
      let batch = Batch(tokens: TensorIndices(part.flatMap(\.self), [part.count, length]))
      let scores = model.scores(batch, desk.cleared())
      let width = scores.shape[-1], numbers = try scores.value.floats
      for row in 0..<part.count {
        let end = (row + 1) * length * width
        found.append(Array(numbers[end - width..<end]))
      }
      start += chunk
    }
    return found
  }
}
