// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// The limited-memory BFGS matrix in compact form, for products with parts of it:
///
///     B = θI − W·M·Wᵀ,   W = [Y  θS],   M⁻¹ = [ −D   Lᵀ  ]     D + L: diagonal and strictly lower part of SᵀY
///                                             [  L  θSᵀS ]
///
/// The inner products of all remembered steps and changes are kept, so that a new pair costs 3k inner products.
///
/// **Reference** R. H. Byrd, J. Nocedal, R. B. Schnabel, *Representations of quasi-Newton matrices and their use in limited
/// memory methods*, Math. Program. 63 (1994), theorem 2.3.
package struct CompactBFGS: Sendable, Codable {
  package private(set) var pairs: [LBFGS.Pair] = []
  /// θ = yᵀy/sᵀy of the last pair.
  package private(set) var theta = 1.0
  /// M, row by row; of order 2k.
  private(set) var middle: [Double] = []
  // Row i, column j: sᵢᵀsⱼ, sᵢᵀyⱼ, yᵢᵀyⱼ.
  private var ss: [[Double]] = []
  private var sy: [[Double]] = []
  private var yy: [[Double]] = []

  package init() {}

  /// 2k, the number of columns of W.
  var width: Int { 2 * pairs.count }

  /// Forgets all pairs: B = I.
  package mutating func clear() { self = CompactBFGS() }

  /// Takes a pair in unless its curvature is next to nothing; the oldest leaves when there are more than `memory`.
  package mutating func remember(step: Vector, change: Vector, memory: Int) {
    let curvature = step.inner(change)
    let square = change.inner(change)
    guard curvature > 2.2e-16 * square, curvature > 1e-16 * step.norm * square.squareRoot() else { return }
    while pairs.count >= memory {
      pairs.removeFirst()
      for i in ss.indices.dropFirst() {
        ss[i].removeFirst()
        sy[i].removeFirst()
        yy[i].removeFirst()
      }
      ss.removeFirst()
      sy.removeFirst()
      yy.removeFirst()
    }
    pairs.append(LBFGS.Pair(step: step, change: change))
    theta = square / curvature
    var (sRow, syRow, yRow): ([Double], [Double], [Double]) = ([], [], [])
    for (i, pair) in pairs.enumerated() {
      sRow.append(step.inner(pair.step))
      syRow.append(step.inner(pair.change))
      yRow.append(change.inner(pair.change))
      guard i + 1 < pairs.count else { break }
      ss[i].append(sRow[i])
      yy[i].append(yRow[i])
      sy[i].append(pair.step.inner(change))
    }
    ss.append(sRow)
    sy.append(syRow)
    yy.append(yRow)
    if !invert() { clear() }
  }

  /// M from its inverse; false when that is singular.
  private mutating func invert() -> Bool {
    let k = pairs.count
    var inverse = Matrix(rowCount: 2 * k, columnCount: 2 * k)
    for i in 0..<k {
      for j in 0..<k {
        if i == j { inverse[i, i] = -sy[i][i] }
        if i > j {
          inverse[k + i, j] = sy[i][j]
          inverse[j, k + i] = sy[i][j]
        }
        inverse[k + i, k + j] = theta * ss[i][j]
      }
    }
    guard let factor = try? LUFactorization(inverse, on: .portable) else { return false }
    middle = [Double](repeating: 0, count: 4 * k * k)
    for j in 0..<2 * k {
      var unit = Vector.zeros(2 * k)
      unit[j] = 1
      let column = factor.solve(unit)
      guard column.isFinite else { return false }
      for i in 0..<2 * k { middle[i * 2 * k + j] = column[i] }
    }
    return true
  }

  /// W_FᵀW_F over the rows in `free`, from whichever of the two index sets is smaller.
  func gram(keeping free: [Int32], dropping held: [Int32]) -> Matrix {
    let k = pairs.count
    var all = Matrix(rowCount: 2 * k, columnCount: 2 * k)
    let few = free.count <= held.count ? free : held
    if free.count > held.count {
      for i in 0..<k {
        for j in 0..<k {
          all[i, j] = yy[i][j]
          all[k + i, j] = theta * sy[i][j]
          all[j, k + i] = theta * sy[i][j]
          all[k + i, k + j] = theta * theta * ss[i][j]
        }
      }
    }
    let sign: Double = free.count > held.count ? -1 : 1
    var w = [Double](repeating: 0, count: 2 * k)
    for b in few {
      row(Int(b), into: &w)
      for j in 0..<2 * k where w[j] != 0 {
        let a = sign * w[j]
        for i in 0..<2 * k { all[i, j] += a * w[i] }
      }
    }
    return all
  }

  /// Row i of W.
  func row(_ i: Int, into w: inout [Double]) {
    let k = pairs.count
    for p in 0..<k {
      w[p] = pairs[p].change[i]
      w[k + p] = theta * pairs[p].step[i]
    }
  }

  /// Wᵀd.
  func transposedTimes(_ d: Vector) -> [Double] {
    pairs.map { $0.change.inner(d) } + pairs.map { theta * $0.step.inner(d) }
  }

  /// y ← y + a·W·v.
  func addTimes(_ a: Double, _ v: [Double], to y: inout Vector) {
    let k = pairs.count
    for p in 0..<k {
      Self.add(a * v[p], pairs[p].change, to: &y)
      Self.add(a * theta * v[k + p], pairs[p].step, to: &y)
    }
  }

  private static func add(_ a: Double, _ x: Vector, to y: inout Vector) {
    var target = y.elements.mutableSpan
    axpy(a, x.elements.span, &target)
  }

  /// M·v.
  func middleTimes(_ v: [Double]) -> [Double] {
    let n = v.count
    return (0..<n).map { i in
      var sum = 0.0
      for j in 0..<n { sum += middle[i * n + j] * v[j] }
      return sum
    }
  }
}
