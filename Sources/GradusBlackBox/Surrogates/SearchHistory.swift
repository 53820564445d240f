// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// All answers of a search, in the order they came.
struct SearchHistory: Sendable, Codable {
  private(set) var points: [Vector] = []
  /// The points as a surrogate sees them.
  private(set) var inputs: [Vector] = []
  /// The first objective; NaN where the evaluation failed.
  var values: [Double] { objectives[0] }
  /// One list an objective; NaN where the evaluation failed.
  private(set) var objectives: [[Double]]
  /// One list a constraint, g ≤ 0; NaN where the evaluation failed.
  private(set) var constraints: [[Double]]
  /// The best answer that keeps the constraints.
  private(set) var best: Best?

  struct Best: Sendable, Codable {
    var point: Vector
    var value: Double
  }

  init(objectives: Int = 1, constraints: Int) {
    self.objectives = Array(repeating: [], count: objectives)
    self.constraints = Array(repeating: [], count: constraints)
  }

  var count: Int { points.count }
  /// Answers that did not fail.
  var sound: Int { objectives[0].count { $0.isFinite } }

  mutating func hear(_ answer: Outcomes, at point: Vector, inputs: Vector) {
    points.append(point)
    self.inputs.append(inputs)
    let value = answer.objectives.first ?? .nan
    let told = answer.constraints
    let isWhole =
      answer.objectives.count == objectives.count && answer.objectives.allSatisfy(\.isFinite)
      && told.count == constraints.count && told.allSatisfy { !$0.isNaN }
    for k in objectives.indices { objectives[k].append(isWhole ? answer.objectives[k] : .nan) }
    for i in constraints.indices { constraints[i].append(isWhole ? min(max(told[i], -1e100), 1e100) : .nan) }
    if isWhole, answer.violation == 0, value < best?.value ?? .infinity { best = Best(point: point, value: value) }
  }

  /// Answers from the best: by value where the constraints are kept, then by violation, failed ones last; ties in the order
  /// they came.
  var order: [Int] {
    func key(_ i: Int) -> (Int, Double) {
      guard values[i].isFinite else { return (2, 0) }
      let violation = constraints.reduce(0) { $0 + max(0, $1[i]) }
      return violation > 0 ? (1, violation) : (0, values[i])
    }
    let keys = points.indices.map(key)
    return points.indices.sorted { keys[$0] == keys[$1] ? $0 < $1 : keys[$0] < keys[$1] }
  }

  /// The answers that keep the constraints and that no other such one dominates or repeats before them.
  var front: [Int] {
    let feasible = points.indices.filter { isFeasible($0) }
    let rows = feasible.map { i in objectives.map { $0[i] } }
    return feasible.indices.filter { a in
      !feasible.indices.contains { b in
        guard a != b, zip(rows[b], rows[a]).allSatisfy({ $0 <= $1 }) else { return false }
        return rows[b] != rows[a] || b < a
      }
    }.map { feasible[$0] }
  }

  /// Whether answer i keeps the constraints.
  func isFeasible(_ i: Int) -> Bool { values[i].isFinite && constraints.allSatisfy { $0[i] <= 0 } }
}
