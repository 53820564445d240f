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
  private let known: Mutex<Prefixes>

  /// `scorer`: the scores behind each of some texts of one length. Items are those of `stream`.
  public init(
    _ task: ChainSumTask, stream: RandomStream, scorer: @escaping @Sendable ([[Int32]]) throws -> [[Float]]
  ) {
    self.task = task
    self.stream = stream
    self.scorer = scorer
    known = Mutex(Prefixes(width: task.vocabulary))
  }

  /// With a trained model.
  public convenience init<Model: Network>(
    _ task: ChainSumTask, _ model: Model, parameters: Buffer<Float>, stream: RandomStream
  ) {
    self.init(task, stream: stream) { try TextScorer(model, parameters: parameters).scores(behind: $0) }
  }

  /// How many prefixes were read so far.
  public var prefixCount: Int { known.withLock { $0.scores.count { !$0.isEmpty } } }

  public func outcomes(_ settings: DecodingSettings, items: Range<Int>) throws -> [DecodingOutcome] {
    try known.withLock { known in
      let roots = items.map { item in known.root(item) { task.prompt(task.numbers(item, stream: stream)) } }
      let places = items.map { item in
        known.places(item, settings.votes) { vote in
          var draw = stream.child("places", item).child("vote", vote)
          return (0..<task.length).map { _ in draw.uniform() }
        }
      }
      var nodes = roots.flatMap { Array(repeating: $0, count: settings.votes) }
      for t in 0..<task.length {
        try known.read(nodes, scorer)
        var probabilities: [Int: [Double]] = [:]
        for k in nodes.indices {
          let node = nodes[k]
          let own = probabilities[node] ?? settings.sampler.probabilities(known.scores[node])
          probabilities[node] = own
          let place = places[k / settings.votes][k % settings.votes][t]
          nodes[k] = known.child(of: node, TokenSampler.token(own, at: place))
        }
      }
      return items.enumerated().map { row, item in
        let answers = (0..<settings.votes).map { known.texts[nodes[row * settings.votes + $0]].last ?? -1 }
        let (answer, drawn) = settings.vote(answers)
        let right = task.sums(task.numbers(item, stream: stream)).last
        return DecodingOutcome(isRight: answer == right, tokens: drawn * task.length)
      }
    }
  }

  /// All prefixes that occurred, as one tree for each item.
  private struct Prefixes {
    let width: Int
    var texts: [[Int32]] = []
    /// Empty where a prefix was not read yet.
    var scores: [[Float]] = []
    /// By width·node + token; −1: none.
    var children: [Int32] = []
    var roots: [Int: Int] = [:]
    /// By item, vote and token.
    var drawn: [Int: [[Double]]] = [:]

    init(width: Int) { self.width = width }

    mutating func add(_ text: [Int32]) -> Int {
      texts.append(text)
      scores.append([])
      children += [Int32](repeating: -1, count: width)
      return texts.count - 1
    }

    mutating func root(_ item: Int, _ text: () -> [Int32]) -> Int {
      if let known = roots[item] { return known }
      let new = add(text())
      roots[item] = new
      return new
    }

    mutating func places(_ item: Int, _ votes: Int, _ draw: (Int) -> [Double]) -> [[Double]] {
      var known = drawn[item] ?? []
      if known.count < votes {
        known += (known.count..<votes).map(draw)
        drawn[item] = known
      }
      return known
    }

    mutating func child(of node: Int, _ token: Int) -> Int {
      let known = children[width * node + token]
      if known >= 0 { return Int(known) }
      let new = add(texts[node] + [Int32(token)])
      children[width * node + token] = Int32(new)
      return new
    }

    /// Reads those of these prefixes, all of one length, that were not read yet.
    mutating func read(_ nodes: [Int], _ scorer: ([[Int32]]) throws -> [[Float]]) throws {
      let new = Set(nodes.filter { scores[$0].isEmpty }).sorted()
      for (node, own) in zip(new, try scorer(new.map { texts[$0] })) { scores[node] = own }
    }
  }
}
