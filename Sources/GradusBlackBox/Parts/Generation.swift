// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Points handed out together, and what was heard of them.
///
/// Answers may come in any order; each is matched with the oldest waiting point that equals the one it is about.
struct Generation: Sendable, Codable {
  let points: [Vector]
  /// Infinite where nothing was heard yet or the evaluation failed.
  private(set) var values: Buffer<Double>
  private var waiting: [Bool]
  private(set) var asked = 0
  private var told = 0

  init(_ points: [Vector]) {
    self.points = points
    values = Buffer(repeating: .infinity, count: points.count)
    waiting = [Bool](repeating: false, count: points.count)
  }

  /// The next point to ask about; nil when all are handed out.
  mutating func next() -> Vector? {
    guard asked < points.count else { return nil }
    waiting[asked] = true
    asked += 1
    return points[asked - 1]
  }

  /// True when the answer belongs to this generation.
  mutating func hear(_ value: Double, at point: Vector) -> Bool {
    guard let i = points[..<asked].indices.first(where: { waiting[$0] && points[$0] == point }) else { return false }
    waiting[i] = false
    told += 1
    if value.isFinite { values[i] = value }
    return true
  }

  var isComplete: Bool { told == points.count }
}

/// The state of a method that asks about a whole generation and goes on once all of it is answered.
protocol GenerationState {
  var generation: Generation { get set }
  var best: Incumbent { get set }
  var claim: Claim? { get }
}

extension GenerationState {
  /// The next point of the generation; nil while its last ones are awaited, and after the end.
  mutating func next() -> Evaluate<Vector>? {
    guard claim == nil else { return nil }
    return generation.next().map { Evaluate(point: $0) }
  }

  /// True when this answer is the last one of the generation.
  mutating func completes(_ value: Double, at point: Vector) -> Bool {
    best.hear(value, at: point)
    return claim == nil && generation.hear(value, at: point) && generation.isComplete
  }
}
