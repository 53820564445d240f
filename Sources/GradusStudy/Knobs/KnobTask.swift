// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// What one trial of settings has to do: the method, the problems and the seeds, and how its runs are measured.
///
///     score = exp(mean over problems and seeds of log cost) + excess · the highest penalty      (the mean itself for values)
///
/// `excess` counts the runs without an answer beyond those of the default, so settings that fail more often than the default
/// never beat it.
public struct KnobTask: Sendable, Hashable {
  public var method: String
  /// Problems, as `gradus solve` takes them.
  public var files: [String]
  public var seeds: [UInt64]
  /// The kinds of the problems, on which the space of knobs depends.
  public var kinds: [String]
  /// `KEY=VALUE` for every run.
  public var fixed: [String] = []
  /// Seconds that a run may take.
  public var cutoff: Double
  /// Answers that a run may ask for; nil: as the yardstick says.
  public var answers: Int?
  /// One for each problem; empty where runs are not measured yet.
  public var yardsticks: [KnobYardstick] = []
  /// Where there are no yardsticks: what cuts runs off; nil: only the cutoff and the answers.
  public var limit: KnobYardstick?
  /// Runs of the default without an answer.
  public var failures = 0
  /// What was asked for in the beginning, to compare another call with.
  public var asked: JSONValue = .null
  /// What the default runs have shown: why they are measured so, and whether the seed makes a difference.
  public var reason = ""
  public var usesSeed = true

  /// A task without yardsticks.
  public init(method: String, files: [String], seeds: [UInt64], kinds: [String], cutoff: Double) {
    self.method = method
    self.files = files
    self.seeds = seeds
    self.kinds = kinds
    self.cutoff = cutoff
  }

  /// What runs are measured by; nil before there are yardsticks.
  public var measure: KnobMeasure? { yardsticks.first?.measure }

  /// The objective of a trial: `runs[problem][seed]`, and how many of them have failed.
  public func score(_ runs: [[KnobRun]]) -> (score: Double, failed: Int) {
    let costs = zip(yardsticks, runs).flatMap { yardstick, runs in runs.map(yardstick.cost) }
    let failed = zip(yardsticks, runs).reduce(0) { sum, pair in sum + pair.1.count { !pair.0.isSolved($0) } }
    let excess = Double(max(0, failed - failures))
    let penalty = yardsticks.map(\.penalty).max() ?? 1
    let isRatio = measure?.isRatio ?? true
    let mean = costs.reduce(0) { $0 + (isRatio ? VectorMath.log($1) : $1) } / Double(max(1, costs.count))
    return ((isRatio ? VectorMath.exp(mean) : mean) + excess * penalty, failed)
  }

  // MARK: Writing

  /// As it is written into the command of the study.
  public var json: JSONValue {
    [
      "version": 1, "method": .string(method), "files": JSONValue(strings: files),
      "seeds": .array(seeds.map { JSONValue($0) }), "kinds": JSONValue(strings: kinds),
      "fixed": JSONValue(strings: fixed), "cutoff": .number(cutoff), "answers": answers.map { .integer($0) } ?? .null,
      "yardsticks": .array(yardsticks.map(\.json)), "limit": limit?.json ?? .null,
      "failures": .integer(failures), "asked": asked, "reason": .string(reason), "usesSeed": .bool(usesSeed),
    ]
  }

  /// Reads a task back; nil where it is none.
  public init?(json: JSONValue) {
    guard json["version"]?.whole == 1, let method = json["method"]?.text,
      let files = json["files"]?.elements?.compactMap(\.text),
      let seeds = json["seeds"]?.elements?.compactMap({ $0.whole.flatMap { UInt64(exactly: $0) } }),
      let cutoff = json["cutoff"]?.double
    else { return nil }
    self.init(
      method: method, files: files, seeds: seeds, kinds: json["kinds"]?.elements?.compactMap(\.text) ?? [],
      cutoff: cutoff)
    fixed = json["fixed"]?.elements?.compactMap(\.text) ?? []
    answers = json["answers"]?.whole
    yardsticks = json["yardsticks"]?.elements?.compactMap { KnobYardstick(json: $0) } ?? []
    guard yardsticks.isEmpty || yardsticks.count == files.count else { return nil }
    limit = json["limit"].flatMap { KnobYardstick(json: $0) }
    failures = json["failures"]?.whole ?? 0
    asked = json["asked"] ?? .null
    reason = json["reason"]?.text ?? ""
    usesSeed = json["usesSeed"]?.truth ?? true
  }

  /// A command that tries the task, for `StudyPlan.command`: the words up to it, then the task with its braces doubled.
  public func command(_ words: [String]) -> [String] {
    words + [json.description.replacing("{", with: "{{").replacing("}", with: "}}")]
  }

  /// The task of a study's command; nil where the command is another one.
  public init?(command: [String]) {
    guard let text = command.last?.replacing("{{", with: "{").replacing("}}", with: "}"),
      let json = try? JSONValue(parsing: text)
    else { return nil }
    self.init(json: json)
  }
}
