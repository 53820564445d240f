// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// What holds a point of a nonlinear program, by its multipliers.
struct ActiveSet: Sendable {
  /// Rows and variables that are held, ascending.
  private(set) var rows: [Int] = []
  private(set) var bounds: [Int] = []
  /// Variables that no bound holds.
  private(set) var free: [Int] = []
  /// Place among `rows` and among `free`; −1 elsewhere.
  private(set) var rowPlace: [Int]
  private(set) var freePlace: [Int]
  /// The side or bound that each row or variable is nearest to; 0 where it has none.
  private(set) var sides: Vector
  private(set) var limits: Vector
  /// True where that is the upper one.
  private(set) var isUpperSide: [Bool]
  private(set) var isUpperLimit: [Bool]
  /// Sides and bounds that the point meets without a multiplier, where derivatives are one-sided.
  private(set) var doubts: [Doubt] = []

  struct Doubt: Sendable {
    var row: Int?
    var variable: Int?
    var reason: String { row == nil ? Self.variableReason : Self.rowReason }
    private static let rowReason = "holds without a multiplier, so derivatives depend on the direction"
    private static let variableReason = "is at a bound without a price, so derivatives depend on the direction"
  }

  init(
    _ program: NonlinearProgram, _ x: Vector, _ c: Vector, _ here: ConstrainedDerivatives, _ multipliers: Vector
  ) {
    rowPlace = [Int](repeating: -1, count: c.count)
    freePlace = [Int](repeating: -1, count: x.count)
    (sides, limits) = (.zeros(c.count), .zeros(x.count))
    (isUpperSide, isUpperLimit) = (c.indices.map { _ in false }, x.indices.map { _ in false })
    let size = here.gradient.maximumMagnitude
    /// A price that is small beside the distance to what it is paid for says nothing: interior points stop at such pairs.
    func isPriced(_ price: Double, _ distance: Double, _ side: Double) -> Bool {
      abs(price) > max(1e-8, 1e-6 * size) && abs(price) / max(1, size) > 10 * abs(distance) / max(1, abs(side))
    }
    for i in c.indices {
      let (l, u) = (program.rowLower[i], program.rowUpper[i])
      (sides[i], isUpperSide[i]) = Self.nearest(c[i], l, u)
      let meets = Self.isNear(c[i], sides[i], l, u)
      if l == u || meets && isPriced(multipliers[i], c[i] - sides[i], sides[i]) {
        rowPlace[i] = rows.count
        rows.append(i)
      } else if meets {
        doubts.append(Doubt(row: i))
      }
    }
    let pull = here.jacobian.transposedTimes(multipliers)
    for j in x.indices {
      let (l, u) = (program.domain.lower[j], program.domain.upper[j])
      (limits[j], isUpperLimit[j]) = Self.nearest(x[j], l, u)
      let meets = Self.isNear(x[j], limits[j], l, u)
      if l == u || meets && isPriced(here.gradient[j] - pull[j], x[j] - limits[j], limits[j]) {
        bounds.append(j)
      } else {
        if meets { doubts.append(Doubt(variable: j)) }
        freePlace[j] = free.count
        free.append(j)
      }
    }
  }

  private static func nearest(_ value: Double, _ l: Double, _ u: Double) -> (Double, Bool) {
    if !l.isFinite { return u.isFinite ? (u, true) : (0, false) }
    return u.isFinite && abs(u - value) < abs(value - l) ? (u, true) : (l, false)
  }

  private static func isNear(_ value: Double, _ side: Double, _ l: Double, _ u: Double) -> Bool {
    (l.isFinite || u.isFinite) && abs(value - side) <= 1e-5 * max(1, abs(side))
  }
}
