// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// The symmetric matrix of every Newton step of a quadratic program,
///
///     K = [ Q + Θ   Aᵀ ]
///         [ A      −Δ  ]
///
/// with diagonal Θ ≥ 0 and Δ ≥ 0 that change and all else fixed; stored as an upper triangle with every diagonal place.
/// Factorized as K + diag(δ, −δ), which is quasi-definite; refinement against K itself takes the shift back out.
/// Reference: Vanderbei, *SIAM J. Optim.* 5 (1995); Friedlander & Orban, *Math. Prog. Comp.* 4 (2012).
struct KKTMatrix: Sendable {
  let n: Int
  let m: Int
  /// Upper triangle, equilibrated; the diagonal entry of a column is its last.
  private(set) var pattern: SparseMatrix
  /// diag(Q, 0), equilibrated.
  private(set) var fixedDiagonal: [Double]
  /// S of K̂ = S·K·S.
  private(set) var scales: [Double]
  /// By what the objective was multiplied besides.
  private(set) var objectiveScale = 1.0
  private var values: [Double] = []
  private var factor: SparseLDL?
  /// Multiplications of one factorization.
  var operations: Double { factor?.symbolic.operations ?? 0 }

  init(_ qp: ConvexQP) {
    n = qp.variableCount
    m = qp.rowCount
    let total = n + m
    var starts: [Int32] = [0]
    var rows: [Int32] = []
    var values: [Double] = []
    starts.reserveCapacity(total + 1)
    let capacity = total + qp.rows.entryCount + (qp.quadratic?.entryCount ?? 0)
    rows.reserveCapacity(capacity)
    values.reserveCapacity(capacity)
    fixedDiagonal = [Double](repeating: 0, count: total)
    for j in 0..<n {
      if let q = qp.quadratic {
        for p in q.range(ofColumn: j) {
          if Int(q.rows[p]) == j {
            fixedDiagonal[j] = q.values[p]
          } else {
            rows.append(q.rows[p])
            values.append(q.values[p])
          }
        }
      }
      rows.append(Int32(j))
      values.append(fixedDiagonal[j])
      starts.append(Int32(rows.count))
    }
    for i in 0..<m {
      let range = qp.rows.range(ofColumn: i)
      rows += qp.rows.rows[range]
      values += qp.rows.values[range]
      rows.append(Int32(n + i))
      values.append(0)
      starts.append(Int32(rows.count))
    }
    pattern = SparseMatrix(rowCount: total, columnCount: total, starts: starts, rows: rows, values: values)
    scales = [Double](repeating: 1, count: total)
    equilibrate()
    scaleObjective(qp)
    for j in 0..<total { fixedDiagonal[j] = pattern.values[Int(pattern.starts[j + 1]) - 1] }
  }

  /// Ruiz's iteration: rows and columns are divided by the square root of their largest entry until all are near 1.
  ///
  /// Reference: Ruiz, Rutherford Appleton Laboratory report RAL-TR-2001-034.
  private mutating func equilibrate() {
    let total = n + m
    var largest = [Double](repeating: 0, count: total)
    for _ in 0..<8 {
      for k in 0..<total { largest[k] = 0 }
      for j in 0..<total {
        for p in pattern.range(ofColumn: j) {
          let i = Int(pattern.rows[p])
          let v = abs(pattern.values[p])
          if v > largest[i] { largest[i] = v }
          if v > largest[j] { largest[j] = v }
        }
      }
      var worst = 1.0
      for k in 0..<total {
        if largest[k] == 0 { largest[k] = 1 }
        worst = max(worst, max(largest[k], 1 / largest[k]))
      }
      if worst < 1.2 { break }
      for k in 0..<total {
        largest[k] = 1 / largest[k].squareRoot()
        scales[k] *= largest[k]
      }
      for j in 0..<total {
        let s = largest[j]
        for p in pattern.range(ofColumn: j) { pattern.values[p] *= s * largest[Int(pattern.rows[p])] }
      }
    }
  }

  /// Brings the larger of the mean |ĉⱼ| ≠ 0 and the mean column maximum of Q̂ to 1, and sets the softness of rows.
  private mutating func scaleObjective(_ qp: ConvexQP) {
    var costs = 0.0
    var priced = 0.0
    for j in 0..<n where qp.costs[j] != 0 {
      costs += abs(qp.costs[j]) * scales[j]
      priced += 1
    }
    if priced > 0 { costs /= priced }
    var curvature = 0.0
    if n > 0 {
      for j in 0..<n {
        var largest = 0.0
        for p in pattern.range(ofColumn: j) { largest = max(largest, abs(pattern.values[p])) }
        curvature += largest / Double(n)
      }
    }
    let size = max(costs, curvature)
    objectiveScale = size > 0 ? min(1e8, max(1e-8, 1 / size)) : 1
    for p in 0..<Int(pattern.starts[n]) { pattern.values[p] *= objectiveScale }
    for i in n..<n + m { pattern.values[Int(pattern.starts[i + 1]) - 1] = -qp.slackness }
  }

  /// y ← K₀·x with the fixed part of K̂ only (Θ = Δ = 0).
  func multiply(_ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>) {
    multiply(x, diagonal: fixedDiagonal, into: y)
  }

  /// y ← K̂·x with the given diagonal in place of diag(Q, 0).
  func multiply(_ x: UnsafePointer<Double>, diagonal: [Double], into y: UnsafeMutablePointer<Double>) {
    let total = n + m
    diagonal.withUnsafeBufferPointer { d in
      for k in 0..<total { y[k] = d[k] * x[k] }
    }
    pattern.starts.withUnsafeBufferPointer { starts in
      pattern.rows.withUnsafeBufferPointer { rows in
        pattern.values.withUnsafeBufferPointer { values in
          for j in 0..<total {
            let xj = x[j]
            var sum = 0.0
            for p in Int(starts[j])..<Int(starts[j + 1]) - 1 {
              let i = Int(rows[p])
              let v = values[p]
              y[i] += v * xj
              sum += v * x[i]
            }
            y[j] += sum
          }
        }
      }
    }
  }

  /// Factorizes with the given diagonal (of both blocks, scaled), shifted by ±`shift`. False when a number overflowed.
  mutating func factorize(diagonal: [Double], shift: Double) -> Bool {
    if factor == nil {
      let signs = [Int8](repeating: 1, count: n) + [Int8](repeating: -1, count: m)
      factor = SparseLDL(SymbolicLDL(upper: pattern), signs: signs)
      values = pattern.values
    }
    for j in 0..<n + m {
      values[Int(pattern.starts[j + 1]) - 1] = diagonal[j] + (j < n ? shift : -shift)
    }
    do {
      try factor?.factorize(values, rule: PivotRule(threshold: shift * 1e-5, replacement: shift))
      return true
    } catch {
      return false
    }
  }

  /// x ← K̂⁻¹·b with the last factorization, refined against the unshifted matrix with this diagonal.
  ///
  /// Returns the last residual max |b − K̂x|ₖ/(1 + |dₖ|) relative to max |bₖ|/(1 + |dₖ|): inactive rows and active
  /// bounds have huge diagonals dₖ, and must not hide errors elsewhere. x is the best of the iterates.
  mutating func solve(
    _ b: [Double], into x: inout [Double], residual r: inout [Double], correction: inout [Double], diagonal: [Double],
    steps: Int, tolerance: Double
  ) -> Double {
    let total = n + m
    for k in 0..<total { x[k] = b[k] }
    factor?.solve(&x)
    var bound = 0.0
    for k in 0..<total { bound = max(bound, abs(b[k]) / (1 + abs(diagonal[k]))) }
    // A zero right-hand side has a zero solution.
    bound = max(bound, .leastNormalMagnitude)
    var last = Double.infinity
    for step in 0...steps {
      var norm = 0.0
      x.withUnsafeBufferPointer { x in
        r.withUnsafeMutableBufferPointer { r in
          guard let x = x.baseAddress, let r = r.baseAddress else { return }
          multiply(x, diagonal: diagonal, into: r)
          b.withUnsafeBufferPointer { b in
            for k in 0..<total {
              let e = b[k] - r[k]
              r[k] = e
              norm = max(norm, abs(e) / (1 + abs(diagonal[k])))
            }
          }
        }
      }
      let relative = norm / bound
      if !(relative < last * 0.5) {
        // No progress: take the last correction back when it made things worse.
        if !(relative <= last) { for k in 0..<total { x[k] -= correction[k] } } else { last = relative }
        return last
      }
      last = relative
      if relative <= tolerance || step == steps { return last }
      for k in 0..<total { correction[k] = r[k] }
      factor?.solve(&correction)
      for k in 0..<total { x[k] += correction[k] }
    }
    return last
  }
}
