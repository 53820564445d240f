// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Searches for a string of words to put before a prompt, among those words that make a difference at all.
///
///     candidates   the word nearest to the center of each of `clusters` groups (k-means++ on the places of the words)
///     influence    I(v) = score("v prompt") − score("prompt"), on a few places, `shots` of each output
///     kept         words with I above the `percentile` of all
///     search       strings of `length` kept words: greedy, genetic (`GeneticAlgorithm`) or a swarm (`ParticleSwarm` over the words in
///                  the order of their influence, so that neighbors are alike), `population`·`epochs` runs
///     validation   the `finalists` best strings on all places that were not searched on
///
/// With `percentile` 0 nothing is pruned and no influence is measured: a search over all candidates. What pruning cannot see
/// is a word that helps only together with another. Where fewer words than `length` are kept, words repeat.
///
/// **Needs** a workflow with one text parameter and a vocabulary; the score is best a log-likelihood, which tells small differences. A
/// workflow tells no distributions, so the other measure of influence, their divergence, is not offered. **Keeps** influences,
/// the searcher's population, the finalists. **Guarantee** none but that the best validated string is recommended, if it is better
/// than none. **Cost** candidates + 1 runs on few places, `population`·`epochs` more, then `finalists` + 1 on the rest.
/// **Reference** Zhou, Wan, Vulić, Korhonen, "Survival of the Most Influential Prompts" (EMNLP Findings 2023).
public struct PrunedTokenSearch: OptimizationMethod {
  /// What searches the kept words.
  public enum Searcher: String, Sendable, Codable, CaseIterable { case greedy, genetic, swarm }

  public var vocabulary: TokenVocabulary
  /// Groups of words.
  public var clusters = 2000
  /// Places of each output that is searched on; 0: all places.
  public var shots = 16
  /// The share of the candidates that goes.
  public var percentile = 0.95
  /// Words of a string.
  public var length = 5
  public var searcher = Searcher.genetic
  /// Strings of a generation.
  public var population = 128
  public var epochs = 30
  /// Probabilities of the genetic search that a string has two parents, and that it is changed.
  public var crossover = 0.5
  public var mutation = 0.5
  /// Strings that are validated.
  public var finalists = 5

  public init(_ vocabulary: TokenVocabulary) { self.vocabulary = vocabulary }

  enum Stage: String, Sendable, Codable { case prune, search, validate, done }

  /// A string by the indices of its words, and its score.
  struct Scored: Sendable, Codable, Hashable {
    var words: [Int]
    var score: Double
  }

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var program: LanguageProgram { given.value }
    let template: String
    let candidates: [Int]
    /// Places that are searched on, and the rest.
    let few: [SelectionItem]
    let rest: [SelectionItem]
    var stage: Stage
    /// The score without a word; then one influence for each candidate.
    var plain: Double?
    var influences: [Double] = []
    var kept: [Int] = []
    var searching: TokenSearcher?
    /// What is being asked about.
    var asked: [Int] = []
    var best: [Scored] = []
    var searches = 0
    /// The first is the template alone.
    var validated: [Scored] = []
    /// Runs whose score is no number.
    var failures = 0
    var stream: RandomStream
    var turns = 0

    /// Words that were kept by their index in the vocabulary, the most influential first.
    public var survivors: [Int] { kept }
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    let template = try problem.soleText(for: "pruned-token-search").start
    guard !vocabulary.words.isEmpty, length > 0 else {
      throw Unsuitable(
        method: "pruned-token-search", needs: "a vocabulary and strings of at least one word",
        found: "\(vocabulary.words.count) words for strings of \(length)", remedy: "name a list of words")
    }
    let few = problem.shots(shots, random.child("shots"))
    let candidates = vocabulary.representatives(clusters, random: random.child("clusters"))
    var s = State(
      given: Given(problem), template: template, candidates: candidates, few: few,
      rest: problem.selection.filter { !few.contains($0) }, stage: percentile > 0 ? .prune : .search, stream: random)
    if percentile <= 0 { try beginSearch(&s, candidates) }
    return s
  }

  // MARK: Asking

  public func ask(_ s: inout State) -> WorkflowTurn? {
    switch s.stage {
    case .prune:
      s.asked = s.plain == nil ? [] : [s.candidates[s.influences.count]]
      return run(s, on: s.few)
    case .search:
      guard let string = s.searching?.ask() else { return nil }
      s.asked = string.map { s.kept[$0] }
      return run(s, on: s.few)
    case .validate:
      s.asked = s.validated.isEmpty ? [] : s.best[s.validated.count - 1].words
      return run(s, on: s.rest.isEmpty ? s.few : s.rest)
    case .done: return nil
    }
  }

  private func run(_ s: State, on places: [SelectionItem]) -> WorkflowTurn {
    .run(
      [s.program.parameters[0].name: .text(text(s, s.asked))], on: places, stream: s.stream.child("run", s.turns))
  }

  private func text(_ s: State, _ words: [Int]) -> String {
    (words.map { vocabulary.words[$0] } + (s.template.isEmpty ? [] : [s.template])).joined(separator: " ")
  }

  // MARK: Hearing

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    guard case .outcome(let outcome) = consume answer else { return }
    s.turns += 1
    if outcome.scores.contains(where: \.isNaN) { s.failures += 1 }
    let score = outcome.score
    switch s.stage {
    case .prune:
      guard let plain = s.plain else {
        s.plain = score
        return
      }
      s.influences.append(score - plain)
      guard s.influences.count == s.candidates.count else { return }
      // Cannot throw: at least one word is kept.
      do { try beginSearch(&s, survivors(s)) } catch { s.stage = .done }
    case .search:
      s.searching?.tell(score)
      s.searches += 1
      keep(Scored(words: s.asked, score: score), &s)
      // A searcher that has no string left has ended before its time; asking makes it hold one.
      let isOver = searcher != .greedy && s.searches >= population * epochs
      if isOver || s.searching?.ask() == nil { s.stage = .validate }
    case .validate:
      s.validated.append(Scored(words: s.asked, score: score))
      if s.validated.count > s.best.count { s.stage = .done }
    case .done: return
    }
  }

  /// The candidates with the largest influences.
  private func survivors(_ s: State) -> [Int] {
    let count = max(1, Int((Double(s.candidates.count) * (1 - min(1, percentile))).rounded()))
    let ranked = s.influences.indices.sorted {
      s.influences[$0] != s.influences[$1] ? s.influences[$0] > s.influences[$1] : $0 < $1
    }
    return ranked.prefix(count).map { s.candidates[$0] }
  }

  private func beginSearch(_ s: inout State, _ kept: [Int]) throws {
    s.kept = kept
    s.searching = try TokenSearcher(self, words: kept.count, random: s.stream.child("search"))
    s.stage = .search
  }

  private func keep(_ string: Scored, _ s: inout State) {
    guard !s.best.contains(where: { $0.words == string.words }) else { return }
    let place = s.best.firstIndex { string.score > $0.score } ?? s.best.count
    guard place < max(1, finalists) else { return }
    s.best.insert(string, at: place)
    if s.best.count > max(1, finalists) { s.best.removeLast() }
  }

  public func report(_ s: State) -> Report<Assignment> {
    // Of equals the first: the template alone, then the better in the search.
    let validated = s.validated.indices.max { (s.validated[$0].score, -$0) < (s.validated[$1].score, -$1) }
    let found: Scored? = s.validated.count > 1 ? validated.map { s.validated[$0] } : s.best.first
    var report = Report<Assignment>(
      point: [s.program.parameters[0].name: .text(text(s, found?.words ?? []))], value: found.map { -$0.score })
    if s.failures > 0 { report.reasons = ["\(s.failures) of \(s.turns) runs failed on some place"] }
    return report
  }
}

extension LanguageProgram {
  /// At most so many places of each output that the examples have; all places for 0 or without examples.
  func shots(_ count: Int, _ random: RandomStream) -> [SelectionItem] {
    guard count > 0, examples.count == selectionCount, !examples.isEmpty else { return selection }
    var stream = random, taken: [String: Int] = [:]
    let chosen = stream.permutation(selectionCount).filter { place in
      taken[examples[place].output, default: 0] += 1
      return taken[examples[place].output, default: 0] <= count
    }
    return chosen.sorted().map { SelectionItem($0) }
  }
}
