// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// What a workflow shall do, by one case.
public struct TaskExample: Sendable, Codable, Hashable {
  public var input: String
  public var output: String

  public init(_ input: String, _ output: String) {
    self.input = input
    self.output = output
  }
}

/// A workflow of one call: a template with the parameters and the input goes to a model, its answer to a metric.
///
/// In the template `{name}` stands for a parameter, `{input}` for the input; braces of other names stay as they are.
public struct PromptTask: WorkflowOracle {
  public var template: TextTemplate
  public var model: any ModelService
  public var advisor: any LanguageModel
  /// What is chosen by, and what is reported on.
  public var selection: [TaskExample]
  public var reporting: [TaskExample]
  /// Limits and temperature of the calls; the content is replaced.
  public var settings: ModelRequest
  public var prices: ModelPrices
  /// How good an answer is, from 0 to 1.
  public var metric: @Sendable (_ answer: String, _ example: TaskExample) -> Double

  public init(
    _ template: String, model: any ModelService, advisor: any LanguageModel, selection: [TaskExample],
    reporting: [TaskExample] = [], settings: ModelRequest = ModelRequest(asking: ""),
    prices: ModelPrices = ModelPrices(),
    metric: @escaping @Sendable (_ answer: String, _ example: TaskExample) -> Double = Self.exact
  ) {
    self.template = TextTemplate(template)
    self.model = model
    self.advisor = advisor
    self.selection = selection
    self.reporting = reporting
    self.settings = settings
    self.prices = prices
    self.metric = metric
  }

  /// 1 when the answer is the output, blanks around it and case apart.
  public static let exact: @Sendable (String, TaskExample) -> Double = { answer, example in
    answer.trimmed.lowercased() == example.output.trimmed.lowercased() ? 1 : 0
  }

  /// The problem of improving one text of the template.
  public func program(_ parameters: [WorkflowParameter], purpose: String = "") -> LanguageProgram {
    var program = LanguageProgram(
      parameters, purpose: purpose, guide: ["answer": "A language model reads the prompt and answers."],
      models: ["answer"], selectionCount: selection.count, reportingCount: reporting.count)
    program.examples = selection
    return program
  }

  public func run(
    _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    try await run(assignment, items.map { selection[$0.index] }, stream)
  }

  /// What comes of the places that are reported on.
  public func report(
    _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    try await run(assignment, items.map { reporting[$0.index] }, stream)
  }

  public func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
    try await advisor.complete(prompt, stream: stream)
  }

  /// What came of one place.
  private struct Place: Sendable {
    var index: Int
    var score: Double
    var answer: String
    var remark: String
    var cost = 0.0

    /// For finding the worst: what failed is below everything.
    var rank: Double { score.isNaN ? -.infinity : score }
  }

  /// All places at a time; the model limits how many are under way. A budget that is used up ends the run, any other failure is that
  /// of its place.
  private func run(
    _ assignment: Assignment, _ examples: [TaskExample], _ stream: RandomStream
  ) async throws -> WorkflowOutcome {
    let found = try await withThrowingTaskGroup(of: Place.self) { group in
      for (k, example) in examples.enumerated() {
        var random = stream.child("place", k)
        var request = settings
        request.content = .chat([.user(filled(assignment, example.input))])
        request.seed = Int(random.next() >> 33)
        group.addTask { [request] in try await place(k, example, request) }
      }
      return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.index < $1.index }
    }
    let worst = found.min { $0.rank < $1.rank }
    return WorkflowOutcome(
      scores: found.map(\.score), remarks: found.map(\.remark),
      stories: worst.map { [Self.story(assignment, examples[$0.index], $0)] } ?? [],
      cost: found.reduce(0) { $0 + $1.cost })
  }

  private func filled(_ assignment: Assignment, _ input: String) -> String {
    template.text(assignment.mapValues(\.description).merging(["input": input]) { _, own in own }, keepsUnknown: true)
  }

  private func place(
    _ index: Int, _ example: TaskExample, _ request: ModelRequest
  ) async throws(ModelFailure) -> Place {
    do throws(ModelFailure) {
      let reply = try await model.reply(to: request)
      let answer = reply.text.trimmed
      let score = metric(answer, example)
      let remark =
        score >= 1 ? "right" : "to \"\(example.input)\" it answered \"\(answer)\", wanted was \"\(example.output)\""
      return Place(index: index, score: score, answer: answer, remark: remark, cost: prices.cost(of: reply.usage))
    } catch {
      if error.endsRuns { throw error }
      return Place(index: index, score: .nan, answer: "", remark: "failed: \(error)")
    }
  }

  /// What happened on a place: the parameters and the input go to the model, which answers.
  private static func story(_ assignment: Assignment, _ example: TaskExample, _ place: Place) -> TraceStory {
    func line(
      _ name: String, _ inputs: [String], _ type: String, _ value: String, _ role: TraceStory.Role
    ) -> TraceStory.Line {
      TraceStory.Line(
        name: name, operation: role == .output ? "answer" : name, inputs: inputs, type: type, value: value, role: role,
        isError: role == .output && place.score.isNaN)
    }
    let parameters = assignment.sorted { $0.key < $1.key }.map { name, value in
      line(name, [], value.type, value.description, .parameter)
    }
    let answer = place.score.isNaN ? place.remark : place.answer
    return TraceStory(
      lines: parameters + [
        line("input", [], "str", example.input, .input),
        line("answer0", parameters.map(\.name) + ["input"], "str", answer, .output),
      ], feedback: place.remark)
  }
}
