// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
public import GradusLearning
public import GradusNumerics
import Synchronization

/// A transformer that has learned running sums, as a system whose decoding is tuned.
///
/// An answer is right when its last sum is. What the model expects behind a prefix does not depend on how tokens are drawn: it is computed
/// once for each prefix that occurs, and many at a time. Token t of vote v of an item is drawn at the same place of the probabilities
/// whatever the settings.
public final class ChainSumDecoder: DecodingSystem {
  public let task: ChainSumTask
  private let stream: RandomStream
  private let scorer: @Sendable ([[Int32]]) throws -> [[Float]]
  private let known = Mutex<[[Int32]: [Float]]>([:])

  /// `scorer`: the scores behind each of some texts of one length. Items are those of `stream`.
  public init(
    _ task: ChainSumTask, stream: RandomStream, scorer: @escaping @Sendable ([[Int32]]) throws -> [[Float]]
  ) {
    self.task = task
    self.stream = stream
    self.scorer = scorer
  }

  /// With a trained model.
  public convenience init<Model: Network>(
    _ task: ChainSumTask, _ model: Model, parameters: Buffer<Float>, stream: RandomStream
  ) {
    self.init(task, stream: stream) { try TextScorer(model, parameters: parameters).scores(behind: $0) }
  }

  /// How many prefixes were read so far.
  public var prefixCount: Int { known.withLock { $0.count } }

  public func outcomes(_ settings: DecodingSettings, items: Range<Int>) throws -> [DecodingOutcome] {
    let numbers = items.map { task.numbers($0, stream: stream) }
    var texts: [[Int32]] = numbers.flatMap { own in Array(repeating: task.prompt(own), count: settings.votes) }
    // The places of all tokens of an answer, which settings do not change.
    var places: [RandomStream] = items.flatMap { item in
      (0..<settings.votes).map { stream.child("places", item).child("vote", $0) }
    }
    for _ in 0..<task.length {
      let probabilities = try scores(texts).mapValues(settings.sampler.probabilities)
      for k in texts.indices {
        let place = places[k].uniform()
        texts[k].append(Int32(TokenSampler.token(probabilities[texts[k]] ?? [], at: place)))
      }
    }
    return numbers.enumerated().map { row, own in
      let answers = (0..<settings.votes).map { texts[row * settings.votes + $0].last ?? -1 }
      let (answer, drawn) = settings.vote(answers)
      return DecodingOutcome(isRight: answer == task.sums(own).last, tokens: drawn * task.length)
    }
  }

  private func scores(_ texts: [[Int32]]) throws -> [[Int32]: [Float]] {
    try known.withLock { known in
      let new = Array(Set(texts).filter { known[$0] == nil }).sorted { $0.lexicographicallyPrecedes($1) }
      for (text, scores) in zip(new, try scorer(new)) { known[text] = scores }
      var found: [[Int32]: [Float]] = [:]
      for text in texts { found[text] = known[text] }
      return found
    }
  }
}
