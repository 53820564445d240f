// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// A strictly convex quadratic program with dense rows:
///
///     min gᵀd + ½dᵀBd    subject to  rowLower ≤ A·d ≤ rowUpper,  lower ≤ d ≤ upper
///
/// Solved by the dual active-set method: from the unconstrained minimizer violated sides are taken in one after the other,
/// and sides whose multiplier would turn negative leave. Ends after finitely many steps with the solution or with the
/// proof that there is no feasible point. Cost of a step: about 6n² operations.
///
/// **Reference** D. Goldfarb, A. Idnani, *A numerically stable dual method for solving strictly convex quadratic programs*,
/// Math. Program. 27 (1983) 1–33.
struct DenseQP {
  enum Outcome { case solved, infeasible, failed }

  /// A side that holds with equality: 2i and 2i + 1 for lower and upper side of row i, then of the variables.
  typealias Side = Int32

  let n: Int
  let rowCount: Int
  private let rows: [[Double]]
  private let lower: [Double]
  private let upper: [Double]
  /// d.
  private(set) var point: [Double]
  private(set) var active: [Side] = []
  /// The multipliers of the active sides, ≥ 0 but for equations.
  private var weights: [Double] = []
  /// L⁻ᵀQ, column by column, and the triangle R of the active normals.
  private var basis: [Double]
  private var triangle: [Double]
  /// True for sides in `active` and for those that follow from these.
  private var isActive: [Bool]

  /// `rows` are the rows of A; `sides` the limits of rows and then of variables.
  init(
    factor: Cholesky, gradient: [Double], rows: [[Double]], lower: [Double], upper: [Double]
  ) {
    n = gradient.count
    rowCount = rows.count
    self.rows = rows
    self.lower = lower
    self.upper = upper
    basis = []
    basis.reserveCapacity(n * n)
    for j in 0..<n {
      var unit = Vector.zeros(n)
      unit[j] = 1
      factor.solveLowerTransposed(&unit)
      basis.append(contentsOf: unit.elements)
    }
    triangle = [Double](repeating: 0, count: n * n)
    isActive = [Bool](repeating: false, count: lower.count)
    point = factor.solve(Vector(gradient)).elements.map { -$0 }
  }

  /// Runs the method; sides in `hint` are preferred among violated ones.
  mutating func solve(hint: [Side]) -> Outcome {
    for k in lower.indices where lower[k] == upper[k] {
      let gap = activity(k) - lower[k]
      let outcome = include(Side(2 * k + (gap > 0 ? 1 : 0)), isEquation: true)
      if outcome != .solved { return outcome }
    }
    let preferred = Set(hint)
    for _ in 0..<(20 * (lower.count + n) + 100) {
      guard let side = mostViolated(preferred) else { return .solved }
      let outcome = include(side, isEquation: false)
      if outcome != .solved { return outcome }
    }
    return .failed
  }

  /// One multiplier a row and a variable: y with Bd + g + Aᵀy_A + y_d = 0.
  var multipliers: [Double] {
    var y = [Double](repeating: 0, count: lower.count)
    for (p, side) in active.enumerated() { y[Int(side) / 2] += side % 2 == 0 ? -weights[p] : weights[p] }
    return y
  }

  // MARK: Sides

  private func activity(_ k: Int) -> Double { k < rowCount ? Self.inner(rows[k], point) : point[k - rowCount] }

  /// How far the point is inside a side; negative beyond it.
  private func slack(_ side: Side) -> Double {
    let k = Int(side) / 2
    return side % 2 == 0 ? activity(k) - lower[k] : upper[k] - activity(k)
  }

  private func limit(_ side: Side) -> Double { side % 2 == 0 ? lower[Int(side) / 2] : upper[Int(side) / 2] }

  private func mostViolated(_ preferred: Set<Side>) -> Side? {
    var worst = 0.0
    var found: Side?
    for k in lower.indices where !isActive[k] {
      let a = activity(k)
      let (below, above) = (lower[k] - a, a - upper[k])
      let excess = max(below, above)
      let tolerance = 1e-11 * max(1, abs(below > above ? lower[k] : upper[k]))
      guard excess > tolerance else { continue }
      let side = Side(2 * k + (below > above ? 0 : 1))
      let size = preferred.contains(side) ? 1e6 * excess : excess
      if size > worst {
        worst = size
        found = side
      }
    }
    return found
  }

  // MARK: Steps

  /// Moves until the side holds with equality; others may leave on the way.
  private mutating func include(_ side: Side, isEquation: Bool) -> Outcome {
    let k = Int(side) / 2
    let tolerance = 1e-11 * max(1, abs(limit(side)))
    var weight = 0.0
    for _ in 0...(2 * n + 10) {
      var d = image(side)
      let q = active.count
      var rest = 0.0
      var all = 0.0
      for j in 0..<n {
        all += d[j] * d[j]
        if j >= q { rest += d[j] * d[j] }
      }
      let room = slack(side)
      let isDependent = rest <= 1e-22 * all
      if isDependent && isEquation && abs(room) <= 1e3 * tolerance {
        isActive[k] = true
        return .solved
      }
      let r = back(d)
      var step = Double.infinity
      var leaving: Int?
      for p in 0..<q where r[p] > 0 && lower[Int(active[p]) / 2] != upper[Int(active[p]) / 2] {
        let t = weights[p] / r[p]
        if t < step {
          step = t
          leaving = p
        }
      }
      let full = isDependent ? .infinity : max(0, -room / rest)
      if !step.isFinite && !full.isFinite {
        // A row that follows from active ones holds as well as these do.
        isActive[k] = room >= -1e3 * tolerance
        return isActive[k] ? .solved : .infeasible
      }
      let t = min(step, full)
      guard t.isFinite else { return .failed }
      if !isDependent {
        for j in q..<n {
          let a = t * d[j]
          for i in 0..<n { point[i] += a * basis[j * n + i] }
        }
      }
      for p in 0..<q { weights[p] -= t * r[p] }
      weight += t
      if full <= step {
        append(&d)
        active.append(side)
        weights.append(weight)
        isActive[k] = true
        return .solved
      }
      if let leaving { remove(leaving) }
    }
    return .failed
  }

  /// (L⁻ᵀQ)ᵀ·normal, the normal pointing inward.
  private func image(_ side: Side) -> [Double] {
    let k = Int(side) / 2
    let sign: Double = side % 2 == 0 ? 1 : -1
    if k >= rowCount { return (0..<n).map { sign * basis[$0 * n + k - rowCount] } }
    let row = rows[k]
    return (0..<n).map { j in
      var sum = 0.0
      for i in 0..<n { sum += basis[j * n + i] * row[i] }
      return sign * sum
    }
  }

  /// R⁻¹ of the leading entries.
  private func back(_ d: [Double]) -> [Double] {
    let q = active.count
    var r = Array(d[0..<q])
    for j in stride(from: q - 1, through: 0, by: -1) {
      r[j] /= triangle[j * n + j]
      for i in 0..<j { r[i] -= triangle[j * n + i] * r[j] }
    }
    return r
  }

  /// A new last column of R from d, whose entries behind it are rotated away.
  private mutating func append(_ d: inout [Double]) {
    let q = active.count
    for j in stride(from: n - 1, to: q, by: -1) where d[j] != 0 {
      let h = (d[j - 1] * d[j - 1] + d[j] * d[j]).squareRoot()
      let (c, s) = (d[j - 1] / h, d[j] / h)
      d[j - 1] = h
      d[j] = 0
      rotate(j - 1, c, s)
    }
    for i in 0...q { triangle[q * n + i] = d[i] }
  }

  private mutating func remove(_ p: Int) {
    isActive[Int(active[p]) / 2] = false
    active.remove(at: p)
    weights.remove(at: p)
    let q = active.count
    for j in p..<q { for i in 0...(j + 1) { triangle[j * n + i] = triangle[(j + 1) * n + i] } }
    for k in p..<q {
      let (a, b) = (triangle[k * n + k], triangle[k * n + k + 1])
      let h = (a * a + b * b).squareRoot()
      guard h > 0 else { continue }
      let (c, s) = (a / h, b / h)
      for j in k..<q {
        let (u, v) = (triangle[j * n + k], triangle[j * n + k + 1])
        triangle[j * n + k] = c * u + s * v
        triangle[j * n + k + 1] = c * v - s * u
      }
      rotate(k, c, s)
    }
  }

  /// Rotates columns j and j + 1 of L⁻ᵀQ.
  private mutating func rotate(_ j: Int, _ c: Double, _ s: Double) {
    for i in 0..<n {
      let (u, v) = (basis[j * n + i], basis[(j + 1) * n + i])
      basis[j * n + i] = c * u + s * v
      basis[(j + 1) * n + i] = c * v - s * u
    }
  }

  private static func inner(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }
}
