// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Points that are compared at a low fidelity, the best 1/η of them at the next, and so on up to 1.
///
///     bracket s of s_max:   n = ⌈(s_max + 1)ηˢ/(s + 1)⌉ points from rung s_max − s on
struct HalvingBracket: Sendable, Codable {
  /// The rung that is being answered.
  private(set) var rung: Int
  private let last: Int
  private let ratio: Double
  /// Points that are still to be thought of for the first rung.
  private(set) var unborn: Int
  /// Of this rung: handed out or told.
  private var points: [Vector] = []
  private var values: [Double] = []
  private var waiting: [Bool] = []
  /// Points that came through to this rung and are not handed out yet.
  private var due: [Vector] = []

  init(bracket s: Int, rungs: Int, ratio: Double) {
    last = rungs - 1
    self.ratio = ratio
    rung = last - s
    let exact = Double(rungs) / Double(s + 1) * Double.power(ratio, s)
    unborn = max(1, Int((exact - 1e-9).rounded(.up)))
  }

  var isOver: Bool { rung > last }

  /// True when a point is wanted for the first rung.
  var wantsPoint: Bool { unborn > 0 }

  /// A point for the first rung.
  mutating func bear(_ point: Vector) {
    unborn -= 1
    due.insert(point, at: 0)
  }

  /// The next point that waits to be handed out.
  mutating func next() -> Vector? {
    guard let point = due.popLast() else { return nil }
    points.append(point)
    values.append(.infinity)
    waiting.append(true)
    return point
  }

  /// Takes a value in; the last one of a rung sends the best on.
  mutating func hear(_ value: Double, at point: Vector, rung heard: Int) {
    guard heard == rung, let i = points.indices.first(where: { waiting[$0] && points[$0] == point }) else { return }
    waiting[i] = false
    if value.isFinite { values[i] = value }
    climb()
  }

  /// Sends the best on when the rung is complete.
  mutating func climb() {
    guard unborn == 0, due.isEmpty, !waiting.contains(true) else { return }
    let order = points.indices.sorted { (values[$0], $0) < (values[$1], $1) }.filter { values[$0].isFinite }
    let count = max(1, Int(Double(points.count) / ratio + 1e-9))
    due = order.prefix(count).reversed().map { points[$0] }
    (points, values, waiting) = ([], [], [])
    rung = due.isEmpty ? last + 1 : rung + 1
    if rung > last { due = [] }
  }
}
