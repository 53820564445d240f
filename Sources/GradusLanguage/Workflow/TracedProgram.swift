// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics
public import GradusTrace

/// One run of a workflow that is being recorded: where it finds its parameters, and where its operations are written down.
public final class WorkflowTrace {
  public let recorder = Recorder()
  /// The place of data: from 0 those that are chosen by, −1, −2, … those that are reported on.
  public let place: Int
  /// For whatever is random in the run.
  public var stream: RandomStream
  private let assignment: Assignment
  private(set) var nodes: [String: Int] = [:]

  init(_ assignment: Assignment, place: Int, stream: RandomStream) {
    self.assignment = assignment
    self.place = place
    self.stream = stream
  }

  /// A parameter that holds a text.
  public func text(_ name: String) throws(WorkflowError) -> Traced<String> {
    guard let text = assignment[name]?.text else { throw WorkflowError("the workflow has no text '\(name)'") }
    return parameter(name, text)
  }

  /// A parameter that holds a number.
  public func number(_ name: String) throws(WorkflowError) -> Traced<Double> {
    guard let number = assignment[name]?.double else { throw WorkflowError("the workflow has no number '\(name)'") }
    return parameter(name, number)
  }

  private func parameter<V: Sendable>(_ name: String, _ value: V) -> Traced<V> {
    if let node = nodes[name] { return Traced(id: node, recorder: recorder) }
    let traced = recorder.parameter(name, value)
    nodes[name] = traced.id
    return traced
  }

  /// Something that comes from outside and is not changed.
  public func input<V: Sendable>(_ name: String, _ value: V) -> Traced<V> { recorder.parameter(name, value) }

  /// An operation; what it throws is its value, and the failure of everything that uses it.
  public func call<V: Sendable>(_ operation: String, _ inputs: [Int], _ body: () throws -> V) -> Traced<V> {
    recorder.attempt(operation, inputs, nil, body)
  }
}

/// A workflow as a function of a recorded run, beside an advisor.
public struct TracedProgram: WorkflowOracle {
  /// What came of one place.
  public struct Result: Sendable {
    /// The node whose value is judged.
    public var output: Int
    /// The higher the better.
    public var score: Double
    public var remark: String

    public init(output: Int, score: Double, remark: String) {
      self.output = output
      self.score = score
      self.remark = remark
    }
  }

  public var advisor: any LanguageModel
  /// How many places are told of, the worst first.
  public var stories: Int
  private let body: @Sendable (WorkflowTrace) throws -> Result

  /// A workflow from its body, which runs one place at a time and says what came of it; what it throws is the failure of that place.
  public init(
    advisor: any LanguageModel, stories: Int = 1, _ body: @escaping @Sendable (WorkflowTrace) throws -> Result
  ) {
    self.advisor = advisor
    self.stories = max(1, stories)
    self.body = body
  }

  public func run(
    _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    run(assignment, items.map(\.index), stream)
  }

  /// What comes of the places that are reported on.
  public func report(
    _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    run(assignment, items.map { -1 - $0.index }, stream)
  }

  public func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
    try await advisor.complete(prompt, stream: stream)
  }

  private func run(_ assignment: Assignment, _ places: [Int], _ stream: RandomStream) -> WorkflowOutcome {
    var outcome = WorkflowOutcome(scores: [])
    var told: [(rank: Double, story: TraceStory)] = []
    for (k, place) in places.enumerated() {
      let trace = WorkflowTrace(assignment, place: place, stream: stream.child("place", k))
      var (score, remark) = (Double.nan, "")
      var output: Int?
      do {
        let result = try body(trace)
        (score, remark, output) = (result.score, result.remark, result.output)
      } catch { remark = "the workflow failed: \(error)" }
      // A run that broke off is about the last thing that happened.
      if output == nil, trace.recorder.trace.count > 0 { output = trace.recorder.trace.count - 1 }
      outcome.scores.append(score)
      outcome.remarks.append(remark)
      guard let output else { continue }
      let rank = score.isNaN ? -.infinity : score
      // Of equals the first; more than are told are not made.
      guard told.count < stories || told.contains(where: { rank < $0.rank }) else { continue }
      let story = TraceStory(
        trace.recorder.trace, from: output, parameters: Set(trace.nodes.values), feedback: remark)
      told.insert((rank, story), at: told.firstIndex { rank < $0.rank } ?? told.count)
      if told.count > stories { told.removeLast() }
    }
    outcome.stories = told.map(\.story)
    return outcome
  }
}
