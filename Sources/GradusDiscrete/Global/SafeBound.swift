// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling

/// A lower bound of a linear program that holds whatever the rounding of the solver was:
///
///     cᵀx ≥ Σᵢ inf yᵢ·[rowLowerᵢ, rowUpperᵢ] + Σⱼ inf (c − Aᵀy)ⱼ·[lowerⱼ, upperⱼ]       for every y
///
/// evaluated in outward-rounded interval arithmetic for the solver's approximate y. Where a column has no bound on the side
/// that its reduced cost asks for, a multiplier of one of its rows is moved by less than the solver's tolerance to make the
/// reduced cost exactly zero; that multiplier is then known as an interval, which is all the formula needs.
/// Source: Neumaier & Shcherbina, *Math. Program.* 99 (2004) 283–296.
struct SafeBound {
  /// The proved lower bound of offset + cᵀx; −∞ when the multipliers prove nothing.
  private(set) var value: Double
  /// Intervals that hold the reduced costs.
  private(set) var reducedCosts: [Interval]

  /// `duals` has one entry a row, ∂objective/∂side. With `withoutCosts` the bound is of 0·x: positive proves that nothing is
  /// feasible.
  init(_ program: RelaxedProgram, duals: [Double], withoutCosts: Bool = false) {
    var multipliers = [Interval](repeating: Interval(0), count: program.rows.count)
    for (i, row) in program.rows.enumerated() {
      let y = duals[i]
      // A price of a side that is not there proves nothing.
      if !y.isFinite || (y > 0 && row.lower == -.infinity) || (y < 0 && row.upper == .infinity) { continue }
      multipliers[i] = Interval(y)
    }
    let n = program.costs.count
    var entries = [[(row: Int, value: Double)]](repeating: [], count: n)
    for (i, row) in program.rows.enumerated() {
      for (j, v) in zip(row.columns, row.values) where v != 0 { entries[Int(j)].append((i, v)) }
    }
    func reduced(_ j: Int) -> Interval {
      var d = Interval(withoutCosts ? 0 : program.costs[j])
      for entry in entries[j] where multipliers[entry.row] != Interval(0) {
        d = d - entry.value * multipliers[entry.row]
      }
      return d
    }
    // Columns without bounds, users before arguments as they are numbered; a row that holds a settled one is closed.
    var isSettled = [Bool](repeating: false, count: n)
    var isClosed = [Bool](repeating: false, count: program.rows.count)
    for j in stride(from: n - 1, through: 0, by: -1) {
      if program.lower[j] > -.infinity && program.upper[j] < .infinity { continue }
      let d = reduced(j)
      if (d * Interval(program.lower[j], program.upper[j])).lower > -.infinity { continue }
      var best: (row: Int, value: Double, size: Double)?
      for entry in entries[j] where !isClosed[entry.row] && entries[j].count(where: { $0.row == entry.row }) == 1 {
        let row = program.rows[entry.row]
        let moved = multipliers[entry.row] + d / Interval(entry.value)
        if row.lower == -.infinity && moved.upper > 0 || row.upper == .infinity && moved.lower < 0 { continue }
        let size = (entry.value * multipliers[entry.row]).magnitude
        if size > best?.size ?? -1 { best = (entry.row, entry.value, size) }
      }
      guard let best else { continue }
      multipliers[best.row] = multipliers[best.row] + d / Interval(best.value)
      isSettled[j] = true
      for entry in entries[j] { isClosed[entry.row] = true }
    }
    var total = Interval(withoutCosts ? 0 : program.offset)
    for (row, y) in zip(program.rows, multipliers) where y != Interval(0) {
      total = total + Interval((y * Interval(row.lower, row.upper)).lower)
    }
    reducedCosts = (0..<n).map { isSettled[$0] ? Interval(0) : reduced($0) }
    for j in 0..<n where reducedCosts[j] != Interval(0) {
      total = total + Interval((reducedCosts[j] * Interval(program.lower[j], program.upper[j])).lower)
    }
    // An empty interval would be a contradiction of the arithmetic, not of the program.
    value = total.isEmpty ? -.infinity : total.lower
  }
}
