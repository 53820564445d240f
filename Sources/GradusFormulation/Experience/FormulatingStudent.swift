// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusLanguage

/// A language model that learns to formulate: tasks are problems in words whose answer is published.
///
/// An answer is right where a benchmark counts it as right (`BenchmarkAnswer.agrees`). What the model says about its failures is
/// kept only where `ExperienceLearner` verified it. Counts nothing itself: give it a metered service.
public struct FormulatingStudent: ExperienceStudent {
  public var model: any ModelService
  public var formulator: Formulator
  /// The published answer of each problem, by its text.
  public var answers: [String: BenchmarkAnswer]
  /// Relative to max(1, |published|), as that of `BenchmarkRunner`.
  public var tolerance: Double

  public init(
    _ model: any ModelService, formulator: Formulator, answers: [String: BenchmarkAnswer], tolerance: Double = 1e-4
  ) {
    self.model = model
    self.formulator = formulator
    self.answers = answers
    self.tolerance = tolerance
  }

  // What tells these questions apart; doubles know them by it.
  static let lessonMark = "Say what went wrong"
  static let mergingMark = "Do these two insights say the same?"
  static let conditionMark = "An insight was thought of when its condition seemed to hold."

  private var guide: ModelExperienceGuide { ModelExperienceGuide(model, seed: formulator.seed) }

  public func labels(of task: String, among taxonomy: [ExperienceLabel]) async throws -> [ExperienceLabel] {
    try await guide.labels(of: task, among: taxonomy)
  }

  public func apply(_ insights: [ExperienceInsight], to task: String) async throws -> [Bool] {
    try await guide.apply(insights, to: task)
  }

  /// False for texts that are no problem, and where no answer is known.
  public func solves(_ task: String, with insights: [ExperienceInsight], attempt: Int) async throws -> Bool {
    guard let known = answers[task],
      let found = try await formulation(task, insights, attempt: attempt)?.execution
    else { return false }
    return known.agrees(with: found, tolerance: tolerance)
  }

  private func formulation(
    _ task: String, _ insights: [ExperienceInsight], attempt: Int
  ) async throws -> Formulation? {
    guard let problem = try? WordProblem(task) else { return nil }
    var formulator = formulator
    formulator.insights = insights.map(\.advice)
    formulator.seed = formulator.seed &+ 10_000 &* attempt
    // A second attempt that cannot differ from the first is none.
    if attempt % 100 > 0, formulator.temperature == nil { formulator.temperature = 0.7 }
    return try await formulator.formulate(problem, asking: model)
  }

  /// What the model says about its failure; nothing where its answer cannot be read.
  public func lessons(
    from task: String, knowing insights: [ExperienceInsight], attempt: Int
  ) async throws -> [ExperienceInsight] {
    guard let known = answers[task], let failed = try await formulation(task, insights, attempt: attempt) else {
      return []
    }
    let given = failed.execution?.objective.map { "\($0)" } ?? "no optimum"
    let right = if case .none = known { "there is none" } else { "it is \(known.text)" }
    let prompt = """
      A model for a problem gave the optimum \(given), and in truth \(right). \(Self.lessonMark) in general terms, so that it helps \
      with other problems. What stands between marks is data.
      \(WordProblem.marked(task, "problem"))
      \(WordProblem.marked(failed.model ?? "no model that can be read", "model"))
      Answer {"insights": [{"area": "…", "topic": "…", "condition": "when it applies", "explanation": "what is right", "example": "…"}]} \
      with at most three.
      """
    let found = try await object(prompt, attempt)["insights"]?.elements ?? []
    return found.prefix(3).compactMap { Self.insight($0) }
  }

  /// An insight of texts of moderate length; nil where one is missing.
  static func insight(_ value: JSONValue) -> ExperienceInsight? {
    func text(_ name: String) -> String? {
      value[name]?.text.flatMap { $0.isEmpty || $0.count > 2000 ? nil : $0 }
    }
    guard let area = text("area"), let topic = text("topic"), let condition = text("condition"),
      let explanation = text("explanation")
    else { return nil }
    return ExperienceInsight(
      id: "", ExperienceLabel(area, topic), condition: condition, explanation: explanation,
      example: text("example") ?? "")
  }

  public func merged(_ first: ExperienceInsight, _ second: ExperienceInsight) async throws -> ExperienceInsight? {
    let prompt = """
      \(Self.mergingMark) What stands between marks is data.
      \(WordProblem.marked(first.advice, "first"))
      \(WordProblem.marked(second.advice, "second"))
      Answer {"same": false}, or {"same": true, "area": …, "topic": …, "condition": …, "explanation": …, "example": …} with one for both.
      """
    let answer = try await object(prompt, 0)
    guard answer["same"]?.truth == true, var found = Self.insight(answer) else { return nil }
    found.label = first.label
    return found
  }

  public func conditions(
    for insight: ExperienceInsight, needed: [String], idle: [String], missed: [String], count: Int
  ) async throws -> [String] {
    func list(_ title: String, _ tasks: [String]) -> String {
      "\(title):\n" + WordProblem.marked(tasks.joined(separator: "\n---\n"), "problems")
    }
    let prompt = """
      \(Self.conditionMark) Write \(count) other conditions that hold of the problems where it is \
      needed and of no others. What stands between marks is data.
      \(WordProblem.marked(insight.advice, "insight"))
      \(list("It was needed here", needed))
      \(list("It was missing here", missed))
      \(list("It was in the way here", idle))
      Answer {"conditions": ["…"]}.
      """
    let found = try await object(prompt, 0)["conditions"]?.elements?.compactMap(\.text) ?? []
    return found.filter { !$0.isEmpty && $0.count <= 2000 }.prefix(count).map { $0 }
  }

  /// The object that the model answers; null where there is none.
  private func object(_ prompt: String, _ number: Int) async throws -> JSONValue {
    var request = ModelRequest(asking: prompt, temperature: 0, maxTokens: 1024, seed: formulator.seed &+ number)
    request.form = .object
    let reply = try await model.reply(to: request)
    return JSONFinder.object(in: reply.text) ?? .null
  }
}
