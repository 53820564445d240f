// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNative
import Synchronization
import Testing

@Suite struct BlockingExecutorTests {
  private struct Refusal: Error, Equatable {}

  @Test func resultsAndErrorsComeBack() async throws {
    let executor = BlockingExecutor()
    #expect(await executor.run { 6 * 7 } == 42)
    await #expect(throws: Refusal()) { try await executor.run { () throws(Refusal) -> Int in throw Refusal() } }
  }

  /// More blocked calls than there are cores, each waiting for all others, and the pool still answers.
  @Test(.timeLimit(.minutes(10)))
  func blockedCallsDoNotOccupyThePool() async throws {
    let executor = BlockingExecutor()
    let count = 4 * ProcessInfo.processInfo.activeProcessorCount
    let arrived = Shared(0)
    let released = Shared(false)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<count {
        group.addTask {
          await executor.run {
            arrived.withLock { $0 += 1 }
            while !released.withLock({ $0 }) { usleep(1000) }
          }
        }
      }
      group.addTask {
        while arrived.withLock({ $0 }) < count { await Task.yield() }
        released.withLock { $0 = true }
      }
    }
    #expect(arrived.withLock { $0 } == count)
  }

  @Test(.timeLimit(.minutes(10)))
  func cancellingTheTaskReachesTheCall() async {
    let executor = BlockingExecutor()
    let stop = Shared(false)
    let began = Shared(false)
    let rounds = await withTaskGroup(of: Int.self) { group in
      group.addTask {
        await executor.run(onCancel: { stop.withLock { $0 = true } }) {
          began.withLock { $0 = true }
          var rounds = 0
          while !stop.withLock({ $0 }) {
            rounds += 1
            usleep(1000)
          }
          return rounds
        }
      }
      while !began.withLock({ $0 }) { await Task.yield() }
      group.cancelAll()
      return await group.next()
    }
    #expect((rounds ?? -1) >= 0)
  }

  @Test func workBeyondTheLimitWaitsItsTurn() async {
    let executor = BlockingExecutor(threadLimit: 2)
    let busy = Shared((now: 0, most: 0))
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          await executor.run {
            busy.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            usleep(2000)
            busy.withLock { $0.now -= 1 }
          }
        }
      }
    }
    #expect(busy.withLock { $0.now } == 0)
    #expect(busy.withLock { $0.most } <= 2)
  }

  @Test func theCallerContinuesElsewhere() async {
    let executor = BlockingExecutor()
    let inside = await executor.run { threadIdentity() }
    let outside = await withTaskGroup(of: Int.self) { group in
      group.addTask { threadIdentity() }
      return await group.next()
    }
    #expect(inside != outside)
  }
}

private func threadIdentity() -> Int { pthread_self().hashValue }

/// A value behind a lock that several tasks may hold.
private final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>
  init(_ value: Value) { self.value = Mutex(value) }
  func withLock<R: Sendable>(_ body: (inout Value) -> R) -> R { value.withLock { body(&$0) } }
}
