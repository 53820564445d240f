// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Which rows and bounds of a nonlinear program hold a point.
struct ActiveSet {
  /// Variables that no bound holds, and back (−1: held).
  var free: [Int] = []
  var freePlace: [Int]
  /// Rows that hold, and back.
  var rows: [Int] = []
  var rowPlace: [Int]

  /// All sides that the point meets.
  init(meeting program: NonlinearProgram, _ x: Vector, _ c: Vector) {
    self.init(program, x, c) { slack, side, _ in
      Self.meets(slack, side)
    } row: { slack, side, _ in
      Self.meets(slack, side)
    }
  }

  /// Sides whose multiplier (y of rows, r = ∇f + Jᵀy of bounds) is larger than `threshold` and than `unit` times the slack.
  init(
    strong program: NonlinearProgram, _ x: Vector, _ c: Vector, multipliers y: Vector, residual r: Vector,
    threshold: Double, unit: Double
  ) {
    func holds(_ slack: Double, _ side: Double, _ price: Double) -> Bool {
      price > threshold && Self.meets(slack, side) && price > unit * slack
    }
    self.init(program, x, c, multipliers: y, residual: r, bound: holds, row: holds)
  }

  /// Sides that a step towards a better point keeps: strong ones, bounds that the point lies on and that the gradient
  /// pushes it against, and rows that it violates.
  init(
    kept program: NonlinearProgram, _ x: Vector, _ c: Vector, multipliers y: Vector, residual r: Vector,
    threshold: Double, unit: Double
  ) {
    func isStrong(_ slack: Double, _ side: Double, _ price: Double) -> Bool {
      price > threshold && Self.meets(slack, side) && price > unit * slack
    }
    self.init(program, x, c, multipliers: y, residual: r) { slack, side, price in
      slack <= 0 && price >= 0 || isStrong(slack, side, price)
    } row: { slack, side, price in
      slack < -1e-12 * max(1, abs(side)) && price >= 0 || isStrong(slack, side, price)
    }
  }

  private static func meets(_ slack: Double, _ side: Double) -> Bool { slack <= 1e-5 * max(1, abs(side)) }

  private init(
    _ program: NonlinearProgram, _ x: Vector, _ c: Vector, multipliers: Vector? = nil, residual: Vector? = nil,
    bound: (_ slack: Double, _ side: Double, _ price: Double) -> Bool,
    row: (_ slack: Double, _ side: Double, _ price: Double) -> Bool
  ) {
    freePlace = [Int](repeating: -1, count: x.count)
    rowPlace = [Int](repeating: -1, count: c.count)
    for j in x.indices {
      let (l, u) = (program.domain.lower[j], program.domain.upper[j])
      let r = residual?[j] ?? 0
      if l == u || bound(x[j] - l, l, r) || bound(u - x[j], u, -r) { continue }
      freePlace[j] = free.count
      free.append(j)
    }
    for i in c.indices {
      let (l, u) = (program.rowLower[i], program.rowUpper[i])
      let y = multipliers?[i] ?? 0
      guard l == u || row(u - c[i], u, y) || row(c[i] - l, l, -y) else { continue }
      rowPlace[i] = rows.count
      rows.append(i)
    }
  }

  /// Leaves out rows whose gradients over the free variables depend on those of others, up to 1e-5 of their length over
  /// all variables. Cost: O(rows²·variables); beyond 10⁸ operations nothing is left out.
  mutating func dropDependentRows(_ jacobian: SparseMatrix) {
    guard Double(rows.count) * Double(rows.count) * Double(free.count) <= 1e8 else { return }
    var gradients = [[Double]](repeating: [Double](repeating: 0, count: free.count), count: rows.count)
    var sizes = [Double](repeating: 0, count: rows.count)
    for j in 0..<jacobian.columnCount {
      for p in jacobian.range(ofColumn: j) {
        let k = rowPlace[Int(jacobian.rows[p])]
        guard k >= 0 else { continue }
        sizes[k] += jacobian.values[p] * jacobian.values[p]
        if freePlace[j] >= 0 { gradients[k][freePlace[j]] = jacobian.values[p] }
      }
    }
    func square(_ v: [Double]) -> Double { v.reduce(0) { $0 + $1 * $1 } }
    var left = rows.indices.filter { sizes[$0] > 0 }
    var kept: [Int] = []
    // The most independent row first; its direction is taken out of all others.
    while kept.count < free.count,
      let (k, share) = left.map({ ($0, square(gradients[$0]) / sizes[$0]) }).max(by: { ($0.1, -$0.0) < ($1.1, -$1.0) }),
      share > 1e-10
    {
      kept.append(rows[k])
      left.removeAll { $0 == k }
      let length = square(gradients[k]).squareRoot()
      let unit = gradients[k].map { $0 / length }
      for t in left {
        var inner = 0.0
        for i in unit.indices { inner += unit[i] * gradients[t][i] }
        if inner != 0 { for i in unit.indices { gradients[t][i] -= inner * unit[i] } }
      }
    }
    for i in rows { rowPlace[i] = -1 }
    rows = kept.sorted()
    for (k, i) in rows.enumerated() { rowPlace[i] = k }
  }

  /// J of the rows that hold by the free variables.
  func reduced(_ jacobian: SparseMatrix) -> SparseMatrix {
    var starts: [Int32] = [0]
    var indices: [Int32] = []
    var values: [Double] = []
    for j in free {
      for p in jacobian.range(ofColumn: j) where rowPlace[Int(jacobian.rows[p])] >= 0 {
        indices.append(Int32(rowPlace[Int(jacobian.rows[p])]))
        values.append(jacobian.values[p])
      }
      starts.append(Int32(indices.count))
    }
    return SparseMatrix(
      rowCount: rows.count, columnCount: free.count, starts: starts, rows: indices, values: values)
  }

  /// y of the rows that hold with ‖∇f + Jᵀy‖ least over the free variables; nil when that would cost too much.
  func leastSquaresMultipliers(_ derivatives: ConstrainedDerivatives) -> Vector? {
    var y = Vector.zeros(derivatives.jacobian.rowCount)
    if rows.isEmpty { return y }
    let transposed = reduced(derivatives.jacobian).transposed()
    // Rows of different size must not drown each other: each has length 1.
    var lengths = [Double](repeating: 0, count: rows.count)
    var scaled = transposed
    for i in rows.indices {
      var sum = 0.0
      for p in transposed.range(ofColumn: i) { sum += transposed.values[p] * transposed.values[p] }
      lengths[i] = sum > 0 ? sum.squareRoot() : 1
      for p in transposed.range(ofColumn: i) { scaled.values[p] /= lengths[i] }
    }
    guard let normal = GramMatrix.adding(scaled.transposed(), factor: 1, to: [], shift: 1e-12) else { return nil }
    guard case .definite(let factor) = DefiniteFactor.factorize(normal, MinimumDegree.order(normal)) else {
      return nil
    }
    var residual = free.map { -derivatives.gradient[$0] }
    var total = [Double](repeating: 0, count: rows.count)
    // The shift is taken back out by repeating on what is left.
    for _ in 0..<3 {
      let change = factor.solve(scaled.transposedTimes(Vector(residual)).elements)
      let image = scaled.times(Vector(change))
      for k in residual.indices { residual[k] -= image[k] }
      for i in total.indices { total[i] += change[i] }
    }
    for (k, i) in rows.enumerated() { y[i] = total[k] / lengths[k] }
    return y.isFinite ? y : nil
  }
}
