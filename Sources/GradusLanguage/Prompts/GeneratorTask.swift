// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Something that a share of the generated rows shall satisfy: a marginal of an attribute, or a rule that all rows keep to.
public struct RowRule: Sendable {
  /// What is wanted, in words.
  public var name: String
  /// The parameter that it concerns; empty: none alone.
  public var parameter: String
  /// The share of the rows for which it shall hold.
  public var wanted: Double
  public var holds: @Sendable (_ row: JSONValue) -> Bool

  public init(
    _ name: String, parameter: String = "", wanted: Double = 1, holds: @escaping @Sendable (_ row: JSONValue) -> Bool
  ) {
    self.name = name
    self.parameter = parameter
    self.wanted = wanted
    self.holds = holds
  }

  /// The share of the rows whose attribute has a value.
  public static func share(_ attribute: String, _ value: String, _ wanted: Double, parameter: String = "") -> RowRule {
    RowRule("\(attribute) is \(value)", parameter: parameter, wanted: wanted) { $0[attribute]?.text == value }
  }
}

/// A language model that writes rows of data, and what the rows shall be like; there are no real rows.
///
///     e_j = (rows for which rule j holds)/(rows asked for) − wantedⱼ,     score of place j: 1 − |e_j|,   remark: e_j with its sign
///
/// The places of data are the rules; each run samples `rows` anew. What is no JSON object is a row for which no rule holds – also not
/// `RowRule("readable") { _ in true }`. A failure of the service is such a row; a budget that is used up ends the run.
public struct GeneratorTask: WorkflowOracle {
  /// With `{name}` for parameters and `{input}` for the number of the row.
  public var template: TextTemplate
  public var model: any ModelService
  public var advisor: any LanguageModel
  public var rules: [RowRule]
  public var rows = 100
  /// Limits and temperature of the calls; the content is replaced.
  public var settings = ModelRequest(asking: "")
  public var prices = ModelPrices()

  public init(_ template: String, model: any ModelService, advisor: any LanguageModel, rules: [RowRule]) {
    self.template = TextTemplate(template)
    self.model = model
    self.advisor = advisor
    self.rules = rules
  }

  /// The problem of bringing the rows nearer to the rules.
  public func program(_ parameters: [WorkflowParameter], purpose: String = "") -> LanguageProgram {
    LanguageProgram(
      parameters, purpose: purpose, guide: ["row": "A language model reads the prompt and writes one row."],
      models: ["row"], selectionCount: rules.count)
  }

  public func run(
    _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    try await run(assignment, items.map { rules[$0.index] }, stream)
  }

  /// Rules have no second set: the same rules on fresh rows.
  public func report(
    _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    try await run(assignment, items.map { rules[$0.index] }, stream)
  }

  public func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
    try await advisor.complete(prompt, stream: stream)
  }

  private func run(
    _ assignment: Assignment, _ rules: [RowRule], _ stream: RandomStream
  ) async throws -> WorkflowOutcome {
    let (sample, cost) = try await sample(assignment, stream)
    let deviations = rules.map { rule in
      let share = Double(sample.count { rule.holds($0) }) / Double(max(1, rows))
      return RuleDeviation(rule.name, parameter: rule.parameter, value: share - rule.wanted)
    }
    return WorkflowOutcome(
      scores: deviations.map { 1 - abs($0.value) }, remarks: deviations.map(\.remark), cost: cost)
  }

  /// Rows that could be read, in order, and what they cost.
  public func sample(_ assignment: Assignment, _ stream: RandomStream) async throws -> (rows: [JSONValue], cost: Double)
  {
    let values = assignment.mapValues(\.description)
    let found = try await withThrowingTaskGroup(of: (Int, JSONValue?, Double).self) { group in
      for k in 0..<max(0, rows) {
        var random = stream.child("row", k)
        var request = settings
        let prompt = template.text(values.merging(["input": "\(k + 1)"]) { _, own in own }, keepsUnknown: true)
        request.content = .chat([.user(prompt)])
        request.seed = Int(random.next() >> 33)
        group.addTask { [request] in
          let (row, cost) = try await self.row(request)
          return (k, row, cost)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
    }
    return (found.compactMap(\.1), found.reduce(0) { $0 + $1.2 })
  }

  private func row(_ request: ModelRequest) async throws(ModelFailure) -> (JSONValue?, Double) {
    do throws(ModelFailure) {
      let reply = try await model.reply(to: request)
      return (JSONFinder.object(in: reply.text), prices.cost(of: reply.usage))
    } catch {
      if error.endsRuns { throw error }
      return (nil, 0)
    }
  }
}
