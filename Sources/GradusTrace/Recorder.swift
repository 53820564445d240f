// SPDX-License-Identifier: Apache-2.0

/// Records one execution, append-only; belongs to one task. There is no ambient recorder.
///
/// Cost: below 0.3 µs a node; no allocation once the arrays have grown to the length of the execution and values are
/// class instances or fit three words.
public final class Recorder {
  /// What was recorded so far.
  public private(set) var trace = Trace()
  private var hooks: [@Sendable (Trace, Int) -> Void] = []
  private var scratch: [Int32] = []

  /// An empty recorder.
  public init() {}

  /// A value that comes from outside: a weight, a datum, a prompt.
  public func parameter<V: Sendable>(_ name: String, _ value: V) -> Traced<V> {
    Traced(id: append(name, inputs: [], value: value, rule: nil), recorder: self)
  }

  /// An operation that was carried out. Feedback of type `V` passes it by `pullback`; without one it stops there.
  public func record<V: Sendable>(
    _ operation: String, _ inputs: [Int], _ value: V, _ pullback: Pullback<V>? = nil
  ) -> Traced<V> {
    scratch.removeAll(keepingCapacity: true)
    for input in inputs { scratch.append(Int32(input)) }
    return Traced(id: append(operation, inputs: scratch, value: value, rule: pullback), recorder: self)
  }

  /// Carries out `body` and records its value, or, when it throws, the error: feedback can be given to errors too.
  ///
  /// When an input already holds an error, `body` is not called and the node passes that first error on.
  public func attempt<V: Sendable>(
    _ operation: String, _ inputs: [Int], _ pullback: Pullback<V>? = nil, _ body: () throws -> V
  ) -> Traced<V> {
    if let failure = failure(of: inputs) { return Traced(id: fail(operation, inputs, failure), recorder: self) }
    do { return record(operation, inputs, try body(), pullback) } catch { return fail(operation, inputs, error) }
  }

  /// The same for an operation that waits, as for an answer of a server.
  public func attempt<V: Sendable>(
    _ operation: String, _ inputs: [Int], _ pullback: Pullback<V>? = nil, _ body: () async throws -> V
  ) async -> Traced<V> {
    if let failure = failure(of: inputs) { return Traced(id: fail(operation, inputs, failure), recorder: self) }
    do { return record(operation, inputs, try await body(), pullback) } catch { return fail(operation, inputs, error) }
  }

  private func failure(of inputs: [Int]) -> FailedValue? {
    for input in inputs {
      if let failure = trace.value(of: input) as? FailedValue { return failure }
    }
    return nil
  }

  /// Records that `operation` failed because of `cause`.
  public func fail<V: Sendable>(_ operation: String, _ inputs: [Int], _ cause: any Error) -> Traced<V> {
    let failure = FailedValue(operation: operation, node: trace.count, cause: cause)
    return Traced(id: fail(operation, inputs, failure), recorder: self)
  }

  private func fail(_ operation: String, _ inputs: [Int], _ failure: FailedValue) -> Int {
    append(operation, inputs: inputs.map(Int32.init), value: failure, rule: nil)
  }

  /// The same value, which feedback of numbers does not pass.
  public func stop<V: Sendable>(_ input: Traced<V>) -> Traced<V> {
    attempt("stopGradient", [input.id]) { try input.value }
  }

  /// Calls `hook` after every recorded node, with the trace and the node's number.
  ///
  /// For watching activations, timing and check modes. Costs nothing when there is none.
  public func onRecord(_ hook: @escaping @Sendable (Trace, Int) -> Void) { hooks.append(hook) }

  /// Forgets everything recorded from node `count` on; the memory stays for the next execution.
  public func reset(to count: Int = 0) { trace.truncate(to: count) }

  package func append(
    _ operation: String, inputs: [Int32], value: consuming (any Sendable)?, rule: consuming (any Sendable)?
  ) -> Int {
    let node = trace.append(operation, inputs: inputs, value: value, rule: rule)
    if !hooks.isEmpty { for hook in hooks { hook(trace, node) } }
    return node
  }

  /// Puts another value into a node, or frees it.
  package func setValue(_ value: consuming (any Sendable)?, of node: Int) { trace.setValue(value, of: node) }

  package func takeValue(of node: Int) -> (any Sendable)? { trace.takeValue(of: node) }

  package func attach(_ rule: consuming any Sendable, to node: Int) { trace.setRule(rule, of: node) }

  package func dropRule(of node: Int) { trace.dropRule(of: node) }

  package func rule(of node: Int) -> (any Sendable)? { trace.rule(of: node) }

  package func value(of node: Int) -> (any Sendable)? { trace.value(of: node) }
}

/// A recorded value: where it is, not what it is, so that holding one keeps no memory alive.
public struct Traced<V: Sendable> {
  /// The number of its node.
  public let id: Int
  /// Where it was recorded.
  public let recorder: Recorder

  /// The value at node `id` of `recorder`.
  public init(id: Int, recorder: Recorder) {
    self.id = id
    self.recorder = recorder
  }

  /// The value; throws when its operation failed or its memory was freed.
  public var value: V {
    get throws(TraceError) { try recorder.trace.value(of: id) }
  }
}
