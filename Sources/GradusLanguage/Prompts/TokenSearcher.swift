// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics

/// What searches strings of numbered words: a method for search spaces, or words added one by one.
enum TokenSearcher: Sendable, Codable {
  /// A method for spaces with its state and what it has asked.
  case genetic(GeneticAlgorithm, GeneticAlgorithm.State, EvaluateAll<Vector>?)
  case swarm(OverSpace<ParticleSwarm>, OverSpace<ParticleSwarm>.State, Decoded<Evaluate<Vector>>?)
  /// So many words are tried behind the string so far.
  case greedy(GreedyString)

  /// A search over strings of words 0..<words.
  init(_ rules: PrunedTokenSearch, words: Int, random: RandomStream) throws {
    // Of one word there is one string.
    switch words < 2 ? .greedy : rules.searcher {
    case .greedy: self = .greedy(GreedyString(words: words, length: rules.length))
    case .genetic:
      var method = GeneticAlgorithm()
      method.population = rules.population
      method.crossover = rules.crossover
      method.mutation = rules.mutation
      let labels = (0..<words).map { "\($0)" }
      let space = try SearchSpace((0..<rules.length).map { SpaceParameter("w\($0)", .categorical(labels)) })
      self = .genetic(method, try method.start(SearchProblem(space), random: random), nil)
    case .swarm:
      var base = ParticleSwarm()
      base.population = rules.population
      let method = OverSpace(base)
      let space = try SearchSpace(
        (0..<rules.length).map { SpaceParameter("w\($0)", .integer(low: 0, high: words - 1)) })
      self = .swarm(method, try method.start(SearchProblem(space), random: random), nil)
    }
  }

  /// The next string; nil when there is none.
  mutating func ask() -> [Int]? {
    switch self {
    case .genetic(let method, var state, let open):
      guard let question = open ?? method.ask(&state) else { return nil }
      self = .genetic(method, state, question)
      return question.point.elements.map { Int($0) }
    case .swarm(let method, var state, let open):
      guard let question = open ?? method.ask(&state) else { return nil }
      self = .swarm(method, state, question)
      return question.point.elements.map { Int($0) }
    case .greedy(let string): return string.next
    }
  }

  /// The score of what was asked last.
  mutating func tell(_ score: Double) {
    switch self {
    case .genetic(let method, var state, let open):
      guard let open else { return }
      self = .greedy(GreedyString(words: 0, length: 0))
      method.tell(&state, Outcomes(objectives: [-score]), to: open)
      self = .genetic(method, state, nil)
    case .swarm(let method, var state, let open):
      guard let open else { return }
      self = .greedy(GreedyString(words: 0, length: 0))
      method.tell(&state, -score, to: open)
      self = .swarm(method, state, nil)
    case .greedy(var string):
      string.tell(score)
      self = .greedy(string)
    }
  }
}

/// A string that grows by its best next word.
struct GreedyString: Sendable, Codable, Hashable {
  let words: Int
  let length: Int
  private var string: [Int] = []
  private var word = 0
  private var best = 0
  private var bestScore: Double?

  init(words: Int, length: Int) {
    self.words = words
    self.length = length
  }

  /// The string so far with the next word to try; nil when it is long enough.
  var next: [Int]? { string.count < length && word < words ? string + [word] : nil }

  mutating func tell(_ score: Double) {
    if bestScore.map({ score > $0 }) ?? true { (best, bestScore) = (word, score) }
    word += 1
    guard word == words else { return }
    string.append(best)
    (word, best, bestScore) = (0, 0, nil)
  }
}
