// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Lets at most so many requests through at a time; others wait in their order.
public final class LimitedModel: ModelService {
  private struct State {
    var open = 0
    var next = 0
    var waiting: [(number: Int, go: CheckedContinuation<Bool, Never>)] = []
    /// Cancelled before they began to wait.
    var gone: Set<Int> = []
  }

  public let base: any ModelService
  public let places: Int
  private let state = Mutex(State())

  public init(_ base: any ModelService, places: Int) {
    self.base = base
    self.places = max(1, places)
  }

  public var name: String { base.name }
  public var abilities: ModelAbilities { base.abilities }

  public func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    try await enter()
    defer { leave() }
    return try await base.reply(to: request, hearing: listener)
  }

  private func enter() async throws(ModelFailure) {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    let isIn = await withTaskCancellationHandler {
      await withCheckedContinuation { go in
        let now: Bool? = state.withLock { state in
          if state.gone.remove(number) != nil { return false }
          if state.open < places {
            state.open += 1
            return true
          }
          state.waiting.append((number, go))
          return nil
        }
        if let now { go.resume(returning: now) }
      }
    } onCancel: {
      let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
        if let k = state.waiting.firstIndex(where: { $0.number == number }) { return state.waiting.remove(at: k).go }
        state.gone.insert(number)
        return nil
      }
      waiter?.resume(returning: false)
    }
    guard isIn else { throw .cancelled }
    // A cancellation after the entrance has left its mark.
    state.withLock { _ = $0.gone.remove(number) }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      if state.waiting.isEmpty {
        state.open -= 1
        return nil
      }
      return state.waiting.removeFirst().go
    }
    next?.resume(returning: true)
  }
}
