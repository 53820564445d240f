// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import Synchronization

/// A service whose requests name a model of the server, and that are broken off when somebody asks for a stop: a local model may
/// write for minutes.
public struct NamedModel: ModelService {
  public var base: any ModelService
  /// The server's name of the model, for requests that name none; empty: its only one.
  public var model: String
  private let running: RunningRequests

  public init(_ base: any ModelService, model: String = "", interruption: Interruption? = nil) {
    self.base = base
    self.model = model
    running = RunningRequests(interruption)
  }

  public var name: String { base.name }
  public var abilities: ModelAbilities { base.abilities }

  public func reply(to request: ModelRequest, hearing listener: ModelListener?) async throws(ModelFailure) -> ModelReply
  {
    guard !running.isStopped else { throw .cancelled }
    var request = request
    if request.model.isEmpty { request.model = model }
    let (base, named) = (base, request)
    let task = Task { try await base.reply(to: named, hearing: listener) }
    let number = running.add(task)
    defer { running.remove(number) }
    switch await withTaskCancellationHandler(operation: { await task.result }, onCancel: { task.cancel() }) {
    case .success(let reply): return reply
    case .failure(let failure as ModelFailure): throw failure
    case .failure: throw .cancelled
    }
  }
}

/// The requests that a stop breaks off.
private final class RunningRequests: Sendable {
  private struct State {
    var tasks: [Int: Task<ModelReply, any Error>] = [:]
    var next = 0
    var isStopped = false
  }
  private let state = Mutex(State())

  init(_ interruption: Interruption?) { interruption?.onRaise { [weak self] in self?.stop() } }

  /// Cancels the task at once where the stop was asked for already.
  func add(_ task: Task<ModelReply, any Error>) -> Int {
    let (number, isStopped) = state.withLock { state in
      state.next += 1
      state.tasks[state.next] = task
      return (state.next, state.isStopped)
    }
    if isStopped { task.cancel() }
    return number
  }

  var isStopped: Bool { state.withLock { $0.isStopped } }

  func remove(_ number: Int) { state.withLock { _ = $0.tasks.removeValue(forKey: number) } }

  private func stop() {
    let tasks = state.withLock { state in
      state.isStopped = true
      return Array(state.tasks.values)
    }
    for task in tasks { task.cancel() }
  }
}
