// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLanguage
import GradusNative

/// Runs something that turns words into a solved model on every problem of a benchmark, and says how often it is right.
///
/// What was done is written into a journal, one JSON line a problem, so that a run that was broken off goes on where it was. A
/// line counts for a problem with the same identifier, the same words and the same `context`.
public struct BenchmarkRunner: Sendable {
  /// Of one problem.
  public struct Result: Sendable, Hashable, Codable {
    public var id: String
    public var published: BenchmarkAnswer
    public var execution: ModelExecution
    public var isRight: Bool

    /// For reading: what was found and what is published.
    public var text: String {
      let found = execution.objective.map { "\($0)" } ?? execution.message ?? execution.status?.rawValue ?? "nothing"
      return "\(id): \(found) where \(published.text) is published"
    }
  }

  /// Of all problems.
  public struct Report: Sendable, Hashable, Codable {
    /// The share of right answers among problems whose published answer can be read.
    public var accuracy: WilsonInterval
    /// The share of problems for which a model was read and solved to a statement.
    public var executionRate: WilsonInterval
    /// Problems whose published answer cannot be read.
    public var unscored: Int
    /// In the order of the problems; those that are not right are for reading, since published answers may be wrong.
    public var results: [Result]

    public var disagreements: [Result] { results.filter { !$0.isRight } }
  }

  /// Relative to max(1, |published|).
  public var tolerance: Double
  /// How many problems are worked on at a time.
  public var width: Int
  /// Whatever else the answers depend on, as the text of a library; empty: nothing.
  public var context = ""

  public init(tolerance: Double = 1e-4, width: Int = 1) {
    self.tolerance = tolerance
    self.width = max(1, width)
  }

  /// Runs `formulate` on the words of each problem that the journal does not hold yet.
  ///
  /// What `formulate` throws is the message of that problem, but for what ends runs: that is thrown, and the journal keeps what was
  /// done. Throws what the journal throws as well.
  public func run(
    _ problems: [BenchmarkProblem], journal: (any Journal)? = nil,
    _ formulate: @escaping @Sendable (String) async throws -> ModelExecution
  ) async throws -> Report {
    var done = try known(journal, problems)
    let open = problems.indices.filter { done[problems[$0].id] == nil }
    try await withThrowingTaskGroup(of: Finished.self) { group in
      var next = 0
      func launch() {
        let (place, words) = (open[next], problems[open[next]].problem)
        next += 1
        group.addTask { Finished(place: place, execution: try await Self.executed(words, formulate)) }
      }
      while next < min(width, open.count) { launch() }
      while let finished = try await group.next() {
        let problem = problems[finished.place]
        try journal?.append(line(problem, finished.execution))
        done[problem.id] = finished.execution
        if next < open.count { launch() }
      }
    }
    return report(problems, done)
  }

  private struct Finished: Sendable {
    var place: Int
    var execution: ModelExecution
  }

  private static func executed(
    _ words: String, _ formulate: @Sendable (String) async throws -> ModelExecution
  ) async throws -> ModelExecution {
    do {
      return try await formulate(words)
    } catch {
      if endsRuns(error) { throw error }
      return ModelExecution(message: "\(error)".split(whereSeparator: \.isNewline).joined(separator: " "))
    }
  }

  /// Whether an error is about more than the problem at hand: a cancellation, a missing component, a model that cannot be reached or
  /// whose failure ends runs.
  public static func endsRuns(_ error: any Error) -> Bool {
    switch error {
    case is CancellationError, is MissingComponent: true
    case ModelFailure.unreachable: true
    case let failure as ModelFailure: failure.endsRuns
    default: false
    }
  }

  private func report(_ problems: [BenchmarkProblem], _ done: [String: ModelExecution]) -> Report {
    let results = problems.compactMap { problem in
      done[problem.id].map {
        Result(
          id: problem.id, published: problem.answer, execution: $0,
          isRight: problem.answer.agrees(with: $0, tolerance: tolerance))
      }
    }
    let scored = results.filter { if case .unreadable = $0.published { false } else { true } }
    return Report(
      accuracy: WilsonInterval(scored.count { $0.isRight }, of: scored.count),
      executionRate: WilsonInterval(results.count { $0.execution.status?.isStatement ?? false }, of: results.count),
      unscored: results.count - scored.count, results: results)
  }

  // MARK: Journal

  private func mark(_ problem: BenchmarkProblem) -> String {
    var print = Fingerprint()
    print.mix(problem.problem)
    if !context.isEmpty { print.mix(context) }
    return String(print.value, radix: 16)
  }

  private func line(_ problem: BenchmarkProblem, _ execution: ModelExecution) -> [UInt8] {
    let names = execution.values.keys.sorted()
    let line: JSONValue = [
      "id": .string(problem.id), "words": .string(mark(problem)), "status": JSONValue(execution.status?.rawValue),
      "objective": JSONValue(execution.objective), "message": JSONValue(execution.message),
      "values": .object(names.map { .init($0, JSONValue(execution.values[$0])) }),
    ]
    return line.serialized()
  }

  /// What the journal holds of these problems; other lines are passed over.
  private func known(
    _ journal: (any Journal)?, _ problems: [BenchmarkProblem]
  ) throws -> [String: ModelExecution] {
    let marks = Dictionary(problems.map { ($0.id, mark($0)) }) { first, _ in first }
    var found: [String: ModelExecution] = [:]
    for line in try journal?.lines() ?? [] {
      guard let json = try? JSONValue(parsing: line), let id = json["id"]?.text,
        let mark = json["words"]?.text, marks[id] == mark
      else { continue }
      var values: [String: Double] = [:]
      for member in json["values"]?.members ?? [] { values[member.name] = member.value.double }
      found[id] = ModelExecution(
        status: json["status"]?.text.flatMap(Status.init), objective: json["objective"]?.double, values: values,
        message: json["message"]?.text)
    }
    return found
  }
}
