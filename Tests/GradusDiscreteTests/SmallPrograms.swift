// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative
import GradusNumerics
import Testing

/// HiGHS where it is installed; tests that need it say so when it is not.
enum Installed {
  static let highs = try? Highs()
  static let reason: Comment = "HiGHS is not installed: python3 -m pip install highsbox"
}

/// Programs of a few rows, stated by rows.
enum SmallPrograms {
  static func form(
    _ sense: Sense = .minimize, costs: [Double], rows: [[Double]], rowLower: [Double], rowUpper: [Double],
    lower: [Double]? = nil, upper: [Double]? = nil, kinds: [VariableKind]? = nil, offset: Double = 0
  ) -> StandardForm {
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for (i, row) in rows.enumerated() {
      for (j, value) in row.enumerated() where value != 0 { triplets.append((i, j, value)) }
    }
    let matrix = SparseMatrix(rowCount: rows.count, columnCount: costs.count, triplets: triplets)
    var form = StandardForm(
      costs: costs, matrix: matrix, rowLower: rowLower, rowUpper: rowUpper,
      columnLower: lower ?? [Double](repeating: 0, count: costs.count),
      columnUpper: upper ?? [Double](repeating: .infinity, count: costs.count), kinds: kinds)
    form.sense = sense
    form.objectiveOffset = offset
    return form
  }

  /// max 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18 (Wyndor Glass; Hillier and Lieberman): 36 at (2, 6).
  static let wyndor = form(
    .maximize, costs: [3, 5], rows: [[1, 0], [0, 2], [3, 2]],
    rowLower: [-.infinity, -.infinity, -.infinity], rowUpper: [4, 12, 18])

  /// A two-row knapsack with nearly equal items, whose proof takes long.
  static func knapsack(_ n: Int) -> StandardForm {
    let weights = (0..<n).map { Double(1000 + $0 * 7919 % 1009) }
    let profits = (0..<n).map { weights[$0] + Double($0 * 104_729 % 97) }
    let second = (0..<n).map { Double(900 + $0 * 15_485_863 % 1013) }
    return form(
      .maximize, costs: profits, rows: [weights, second], rowLower: [-.infinity, -.infinity],
      rowUpper: [(weights.reduce(0, +) / 2).rounded(), (second.reduce(0, +) / 2).rounded()],
      upper: [Double](repeating: 1, count: n), kinds: [VariableKind](repeating: .integer, count: n))
  }

  /// A market split problem (Cornuéjols and Dawande, 1999): `m` equations with slacks over 10(m − 1) binaries. Already six
  /// rows keep a branch and bound busy for minutes.
  static func marketSplit(_ m: Int) -> StandardForm {
    let n = 10 * (m - 1)
    var stream = RandomStream(seed: 7)
    var rows: [[Double]] = []
    var sides: [Double] = []
    for i in 0..<m {
      let a = (0..<n).map { _ in Double(stream.next() % 100) }
      sides.append((a.reduce(0, +) / 2).rounded(.down))
      var slacks = [Double](repeating: 0, count: 2 * m)
      slacks[2 * i] = 1
      slacks[2 * i + 1] = -1
      rows.append(a + slacks)
    }
    return form(
      costs: [Double](repeating: 0, count: n) + [Double](repeating: 1, count: 2 * m), rows: rows, rowLower: sides,
      rowUpper: sides,
      upper: [Double](repeating: 1, count: n) + [Double](repeating: .infinity, count: 2 * m),
      kinds: [VariableKind](repeating: .integer, count: n) + [VariableKind](repeating: .continuous, count: 2 * m))
  }

  /// How clearly a Farkas ray y, positive on lower sides, separates: Σ y·side − max over the box of yᵀAx. Positive proves.
  static func margin(of ray: Vector, in form: StandardForm) -> Double {
    var sides = 0.0
    for i in ray.indices where ray[i] != 0 { sides += ray[i] * (ray[i] > 0 ? form.rowLower[i] : form.rowUpper[i]) }
    let product = form.matrix.transposedTimes(ray)
    var largest = 0.0
    for j in product.indices where abs(product[j]) > 1e-12 {
      largest += product[j] * (product[j] > 0 ? form.columnUpper[j] : form.columnLower[j])
    }
    return sides - largest
  }
}
