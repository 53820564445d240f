// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// l ≤ a·x ≤ u as bounds of x:   l/a ≤ x ≤ u/a  (turned around where a < 0).
///
/// Back: the price of a bound that came from a row is a times the price of that row, and the variable itself has none.
public struct SingletonRows: Reformulation {
  public let target: FormulaProgram
  private let rowCount: Int
  private let kept: [Int]
  private var given: TightenedSides

  /// Nil when there is no such row.
  init?(_ program: FormulaProgram) throws(ContradictoryProgram) {
    let form = program.linear
    rowCount = program.constraintCount
    given = TightenedSides(isMinimized: form.sense == .minimize)
    let byRows = form.matrix.transposed()
    var kept: [Int] = []
    var lower = form.columnLower
    var upper = form.columnUpper
    for i in 0..<program.constraintCount {
      let places = byRows.range(ofColumn: i).filter { byRows.values[$0] != 0 }
      guard program.rows[i] == nil, places.count == 1, let p = places.first,
        form.kinds[Int(byRows.rows[p])] == .continuous
          || form.kinds[Int(byRows.rows[p])] == .integer
      else {
        kept.append(i)
        continue
      }
      let j = Int(byRows.rows[p])
      let owner = (row: i, factor: byRows.values[p])
      guard given.tighten(j, &lower[j], &upper[j], by: owner, form.rowLower[i], form.rowUpper[i]) else {
        throw ContradictoryProgram(
          description: "row \(form.rowNames[i]) contradicts the bounds of \(form.columnNames[j])")
      }
    }
    if kept.count == rowCount { return nil }
    self.kept = kept
    var target = program.keeping(rows: kept)
    target.linear.columnLower = lower
    target.linear.columnUpper = upper
    self.target = target
  }

  public func restored(_ answer: ProgramAnswer) -> ProgramAnswer {
    var result = answer
    result.multipliers = .zeros(rowCount)
    for (k, i) in kept.enumerated() { result.multipliers[i] = answer.multipliers[k] }
    for j in answer.reducedCosts.indices where answer.reducedCosts[j] != 0 {
      let price = answer.reducedCosts[j]
      guard let owner = given.owner(of: j, price: price) else { continue }
      result.multipliers[owner.row] = price / owner.factor
      result.reducedCosts[j] = 0
    }
    return result
  }
}
