// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import Synchronization

/// What goes wrong with one answer.
enum Fault: Sendable, Hashable, CustomStringConvertible {
  /// Every number of the answer is this one.
  case number(Double)
  /// Every number of the answer is multiplied by this.
  case scaled(Double)
  /// The oracle throws.
  case failure

  var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .scaled(let factor): "a multiple by \(factor)"
    case .failure: "an error"
    }
  }
}

/// The error that a fault throws.
struct PlannedFailure: Error, CustomStringConvertible {
  var description: String { "a planned failure of the oracle" }
}

/// Hears what an oracle is asked: counts, remembers points, spoils chosen answers. Safe from any thread.
final class Listener: Sendable {
  struct Log {
    var count = 0
    var points: [Vector] = []
  }
  private let log = Mutex(Log())
  private let script: @Sendable (_ number: Int) -> Fault?
  /// Answers are given at once where the oracle can.
  let immediate: Bool
  /// Awaited answers arrive in an order of their own.
  let shuffling: Bool

  init(
    immediate: Bool = false, shuffling: Bool = false,
    script: @escaping @Sendable (_ number: Int) -> Fault? = { _ in nil }
  ) {
    self.immediate = immediate
    self.shuffling = shuffling
    self.script = script
  }

  var count: Int { log.withLock { $0.count } }
  var points: [Vector] { log.withLock { $0.points } }

  /// Counts one question from 1; says what is to go wrong with its answer.
  func hear(_ points: [Vector]) throws -> Fault? {
    let number = log.withLock { log in
      log.count += 1
      log.points += points
      return log.count
    }
    let fault = script(number)
    if fault == .failure { throw PlannedFailure() }
    return fault
  }

  func arrive() async {
    guard shuffling else { return }
    for _ in 0..<(count &* 7) % 5 { await Task.yield() }
  }
}

extension Fault? {
  func spoil(_ value: Double) -> Double {
    switch self {
    case .number(let bad): bad
    case .scaled(let factor): factor * value
    case .failure, nil: value
    }
  }

  func spoil(_ vector: Vector) -> Vector {
    guard let fault = self, fault != .failure else { return vector }
    return Vector(vector.elements.map { self.spoil($0) })
  }
}
