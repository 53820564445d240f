// SPDX-License-Identifier: Apache-2.0

/// A stretch of an execution of which only the inputs and the output are kept; what lies between is recorded a second
/// time when the walk back arrives.
///
/// With a segment for every √n of n operations, memory falls to O(√n) for one more execution. Source: Griewank and
/// Walther, *Evaluating Derivatives*, 2nd ed., chapter 12.
public struct Segment<V: Feedback & Sendable>: Sendable {
  let body: @Sendable ([Traced<V>]) -> Traced<V>

  /// The cotangents of the inputs, from a second recording of the body.
  func shares(of note: V, back node: Int, in trace: Trace) throws -> [V?] {
    let inner = Recorder()
    var inputs: [Traced<V>] = []
    for position in 0..<trace.inputCount(of: node) {
      let input = trace.input(position, of: node)
      let value: V = try trace.value(of: input)
      inputs.append(inner.parameter(trace.operation(of: input), value))
    }
    let output = body(inputs)
    let heard = try inner.propagate([(output.id, note)], by: Gradients<V>(), consuming: true)
    return inputs.map { heard[$0] }
  }
}

extension Recorder {
  /// Carries out `body` on `inputs` and keeps its output alone.
  ///
  /// `body` must depend on nothing but its arguments, which it receives in a recorder of their own: it is carried out again
  /// on the way back and has to do the same.
  public func segment<V: Feedback & Sendable>(
    _ name: String, _ inputs: [Traced<V>], _ body: @escaping @Sendable ([Traced<V>]) -> Traced<V>
  ) -> Traced<V> {
    let ids = inputs.map(\.id)
    let output: Traced<V> = attempt(name, ids) {
      let inner = Recorder()
      var copies: [Traced<V>] = []
      for input in inputs { copies.append(inner.parameter(trace.operation(of: input.id), try input.value)) }
      return try body(copies).value
    }
    if !(trace.value(of: output.id) is FailedValue) { attach(Segment(body: body), to: output.id) }
    return output
  }
}
