// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusNumerics
public import GradusTrace

/// One run of a workflow that is being recorded: where it finds its parameters, and where its operations are written down.
public final class WorkflowTrace {
  public let recorder = Recorder()
  /// The place of data: from 0 those that are chosen by, −1, −2, … those that are reported on.
  public let place: Int
  /// For whatever is random in the run.
  public var stream: RandomStream
  /// What calls of language models were given and answered, in their order.
  public internal(set) var calls: [PredictorCall] = []
  /// What calls of language models have used.
  public private(set) var usage = TokenUsage()
  public private(set) var requests = 0
  private let assignment: Assignment
  private(set) var nodes: [String: Int] = [:]
  /// Why nothing more can be run: a budget is used up, or somebody has cancelled.
  private(set) var stop: ModelFailure?

  /// A run by itself, as a finished program is used.
  public init(_ assignment: Assignment, place: Int = 0, stream: RandomStream = RandomStream(seed: 0)) {
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

  /// A parameter that holds examples to show.
  public func demonstrations(_ name: String) throws(WorkflowError) -> Traced<[Demonstration]> {
    guard case .demonstrations(let all)? = assignment[name] else {
      throw WorkflowError("the workflow has no demonstrations '\(name)'")
    }
    return parameter(name, all)
  }

  /// The value of a parameter of any kind.
  public func value(_ name: String) throws(WorkflowError) -> Traced<ParameterValue> {
    guard let value = assignment[name] else { throw WorkflowError("the workflow has no parameter '\(name)'") }
    return parameter(name, value)
  }

  private func parameter<V: Sendable>(_ name: String, _ value: V) -> Traced<V> {
    if let node = nodes[name] { return Traced(id: node, recorder: recorder) }
    let traced = recorder.parameter(name, value)
    nodes[name] = traced.id
    return traced
  }

  /// Counts what a call of a language model has used.
  public func note(_ usage: TokenUsage) {
    self.usage = self.usage + usage
    requests += 1
  }

  /// Something that comes from outside and is not changed.
  public func input<V: Sendable>(_ name: String, _ value: V) -> Traced<V> { recorder.parameter(name, value) }

  /// An operation; what it throws is its value, and the failure of everything that uses it.
  public func call<V: Sendable>(_ operation: String, _ inputs: [Int], _ body: () throws -> V) -> Traced<V> {
    recorder.attempt(operation, inputs, nil, body)
  }

  /// An operation that waits, such as a call of a language model.
  public func call<V: Sendable>(
    _ operation: String, _ inputs: [Int], _ body: () async throws -> V
  ) async -> Traced<V> {
    await recorder.attempt(operation, inputs, nil) {
      do { return try await body() } catch let failure as ModelFailure {
        if failure.endsRuns { stop = failure }
        throw failure
      }
    }
  }
}
