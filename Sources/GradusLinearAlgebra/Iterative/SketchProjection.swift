// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// How a random matrix S with few columns is drawn.
public enum SketchKind: String, Sendable, Codable, Hashable, CaseIterable {
  /// Independent normal entries.
  case gaussian
  /// Unit vectors, drawn in proportion to the squared norms of rows.
  case kaczmarz
  /// Every row of A is added to one of the columns' sums, with a random sign.
  case countSketch = "count-sketch"
}

/// Sketch-and-project for consistent systems A·x = b of any shape.
///
///     x ← x + AᵀS·(SᵀAAᵀS)⁺·Sᵀ(b − A·x)
///
/// The nearest point to x that satisfies the sketched system Sᵀ(A·x − b) = 0; the error in x never grows. Kaczmarz projects
/// onto one row at a time. One step is one sketch, or as many row projections as A has rows, and the residual after it.
/// Cost of a step with q columns: q products (Gaussian) or one (CountSketch) with Aᵀ and 2q²n operations; Kaczmarz 4
/// operations an entry. Reference: Gower & Richtárik, *SIAM J. Matrix Anal. Appl.* 36 (2015); Strohmer & Vershynin, *J.
/// Fourier Anal. Appl.* 15 (2009).
public struct SketchProjection: IterativeSolver {
  public private(set) var solution: Vector
  public private(set) var residualNorm: Double
  public private(set) var status = IterativeStatus.running
  public private(set) var counts = OperationCounts()
  public private(set) var iterations = 0
  private let kind: SketchKind
  private let width: Int
  private let rightHandSide: Vector
  private let target: Double
  private var random: RandomStream

  /// Begins at zero, for a matrix with this many columns; converged when ‖r‖₂ ≤ max(relative·‖b‖₂, absolute).
  public init(
    rightHandSide b: Vector, columnCount: Int, kind: SketchKind, width: Int = 5, relative: Double = 1e-10,
    absolute: Double = 0, random: RandomStream
  ) {
    precondition(width > 0, "a sketch has at least one column")
    solution = .zeros(columnCount)
    rightHandSide = b
    residualNorm = b.norm
    self.kind = kind
    self.width = max(1, min(width, b.count))
    self.random = random
    target = max(relative * residualNorm, absolute)
    if !b.isFinite { status = .failed } else if residualNorm <= target { status = .converged }
  }

  /// One sketch and projection (Kaczmarz: one pass), and the residual.
  public mutating func step(_ a: SparseOperator) {
    guard status == .running else { return }
    precondition(a.rowCount == rightHandSide.count && a.columnCount == solution.count, "the matrix must fit")
    if kind == .kaczmarz { projectRows(a) } else { project(a) }
    iterations += 1
    residualNorm = (rightHandSide - a.applied(to: solution)).norm
    counts.products += 1
    counts.operations += a.operationsPerProduct + 3 * rightHandSide.count
    if !residualNorm.isFinite {
      status = .failed
    } else if residualNorm <= target {
      status = .converged
    }
  }

  private mutating func projectRows(_ a: SparseOperator) {
    let rows = a.rows
    var cumulative = [Double](repeating: 0, count: a.rowCount)
    var total = 0.0
    for i in 0..<a.rowCount {
      for p in rows.range(ofColumn: i) { total += rows.values[p] * rows.values[p] }
      cumulative[i] = total
    }
    guard total > 0, total.isFinite else {
      status = total == 0 ? .stalled : .failed
      return
    }
    var x = take(&solution)
    for _ in 0..<a.rowCount {
      let drawn = random.uniform() * total
      var (low, high) = (0, a.rowCount - 1)
      while low < high {
        let middle = (low + high) / 2
        if cumulative[middle] > drawn { high = middle } else { low = middle + 1 }
      }
      let range = rows.range(ofColumn: low)
      let squared = cumulative[low] - (low > 0 ? cumulative[low - 1] : 0)
      guard squared > 0 else { continue }
      var gap = rightHandSide[low]
      for p in range { gap -= rows.values[p] * x[Int(rows.rows[p])] }
      let step = gap / squared
      for p in range { x[Int(rows.rows[p])] += step * rows.values[p] }
      counts.operations += 4 * range.count + 2
    }
    solution.elements = x
  }

  /// W = SᵀA by rows and Sᵀb, then x ← x + Wᵀ·(WWᵀ)⁺·(Sᵀb − W·x).
  private mutating func project(_ a: SparseOperator) {
    let (m, n) = (a.rowCount, a.columnCount)
    var w: [Vector] = []
    var sides: [Double] = []
    switch kind {
    case .gaussian:
      for _ in 0..<width {
        let s = random.normals(m)
        w.append(a.transposedApplied(to: s))
        sides.append(s.inner(rightHandSide))
        counts.transposedProducts += 1
      }
      counts.operations += width * (a.operationsPerProduct + 2 * m)
    default:
      var sums = [[Double]](repeating: [Double](repeating: 0, count: n), count: width)
      sides = [Double](repeating: 0, count: width)
      for i in 0..<m {
        let bucket = random.integer(below: width)
        let sign: Double = random.next() >> 63 == 0 ? 1 : -1
        for p in a.rows.range(ofColumn: i) { sums[bucket][Int(a.rows.rows[p])] += sign * a.rows.values[p] }
        sides[bucket] += sign * rightHandSide[i]
      }
      w = sums.map { Vector($0) }
      counts.transposedProducts += 1
      counts.operations += a.operationsPerProduct / 2 + m
    }
    for k in 0..<width { sides[k] -= w[k].inner(solution) }
    var gram = [Double](repeating: 0, count: width * width)
    for i in 0..<width {
      for j in 0...i {
        gram[i * width + j] = w[i].inner(w[j])
        gram[j * width + i] = gram[i * width + j]
      }
    }
    let weights = Self.solveSemidefinite(&gram, sides)
    for k in 0..<width { axpyIn(weights[k], w[k], &solution) }
    counts.operations += 2 * n * width * (width + 1) / 2 + 4 * n * width + width * width * width / 3
  }

  /// A solution of G·y = s with a positive semidefinite G (rows of length s.count), by LDLᵀ that skips pivots at the level
  /// of rounding.
  static func solveSemidefinite(_ g: inout [Double], _ s: [Double]) -> [Double] {
    let q = s.count
    let scale = (0..<q).reduce(0.0) { max($0, g[$1 * q + $1]) }
    var y = s
    var kept = [Bool](repeating: false, count: q)
    for k in 0..<q {
      let pivot = g[k * q + k]
      guard pivot > 1e-13 * scale else { continue }
      kept[k] = true
      for i in (k + 1)..<max(k + 1, q) {
        let factor = g[i * q + k] / pivot
        if factor == 0 { continue }
        for j in k..<q { g[i * q + j] -= factor * g[k * q + j] }
        y[i] -= factor * y[k]
      }
    }
    for k in (0..<q).reversed() {
      guard kept[k] else {
        y[k] = 0
        continue
      }
      var sum = y[k]
      for j in (k + 1)..<max(k + 1, q) { sum -= g[k * q + j] * y[j] }
      y[k] = sum / g[k * q + k]
    }
    return y
  }
}
