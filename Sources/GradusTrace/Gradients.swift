// SPDX-License-Identifier: Apache-2.0

/// Reverse-mode differentiation by the pullbacks recorded with the operations; stops where there is none.
public struct Gradients<V: Feedback & Sendable>: DirectPropagator, Propagator {
  /// Gradients of type `V`.
  public init() {}

  public func pass(_ note: consuming V, back node: Int, of recorder: Recorder, to shares: inout Shares<V>) throws {
    let sent =
      if let pullback = recorder.rule(of: node) as? Pullback<V> {
        pullback.share(note)
      } else {
        try pass(note, back: node, in: recorder.trace)
      }
    guard sent.count == shares.count else {
      throw TraceError.wrongShares(
        operation: recorder.trace.operation(of: node), node: node, shares: sent.count, inputs: shares.count)
    }
    for (position, share) in sent.enumerated() {
      if let share { shares.send(share, to: position) }
    }
  }

  public func pass(_ note: V, back node: Int, in trace: Trace) throws -> [V?] {
    switch trace.rule(of: node) {
    case let pullback as Pullback<V>: pullback.share(note)
    case let segment as Segment<V>: try segment.shares(of: note, back: node, in: trace)
    default: [V?](repeating: nil, count: trace.inputCount(of: node))
    }
  }
}
