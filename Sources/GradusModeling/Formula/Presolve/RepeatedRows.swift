// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// Linear rows that are empty, or multiples of another one: the former vanish, the latter share one pair of sides.
///
/// Back: the price of a shared side goes to the row that the side came from, divided by that row's multiple.
public struct RepeatedRows: Reformulation {
  public let target: FormulaProgram
  private let rowCount: Int
  private let kept: [Int]
  private var shared: TightenedSides

  /// Nil when there is nothing to remove.
  init?(_ program: FormulaProgram) throws(ContradictoryProgram) {
    let form = program.linear
    rowCount = program.constraintCount
    shared = TightenedSides(isMinimized: form.sense == .minimize)
    let byRows = form.matrix.transposed()
    var kept: [Int] = []
    var known: [[UInt64]: Int] = [:]
    var sides: [Int: (Double, Double)] = [:]
    var leading: [Int: Double] = [:]
    for i in 0..<program.constraintCount {
      guard program.rows[i] == nil else {
        kept.append(i)
        continue
      }
      let places = byRows.range(ofColumn: i).filter { byRows.values[$0] != 0 }
      let (low, high) = (form.rowLower[i], form.rowUpper[i])
      guard let first = places.first else {
        if low > 1e-9 || high < -1e-9 {
          throw ContradictoryProgram(
            description: "row \(form.rowNames[i]) is empty and its sides exclude 0")
        }
        continue
      }
      let lead = byRows.values[first]
      var key: [UInt64] = []
      for p in places { key += [UInt64(byRows.rows[p]), (byRows.values[p] / lead).bitPattern] }
      guard let owner = known[key], let base = leading[owner], var (lower, upper) = sides[owner] else {
        known[key] = i
        leading[i] = lead
        sides[i] = (low, high)
        kept.append(i)
        continue
      }
      // Row i is lead / base times the row that stays.
      guard shared.tighten(owner, &lower, &upper, by: (i, lead / base), low, high) else {
        throw ContradictoryProgram(
          description: "rows \(form.rowNames[owner]) and \(form.rowNames[i]) contradict each other")
      }
      sides[owner] = (lower, upper)
    }
    if kept.count == rowCount { return nil }
    self.kept = kept
    target = program.keeping(rows: kept, sides: sides)
  }

  public func restored(_ answer: ProgramAnswer) -> ProgramAnswer {
    var result = answer
    result.multipliers = .zeros(rowCount)
    for (k, i) in kept.enumerated() {
      let price = answer.multipliers[k]
      if price != 0, let owner = shared.owner(of: i, price: price) {
        result.multipliers[owner.row] = price / owner.factor
      } else {
        result.multipliers[i] = price
      }
    }
    return result
  }
}
