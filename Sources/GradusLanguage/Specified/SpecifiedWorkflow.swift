// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNative
public import GradusNumerics
import GradusTrace

/// A workflow that is written down: steps one after the other on rows of data, a metric, limits.
///
/// In templates `{NAME}` is a field of the row, a parameter, or the output of an earlier step. Rows that are chosen by and rows that are
/// reported on are different lists.
public struct SpecifiedWorkflow: WorkflowOracle {
  /// What may be measured of a run, a place on average.
  public enum Measure: String, Sendable, CaseIterable { case cost, latency, tokens, calls }

  /// A measure that shall stay at or below a limit.
  public struct Limit: Sendable, Hashable {
    public var measure: Measure
    public var bound: Double

    public init(_ measure: Measure, _ bound: Double) {
      self.measure = measure
      self.bound = bound
    }
  }

  public var steps: [WorkflowStep]
  /// The value that is judged; nil: that of the last step.
  public var output: TextTemplate?
  public var metric: WorkflowMetric
  public var limits: [Limit] = []
  /// Runs of each place; a place counts with its worst run, so that what is right by chance is not right.
  public var repeats = 1
  public var selection: [[String: String]]
  public var reporting: [[String: String]]
  public var model: any ModelService
  public var judge: any ModelService
  public var advisor: any LanguageModel
  public var prices: ModelPrices
  /// Places at a time.
  public var width = 1
  let runner: StepRunner
  private let programs: [String: LineProgram]

  public init(
    steps: [WorkflowStep], metric: WorkflowMetric, selection: [[String: String]], reporting: [[String: String]],
    model: any ModelService, advisor: any LanguageModel, prices: ModelPrices = ModelPrices(), client: HTTPClient? = nil
  ) {
    self.steps = steps
    self.metric = metric
    self.selection = selection
    self.reporting = reporting
    self.model = model
    judge = model
    self.advisor = advisor
    self.prices = prices
    runner = StepRunner(client: client)
    var programs: [String: LineProgram] = [:]
    for step in steps {
      if case .program(let words, _) = step.action { programs[step.name] = LineProgram(words) }
    }
    self.programs = programs
  }

  // MARK: As an oracle

  public func run(
    _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    let numbers = items.map(\.index)
    return try await outcome(assignment, numbers, traced(numbers.map { selection[$0] }, numbers), stream)
  }

  /// What comes of the places that are reported on.
  public func report(
    _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    let numbers = items.map { -1 - $0.index }
    return try await outcome(assignment, numbers, traced(items.map { reporting[$0.index] }, numbers), stream)
  }

  public func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
    try await advisor.complete(prompt, stream: stream)
  }

  /// The workflow on rows that have these numbers.
  private func traced(_ rows: [[String: String]], _ numbers: [Int]) -> TracedProgram {
    let known = Dictionary(zip(numbers, rows)) { first, _ in first }
    var traced = TracedProgram(advisor: advisor, stories: 3, width: width) { trace in
      try await place(known[trace.place] ?? [:], trace)
    }
    traced.isTimed = limits.contains { $0.measure == .latency }
    return traced
  }

  private func outcome(
    _ assignment: Assignment, _ numbers: [Int], _ traced: TracedProgram, _ stream: RandomStream
  ) async throws -> WorkflowOutcome {
    var all: [WorkflowOutcome] = []
    for turn in 0..<max(1, repeats) {
      let random = repeats > 1 ? stream.child("repeat", turn) : stream
      all.append(try await traced.outcome(assignment, numbers, random))
    }
    return limited(all, Double(max(1, numbers.count * all.count)))
  }

  /// Each place with its worst run, and how far limits were overrun.
  private func limited(_ all: [WorkflowOutcome], _ count: Double) -> WorkflowOutcome {
    var outcome = all.dropFirst().reduce(all[0]) { $0.worst($1) }
    outcome.cost = prices.cost(of: outcome.usage)
    outcome.violation = limits.reduce(0) { sum, limit in
      let value =
        switch limit.measure {
        case .cost: outcome.cost / count
        case .latency: outcome.seconds / count
        case .tokens: Double(outcome.usage.total) / count
        case .calls: Double(outcome.requests) / count
        }
      return sum + max(0, value / max(limit.bound, .leastNormalMagnitude) - 1)
    }
    return outcome
  }

  // MARK: One place

  private func place(_ row: [String: String], _ trace: WorkflowTrace) async throws -> TracedProgram.Result {
    var values: [String: Traced<String>] = [:]
    for (name, text) in row.sorted(by: { $0.key < $1.key }) { values[name] = trace.input(name, text) }
    var last: Traced<String>?
    for step in steps {
      let value = try await carriedOut(step, &values, trace)
      values[step.name] = value
      last = value
    }
    guard var judged = last else { throw WorkflowError("the workflow has no steps") }
    if let output {
      let (inputs, texts) = try named(output, values, trace)
      judged = trace.call("output", inputs) { output.text(try texts()) }
    }
    let said = try judged.value
    var texts = try values.mapValues { try $0.value }
    texts["output"] = said
    let (score, remark) = try await scored(texts, trace)
    return TracedProgram.Result(output: judged.id, score: score, remark: remark)
  }

  /// The nodes that a template names, and their texts when they are needed.
  private func named(
    _ template: TextTemplate, _ values: [String: Traced<String>], _ trace: WorkflowTrace
  ) throws(WorkflowError) -> (nodes: [Int], texts: () throws -> [String: String]) {
    var nodes: [Int] = []
    var given: [String: Traced<String>] = [:]
    var parameters: [String: Traced<ParameterValue>] = [:]
    for name in template.names {
      if let value = values[name] {
        given[name] = value
        nodes.append(value.id)
      } else {
        let value = try trace.value(name)
        parameters[name] = value
        nodes.append(value.id)
      }
    }
    return (
      nodes,
      {
        var texts = try given.mapValues { try $0.value }
        for (name, value) in parameters { texts[name] = try value.value.description }
        return texts
      }
    )
  }

  private func carriedOut(
    _ step: WorkflowStep, _ values: inout [String: Traced<String>], _ trace: WorkflowTrace
  ) async throws -> Traced<String> {
    if case .predictor(let predictor, let fields) = step.action {
      var inputs: [(name: String, value: Traced<String>)] = []
      for (field, template) in fields {
        let (nodes, texts) = try named(template, values, trace)
        // A single value is taken as it is.
        if template.description == "{\(template.names.first ?? "")}", let value = values[template.names[0]] {
          inputs.append((field, value))
        } else {
          inputs.append((field, trace.call(field, nodes) { template.text(try texts()) }))
        }
      }
      let answer = try await predictor.predict(inputs, in: trace, asking: model)
      for field in predictor.signature.outputs.dropLast() {
        values["\(step.name).\(field.name)"] = answer.text(field.name, in: trace)
      }
      let main = predictor.signature.outputs[predictor.signature.outputs.count - 1].name
      let text = answer.text(main, in: trace)
      values["\(step.name).\(main)"] = text
      return text
    }
    var nodes: [Int] = []
    var all: [() throws -> [String: String]] = []
    for template in step.templates {
      let (inputs, texts) = try named(template, values, trace)
      nodes += inputs.filter { !nodes.contains($0) }
      all.append(texts)
    }
    let texts = { try all.reduce(into: [String: String]()) { $0.merge(try $1()) { old, _ in old } } }
    var random = trace.stream.child("step", trace.recorder.trace.count)
    let seed = Int(random.next() >> 33)
    return await trace.call(step.name, nodes) { try await result(step, try texts(), seed, trace) }
  }

  private func result(
    _ step: WorkflowStep, _ texts: [String: String], _ seed: Int, _ trace: WorkflowTrace
  ) async throws -> String {
    switch step.action {
    case .prompt(let template, let settings):
      var request = ModelRequest(.chat([.user(template.text(texts))]), seed: seed)
      request.temperature = try settings.temperature.map { try Self.number($0.text(texts), "temperature", of: step) }
      request.maxTokens = try settings.maxTokens.map { Int(try Self.number($0.text(texts), "max-tokens", of: step)) }
      request.stop = settings.stop
      let reply = try await model.reply(to: request)
      trace.note(reply.usage)
      return reply.text.trimmed
    case .command(let words, let input):
      return try await runner.command(words.map { $0.text(texts) }, input: input?.text(texts), timeout: step.timeout)
    case .http(let url, let body):
      return try await runner.http(url.text(texts), body: body?.text(texts), timeout: step.timeout)
    case .program(_, let input):
      guard let program = programs[step.name] else { throw WorkflowError("the step '\(step.name)' has no program") }
      return try await program.ask(input.text(texts), timeout: step.timeout)
    case .predictor: throw WorkflowError("a predictor is asked elsewhere")
    }
  }

  private static func number(_ text: String, _ name: String, of step: WorkflowStep) throws(WorkflowError) -> Double {
    guard let number = Double(text), number.isFinite, number >= 0, number < 1e9 else {
      throw WorkflowError(
        "\(name) of the step '\(step.name)' is '\(ModelFailure.plain(text))', which is no number from 0")
    }
    return number
  }

  // MARK: Scores

  private func scored(
    _ texts: [String: String], _ trace: WorkflowTrace
  ) async throws -> (score: Double, remark: String) {
    var (score, remark) = (Double.nan, metric.remark?.text(texts) ?? usualRemark(texts))
    switch metric.form {
    case .expression(let code, let names, _): score = try WorkflowMetric.evaluate(code, names, texts)
    case .command(let words, let input):
      let said = try await runner.command(
        words.map { $0.text(texts) }, input: input?.text(texts), timeout: metric.timeout)
      if let number = Double(said) {
        score = number
      } else if let value = try? JSONValue(parsing: Array(said.utf8)), let number = value["score"]?.double {
        score = number
        if let told = value["remark"]?.text { remark = told }
      } else {
        throw WorkflowError("the metric printed '\(ModelFailure.plain(said))', which is no score")
      }
    case .judge(let template, let scale):
      var random = trace.stream.child("judge")
      let request = ModelRequest(.chat([.user(template.text(texts))]), temperature: 0, seed: Int(random.next() >> 33))
      let reply = try await judge.reply(to: request)
      trace.note(reply.usage)
      guard let number = FieldType.number(in: reply.text) else {
        throw WorkflowError("the judge gave no number: '\(ModelFailure.plain(reply.text))'")
      }
      score = min(1, max(0, number / scale))
      remark += "\nThe judge said: \(ModelFailure.plain(reply.text))"
    }
    guard score.isFinite else { throw WorkflowError("the metric gave \(score)") }
    return (score, "\(remark)\nscore: \(score)")
  }

  private func usualRemark(_ texts: [String: String]) -> String {
    let output = "the output was \"\(texts["output"] ?? "")\""
    guard let target = texts["target"] ?? texts["answer"] ?? texts["label"] else { return output }
    return "\(output), wanted was \"\(target)\""
  }
}
