// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A request to stop, raised from outside: a signal handler, a button, another task.
///
/// It is a stopping rule, so the run ends between two answers; an oracle that works long listens to it too.
public final class Interruption: StoppingRule, Sendable {
  private struct State {
    var reason: String?
    var listeners: [@Sendable () -> Void] = []
  }
  private let state = Mutex(State())

  public init() {}

  /// Asks for a stop. The first reason counts; later calls change nothing.
  public func raise(_ reason: String = "interrupted") {
    let listeners = state.withLock { state -> [@Sendable () -> Void] in
      guard state.reason == nil else { return [] }
      state.reason = reason
      defer { state.listeners = [] }
      return state.listeners
    }
    for listener in listeners { listener() }
  }

  public var isRaised: Bool { state.withLock { $0.reason != nil } }

  /// Calls `listener` once when the stop is asked for; at once when it already was.
  public func onRaise(_ listener: @escaping @Sendable () -> Void) {
    let raised = state.withLock { state -> Bool in
      if state.reason == nil { state.listeners.append(listener) }
      return state.reason != nil
    }
    if raised { listener() }
  }

  /// Stops once the request was raised.
  public func verdict(_ progress: RunProgress) -> StopReason? {
    state.withLock { $0.reason }.map { StopReason(.interrupt, $0) }
  }
}
