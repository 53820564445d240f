// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A place in the data that a method chooses by. What is reported is measured on other data, of another type.
public struct SelectionItem: Sendable, Codable, Hashable {
  public var index: Int
  public init(_ index: Int) { self.index = index }
}

/// A place in the data that nothing is chosen by.
public struct ReportingItem: Sendable, Codable, Hashable {
  public var index: Int
  package init(_ index: Int) { self.index = index }
}

/// A workflow whose texts, numbers and choices shall be improved.
public struct LanguageProgram: Sendable, Codable, Fingerprinted {
  public var parameters: [WorkflowParameter]
  /// What the workflow is for, as the advisor is told.
  public var purpose: String
  /// What operations do, by name.
  public var guide: [String: String]
  /// The operations that are calls of a language model: criticism does not pass them as it is.
  public var models: Set<String>
  /// What the workflow shall do, for methods that show examples; of the data to choose by.
  public var examples: [TaskExample] = []
  /// What the data say that calls should have answered, by the name of the demonstrations parameter, one for each place to choose by.
  public var labels: [String: [Demonstration]] = [:]
  /// How many places of data there are to choose by; 1 where the workflow has no data.
  public var selectionCount: Int
  /// How many places there are to report on; 0: none.
  public var reportingCount: Int

  public init(
    _ parameters: [WorkflowParameter], purpose: String = "", guide: [String: String] = [:], models: Set<String> = [],
    selectionCount: Int = 1, reportingCount: Int = 0
  ) {
    self.parameters = parameters
    self.purpose = purpose
    self.guide = guide
    self.models = models
    self.selectionCount = selectionCount
    self.reportingCount = reportingCount
  }

  /// Every parameter at its start.
  public var start: Assignment {
    var start: Assignment = [:]
    for parameter in parameters { start[parameter.name] = parameter.start }
    return start
  }

  /// All places to choose by.
  public var selection: [SelectionItem] { (0..<selectionCount).map(SelectionItem.init) }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    for parameter in parameters {
      print.mix("\(parameter.name)|\(parameter.domain)|\(parameter.start)|\(parameter.purpose)")
    }
    print.mix(purpose)
    for (name, text) in guide.sorted(by: { $0.key < $1.key }) { print.mix("\(name)|\(text)") }
    for name in models.sorted() { print.mix(name) }
    for example in examples { print.mix("\(example.input)|\(example.output)") }
    for (name, all) in labels.sorted(by: { $0.key < $1.key }) {
      print.mix(name)
      for one in all { print.mix(one.json.description) }
    }
    print.mix(selectionCount)
    print.mix(reportingCount)
    return print.value
  }
}

/// Runs a workflow, and knows somebody to ask for advice.
public protocol WorkflowOracle: Sendable {
  /// What comes of the workflow. A place that fails has the score NaN and a remark that says why; throws when nobody can run it.
  func run(_ assignment: Assignment, on items: [SelectionItem], stream: RandomStream) async throws -> WorkflowOutcome
  /// The same on data that nothing is chosen by.
  func report(_ assignment: Assignment, on items: [ReportingItem], stream: RandomStream) async throws -> WorkflowOutcome
  /// The advisor's answer.
  func advise(_ prompt: String, stream: RandomStream) async throws -> Completion
}

/// What comes of these values, or what does the advisor say?
public enum WorkflowTurn: Query, Codable {
  case run(Assignment, on: [SelectionItem], stream: RandomStream)
  case consult(String, stream: RandomStream)

  public enum Answer: Sendable, Codable {
    case outcome(WorkflowOutcome)
    case advice(Completion)
  }

  public static var needs: String { "a workflow to run, and a language model for advice" }

  public var kind: String {
    switch self {
    case .run: "execution"
    case .consult: "advice"
    }
  }

  public func cost(of answer: borrowing Answer) -> Double {
    switch copy answer {
    case .outcome(let outcome): outcome.cost
    case .advice(let completion): completion.cost
    }
  }

  public func put(to oracle: any WorkflowOracle) async throws -> Answer {
    switch self {
    case .run(let assignment, let items, let stream):
      .outcome(try await oracle.run(assignment, on: items, stream: stream))
    case .consult(let prompt, let stream): .advice(try await oracle.advise(prompt, stream: stream))
    }
  }
}

/// What comes of these values on data that nothing was chosen by? Only a problem's own check may ask.
struct ReportingRun: Query, Codable {
  var assignment: Assignment
  var items: [ReportingItem]
  var stream: RandomStream

  static var needs: String { "a workflow to run" }
  var kind: String { "execution" }
  func cost(of answer: borrowing WorkflowOutcome) -> Double { answer.cost }

  func put(to oracle: any WorkflowOracle) async throws -> WorkflowOutcome {
    try await oracle.report(assignment, on: items, stream: stream)
  }
}

extension LanguageProgram: Judged {
  public var judgingReserve: Int { reportingCount > 0 ? 2 : 0 }

  /// Runs the workflow as it began and as it is recommended on the data for reporting, and compares them place by place.
  public func judge(
    _ report: Report<Assignment>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    guard reportingCount > 0 else {
      return Verdict(
        outcome: .unproved, certificate: .none("no data was set aside: the score is that of the data it was chosen by"))
    }
    let items = (0..<reportingCount).map { ReportingItem($0) }
    // The same stream for both: what is random is random alike.
    let stream = RandomStream(seed: fingerprint).child("report")
    guard
      let before = try await inquiry.ask(ReportingRun(assignment: start, items: items, stream: stream)),
      let after = try await inquiry.ask(ReportingRun(assignment: report.point, items: items, stream: stream))
    else { return Verdict(outcome: .unproved, certificate: .none("the data for reporting could not be run")) }
    var certificate = Certificate(.sampled)
    certificate.pointChecked = true
    let gain = PairedGain(before.scores, after.scores)
    certificate.note = gain.description
    return Verdict(outcome: .unproved, certificate: certificate, objective: -after.score)
  }
}
