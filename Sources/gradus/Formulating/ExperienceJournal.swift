// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusFormulation

/// What was learned from which problem, one JSON line each, so that learning that was broken off goes on.
///
///     {"id": "17", "words": "9f…", "first": false, "solved": true, "learned": 1, "merged": 0}
///     {"evolved": "3c…", "replaced": 2}
struct ExperienceJournal {
  let path: String
  private let file: FileJournal
  /// Of the problems at hand, by their ids.
  private(set) var outcomes: [String: ExperienceOutcome] = [:]
  /// Why problems could not be worked on, by their ids.
  private(set) var messages: [String: String] = [:]
  /// Conditions that were replaced, by the problems they were replaced on.
  private(set) var evolutions: [String: Int] = [:]
  /// Lessons of all problems that were ever learned from.
  private(set) var learned = 0

  /// Lines count for problems with the same id and the same words; others are passed over.
  init(_ path: String, _ problems: [BenchmarkProblem]) throws {
    self.path = path
    file = try FileJournal(path)
    let marks = Dictionary(problems.map { ($0.id, Self.mark($0.problem)) }) { first, _ in first }
    for line in try file.lines() {
      guard let json = try? JSONValue(parsing: line) else { continue }
      if let mark = json["evolved"]?.text { evolutions[mark] = json["replaced"]?.whole ?? 0 }
      guard let id = json["id"]?.text else { continue }
      learned += json["learned"]?.whole ?? 0
      guard let mark = json["words"]?.text, marks[id] == mark, let isFirst = json["first"]?.truth else { continue }
      var outcome = ExperienceOutcome()
      outcome.isSolvedAtFirst = isFirst
      outcome.isSolved = json["solved"]?.truth ?? false
      outcome.learned = json["learned"]?.whole ?? 0
      outcome.merged = json["merged"]?.whole ?? 0
      outcomes[id] = outcome
      messages[id] = json["message"]?.text
    }
  }

  mutating func append(_ problem: BenchmarkProblem, _ outcome: ExperienceOutcome, _ message: String?) throws {
    let line: JSONValue = [
      "id": .string(problem.id), "words": .string(Self.mark(problem.problem)), "first": .bool(outcome.isSolvedAtFirst),
      "solved": .bool(outcome.isSolved), "learned": .integer(outcome.learned), "merged": .integer(outcome.merged),
      "message": JSONValue(message),
    ]
    try file.append(line.serialized())
    outcomes[problem.id] = outcome
    messages[problem.id] = message
    learned += outcome.learned
  }

  mutating func append(evolved mark: String, replaced: Int) throws {
    try file.append((["evolved": .string(mark), "replaced": .integer(replaced)] as JSONValue).serialized())
    evolutions[mark] = replaced
  }

  /// Of all words that an evolution looks at.
  static func mark(_ problems: [BenchmarkProblem]) -> String {
    mark(problems.map { "\($0.id)\n\($0.problem)" }.joined(separator: "\n"))
  }

  private static func mark(_ words: String) -> String {
    var print = Fingerprint()
    // Unlike the marks in the journal of a benchmark, so that neither takes the other's lines for its own.
    print.mix("learned")
    print.mix(words)
    return String(print.value, radix: 16)
  }
}
