// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Chooses which examples a prompt shows, among those that the prompt answered right by itself.
///
///     first evaluation    on all places V without examples          → pool E = places answered right, at no extra cost
///     none                nothing is shown
///     random, diverse     `count` of E at random; those nearest to the centers of `count` groups of E by their words
///     all                 E as far as the parameter holds it
///     search              the best of random sets of E
///     climb               one example of the best set exchanged for another of E, kept when it is not worse
///
/// An evaluation of a set leaves out the places that it shows, so that no answer is read off, except where none would be left; it is charged
/// as an evaluation all the same. Every strategy makes `evaluations` evaluations: what one has left over it spends on its choice
/// again, whose score is then the mean. Nearest neighbors of each input are not offered: they are no value of a parameter.
///
/// **Needs** a program with a text parameter for the examples and `examples` for each place. **Keeps** the pool and the best set.
/// **Guarantee** none but that the set with the best score seen is recommended. **Reference** Wan, Sun, Nakhost, Arık, "Teach Better
/// or Show Smarter?" (NeurIPS 2024).
public struct ExemplarSearch: OptimizationMethod {
  /// How examples are chosen.
  public enum Strategy: String, Sendable, Codable, CaseIterable { case none, random, diverse, all, search, climb }

  public var strategy = Strategy.search
  /// The name of the text that examples are written into.
  public var parameter = "examples"
  /// Examples of a set.
  public var count = 4
  /// Evaluations on all places, the first one counted.
  public var evaluations = 32

  public init() {}

  /// A set of places with the scores of its evaluations.
  struct Shown: Sendable, Codable, Hashable {
    var places: [Int]
    var scores: [Double]
    var score: Double { scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count) }
  }

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var program: LanguageProgram { given.value }
    let domain: WorkflowParameter
    /// Places answered right.
    public internal(set) var pool: [Int] = []
    var best: Shown?
    var asked: [Int] = []
    public internal(set) var evaluations = 0
    var stream: RandomStream
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    guard let found = problem.parameters.first(where: { $0.name == parameter }), case .text = found.domain else {
      throw Unsuitable(
        method: "exemplar-search", needs: "a text '\(parameter)' for examples", found: "none of that name",
        remedy: "add it to the template")
    }
    guard problem.examples.count == problem.selectionCount, !problem.examples.isEmpty else {
      throw Unsuitable(
        method: "exemplar-search", needs: "an example for each place", found: "\(problem.examples.count)",
        remedy: "name data with inputs and outputs")
    }
    return State(given: Given(problem), domain: found, stream: random)
  }

  public func ask(_ s: inout State) -> WorkflowTurn? {
    guard s.evaluations < max(1, evaluations) else { return nil }
    s.asked = next(s)
    let hidden = Set(s.asked)
    let open = s.program.selection.filter { !hidden.contains($0.index) }
    var assignment = s.program.start
    assignment[parameter] = .text(text(s, s.asked))
    return .run(
      assignment, on: open.isEmpty ? s.program.selection : open, stream: s.stream.child("run", s.evaluations))
  }

  /// The set to evaluate.
  private func next(_ s: State) -> [Int] {
    guard let best = s.best, !s.pool.isEmpty, strategy != .none else { return [] }
    var stream = s.stream.child("set", s.evaluations)
    let size = min(max(1, count), s.pool.count)
    switch strategy {
    case .none: return []
    case .search: return drawn(s.pool, size, &stream)
    case .random: return best.places.isEmpty ? drawn(s.pool, size, &stream) : best.places
    case .all: return best.places.isEmpty ? s.pool : best.places
    case .diverse: return best.places.isEmpty ? diverse(s, size) : best.places
    case .climb:
      let others = s.pool.filter { !best.places.contains($0) }
      guard !best.places.isEmpty, !others.isEmpty else { return drawn(s.pool, size, &stream) }
      var places = best.places
      places[stream.integer(below: places.count)] = others[stream.integer(below: others.count)]
      return places
    }
  }

  private func drawn(_ pool: [Int], _ size: Int, _ stream: inout RandomStream) -> [Int] {
    stream.permutation(pool.count).prefix(size).map { pool[$0] }
  }

  private func diverse(_ s: State, _ size: Int) -> [Int] {
    let points = s.pool.map { Self.words(s.program.examples[$0].input) }
    return KMeans(points, count: size, random: s.stream.child("groups")).representatives(points).map {
      s.pool[$0]
    }
  }

  /// Counts of words in 64 hashed places, of length 1.
  private static func words(_ text: String) -> [Double] {
    var counts = [Double](repeating: 0, count: 64)
    for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      var mark = Fingerprint()
      mark.mix(String(word))
      counts[Int(mark.value % 64)] += 1
    }
    let length = counts.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? counts.map { $0 / length } : counts
  }

  /// Examples as they are shown, as many as the parameter holds.
  private func text(_ s: State, _ places: [Int]) -> String {
    var text = ""
    for place in places {
      let example = s.program.examples[place]
      let longer = text + (text.isEmpty ? "" : "\n\n") + "Input: \(example.input)\nOutput: \(example.output)"
      if s.domain.admits(.text(longer)) { text = longer }
    }
    return text
  }

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    guard case .run(_, let items, _) = consume question, case .outcome(let outcome) = consume answer else { return }
    s.evaluations += 1
    guard let best = s.best else {
      s.pool = zip(items, outcome.scores).filter { $0.1 >= 1 }.map(\.0.index)
      s.best = Shown(places: [], scores: [outcome.score])
      return
    }
    let isChoice = strategy == .random || strategy == .all || strategy == .diverse
    if best.places == s.asked {
      s.best?.scores.append(outcome.score)
    } else if isChoice || outcome.score > best.score || (strategy == .climb && outcome.score == best.score) {
      s.best = Shown(places: s.asked, scores: [outcome.score])
    }
  }

  public func report(_ s: State) -> Report<Assignment> {
    var point = s.program.start
    point[parameter] = .text(text(s, s.best?.places ?? []))
    return Report(point: point, value: s.best.map { -$0.score })
  }
}
