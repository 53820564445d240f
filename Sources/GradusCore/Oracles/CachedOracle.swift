// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Remembers values: a point asked again is answered without asking again. Keeps at most `capacity` points, oldest out.
public final class CachedOracle<Point: Sendable & Codable & Hashable>: ZerothOrderOracle {
  private struct Memory {
    var values: [Point: Double] = [:]
    var order: [Point] = []
    var oldest = 0
  }

  private let base: any ZerothOrderOracle<Point>
  private let capacity: Int
  private let memory = Mutex(Memory())

  public init(_ base: any ZerothOrderOracle<Point>, capacity: Int = 100_000) {
    precondition(capacity > 0, "a cache needs room for at least one value")
    self.base = base
    self.capacity = capacity
  }

  /// The remembered value, or a new one, which is remembered. Failures are not.
  public func value(at point: Point) async throws -> Double {
    if let known = recall(point) { return known }
    let value = try await base.value(at: point)
    store(point, value)
    return value
  }

  /// As `value(at:)`; nil where the value is not known and must be awaited.
  public func immediateValue(at point: Point) throws -> Double? {
    if let known = recall(point) { return known }
    guard let value = try base.immediateValue(at: point) else { return nil }
    store(point, value)
    return value
  }

  private func recall(_ point: Point) -> Double? { memory.withLock { $0.values[point] } }

  private func store(_ point: Point, _ value: Double) {
    memory.withLock { memory in
      guard memory.values.updateValue(value, forKey: point) == nil else { return }
      if memory.order.count < capacity {
        memory.order.append(point)
      } else {
        memory.values[memory.order[memory.oldest]] = nil
        memory.order[memory.oldest] = point
        memory.oldest = (memory.oldest + 1) % capacity
      }
    }
  }
}

extension ZerothOrderOracle where Point: Hashable {
  /// The same oracle with a memory.
  public func cached(capacity: Int = 100_000) -> CachedOracle<Point> { CachedOracle(self, capacity: capacity) }
}
