// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// The ranges in which an optimal basis stays optimal, from a dense tableau of its own.
///
///     A x − r = 0,   lines = columns and rows,   T = B⁻¹N,   x_B = −T x_N,   d_N = c_N − Tᵀc_B
///
/// A side of a line that is not basic may move while all x_B stay within their bounds; a cost while no reduced cost changes
/// its sign. Cost: m²·(n + m) operations. Reference: Murty, *Linear Programming* (1983), chapter 8.
struct BasisRanging {
  /// Open at both ends means that nothing limits it.
  typealias Interval = (from: Double, to: Double)

  private let view: RowView
  private let status: [BasisStatus]
  private let basic: [Int]
  private let others: [Int]
  /// Row by basic line, column by the line that is not basic.
  private let tableau: [[Double]]
  /// Values of the basic lines.
  private var values: [Double] = []
  /// Reduced costs of the others, for minimization.
  private var prices: [Double] = []

  /// Operations that a check may cost.
  static let limit = 2e9
  /// Elements of the tableau below this are rounding.
  private static let tiny = 1e-9

  /// Nil when the basis does not fit the form, is singular, or is too large for dense elimination.
  init?(_ view: RowView, _ basis: Basis) {
    let form = view.form
    let (n, m) = (form.variableCount, form.constraintCount)
    guard basis.columns.count == n, basis.rows.count == m, Double(m) * Double(m) * Double(n + m) <= Self.limit else {
      return nil
    }
    self.view = view
    status = basis.columns + basis.rows
    basic = status.indices.filter {
      basis.columns.count > $0 ? basis.columns[$0] == .basic : basis.rows[$0 - n] == .basic
    }
    let all = basis.columns + basis.rows
    others = all.indices.filter { all[$0] != .basic }
    guard basic.count == m, let tableau = Self.tableau(view, basic, others) else { return nil }
    self.tableau = tableau
    var sides: [Double] = []
    for line in others {
      guard let side = Self.side(status[line], Self.bounds(form, line)) else { return nil }
      sides.append(side)
    }
    values = tableau.map { row in -zip(row, sides).reduce(0) { $0 + $1.0 * $1.1 } }
    let costs = all.indices.map { $0 < n ? view.sign * form.costs[$0] : 0 }
    prices = others.map { costs[$0] }
    for (r, line) in basic.enumerated() where costs[line] != 0 {
      for k in prices.indices { prices[k] -= costs[line] * tableau[r][k] }
    }
  }

  private static func bounds(_ form: StandardForm, _ line: Int) -> Interval {
    let n = form.variableCount
    return line < n
      ? (form.columnLower[line], form.columnUpper[line]) : (form.rowLower[line - n], form.rowUpper[line - n])
  }

  /// Where a line stands that is not basic; nil when the side is infinite.
  private static func side(_ status: BasisStatus, _ bounds: Interval) -> Double? {
    switch status {
    case .basic: nil
    case .lower: bounds.from.isFinite ? bounds.from : nil
    case .upper: bounds.to.isFinite ? bounds.to : nil
    case .free: 0
    case .nonbasic: bounds.from.isFinite ? bounds.from : bounds.to.isFinite ? bounds.to : 0
    }
  }

  /// B⁻¹N by Gauss–Jordan elimination with partial pivoting; nil when B is singular.
  private static func tableau(_ view: RowView, _ basic: [Int], _ others: [Int]) -> [[Double]]? {
    let (n, m) = (view.columnCount, view.rowCount)
    var place = [Int](repeating: 0, count: n + m)
    for (k, line) in basic.enumerated() { place[line] = k }
    for (k, line) in others.enumerated() { place[line] = m + k }
    var rows: [[Double]] = []
    for i in 0..<m {
      var row = [Double](repeating: 0, count: n + m)
      for (j, value) in view.entries(i) { row[place[j]] += value }
      row[place[n + i]] = -1
      rows.append(row)
    }
    for k in 0..<m {
      guard let pivot = (k..<m).max(by: { abs(rows[$0][k]) < abs(rows[$1][k]) }), abs(rows[pivot][k]) > 1e-11 else {
        return nil
      }
      rows.swapAt(k, pivot)
      let scale = 1 / rows[k][k]
      var own = rows[k]
      for q in k..<n + m { own[q] *= scale }
      rows[k] = own
      let used = (k..<n + m).filter { own[$0] != 0 }
      for i in 0..<m where i != k && rows[i][k] != 0 {
        let factor = rows[i][k]
        for q in used { rows[i][q] -= factor * own[q] }
      }
    }
    return rows.map { Array($0[m...]) }
  }

  /// The side of a line that is not basic may move so far; nil for a basic one.
  func side(_ line: Int) -> Interval? {
    guard let k = others.firstIndex(of: line), let now = Self.side(status[line], Self.bounds(view.form, line)) else {
      return nil
    }
    // A side may meet the other side of its line, not pass it; two equal sides move together.
    let (lower, upper) = Self.bounds(view.form, line)
    var range: Interval = (
      now == upper && now != lower ? lower : -.infinity, now == lower && now != upper ? upper : .infinity
    )
    for (r, basicLine) in basic.enumerated() {
      let speed = -tableau[r][k]
      guard abs(speed) > Self.tiny else { continue }
      let (lower, upper) = Self.bounds(view.form, basicLine)
      let steps = [(lower - values[r]) / speed, (upper - values[r]) / speed].sorted()
      range.from = max(range.from, now + min(0, steps[0]))
      range.to = min(range.to, now + max(0, steps[1]))
    }
    return range
  }

  /// The cost of column j, in the user's sense, may move so far.
  func cost(_ j: Int) -> Interval {
    let now = view.sign * view.form.costs[j]
    var range: Interval = (-.infinity, .infinity)
    if let k = others.firstIndex(of: j) {
      let free = now - prices[k]
      switch orientation(others[k]) {
      case 1: range.from = min(now, free)
      case -1: range.to = max(now, free)
      case 0: break
      default: range = (now, now)
      }
    } else if let r = basic.firstIndex(of: j) {
      for k in others.indices {
        let slope = tableau[r][k]
        let direction = orientation(others[k])
        guard abs(slope) > Self.tiny, direction != 0 else { continue }
        // The price d − t·slope keeps its sign until t = d / slope; a price of the wrong sign by rounding counts as zero.
        let step = direction == 2 ? 0 : prices[k] * Double(direction) > 0 ? prices[k] / slope : 0
        let grows = direction == 2 ? true : slope * Double(direction) > 0
        if grows { range.to = min(range.to, now + step) }
        if !grows || direction == 2 { range.from = max(range.from, now + step) }
      }
    }
    return view.sign > 0 ? range : (-range.to, -range.from)
  }

  /// +1: the price must not be negative; −1: not positive; 0: any; 2: zero.
  private func orientation(_ line: Int) -> Int {
    let (lower, upper) = Self.bounds(view.form, line)
    if lower == upper { return 0 }
    switch status[line] {
    case .lower: return 1
    case .upper: return -1
    case .free: return 2
    case .nonbasic, .basic: return lower.isFinite ? 1 : upper.isFinite ? -1 : 2
    }
  }
}
