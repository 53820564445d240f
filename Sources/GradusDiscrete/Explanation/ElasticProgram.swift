// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The linear program that asks how little the rows must give way, bounds kept:
///
///     minimize Σ (s⁻ᵢ + s⁺ᵢ)   subject to   Lᵢ ≤ aᵢᵀx + s⁻ᵢ − s⁺ᵢ ≤ Uᵢ,   s ≥ 0,   l ≤ x ≤ u
///
/// It always has an optimum; its duals are a Farkas ray of the rows when that optimum is positive. Where sides or bounds
/// cross they change places, and the crossing is added to what must give way.
struct ElasticProgram {
  let form: StandardForm
  private let original: StandardForm
  /// Row and direction of each slack, in the order of the columns behind the original ones.
  private let slacks: [(row: Int, lowers: Bool)]

  init(_ original: StandardForm) {
    self.original = original
    var slacks: [(row: Int, lowers: Bool)] = []
    for i in 0..<original.constraintCount {
      if original.rowLower[i].isFinite { slacks.append((i, true)) }
      if original.rowUpper[i].isFinite { slacks.append((i, false)) }
    }
    self.slacks = slacks
    let n = original.variableCount
    let a = original.matrix
    var starts = a.starts
    var rows = a.rows
    var values = a.values
    for slack in slacks {
      rows.append(Int32(slack.row))
      values.append(slack.lowers ? 1 : -1)
      starts.append(Int32(rows.count))
    }
    let matrix = SparseMatrix(
      rowCount: a.rowCount, columnCount: n + slacks.count, starts: starts, rows: rows, values: values)
    form = StandardForm(
      costs: [Double](repeating: 0, count: n) + [Double](repeating: 1, count: slacks.count), matrix: matrix,
      rowLower: zip(original.rowLower, original.rowUpper).map { min($0, $1) },
      rowUpper: zip(original.rowLower, original.rowUpper).map { max($0, $1) },
      columnLower: zip(original.columnLower, original.columnUpper).map { min($0, $1) }
        + [Double](repeating: 0, count: slacks.count),
      columnUpper: zip(original.columnLower, original.columnUpper).map { max($0, $1) }
        + [Double](repeating: .infinity, count: slacks.count))
  }

  /// What each row and bound must give way at an optimum of the elastic program; amounts that are rounding are left out.
  func concessions(at point: Vector) -> [Concession] {
    var concessions: [Concession] = []
    for (k, slack) in slacks.enumerated() {
      let amount = point[original.variableCount + k]
      let side = slack.lowers ? original.rowLower[slack.row] : original.rowUpper[slack.row]
      if amount > 1e-12 * max(1, abs(side)) {
        concessions.append(Concession(place: .row(slack.row), side: slack.lowers ? .lower : .upper, amount: amount))
      }
    }
    for i in 0..<original.constraintCount where original.rowLower[i] > original.rowUpper[i] {
      let amount = original.rowLower[i] - original.rowUpper[i]
      concessions.append(Concession(place: .row(i), side: .lower, amount: amount))
    }
    for j in original.costs.indices where original.columnLower[j] > original.columnUpper[j] {
      let amount = original.columnLower[j] - original.columnUpper[j]
      concessions.append(Concession(place: .bound(j), side: .lower, amount: amount))
    }
    return concessions
  }
}

/// How far one side of a row or of a variable's bounds must give way.
public struct Concession: Sendable, Hashable {
  /// A row or a variable, by its index.
  public enum Place: Sendable, Hashable { case row(Int), bound(Int) }
  /// Which of its two sides gives way.
  public enum Side: Sendable, Hashable { case lower, upper }
  public var place: Place
  public var side: Side
  public var amount: Double

  public init(place: Place, side: Side, amount: Double) {
    self.place = place
    self.side = side
    self.amount = amount
  }
}
