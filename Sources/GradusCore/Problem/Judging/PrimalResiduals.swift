// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// How far a point is from the rows, bounds and kinds of a form, recomputed with compensated sums.
///
///     violation of a side s:  absolute  max(0, s − aᵀx) or max(0, aᵀx − s),   relative  absolute / max(1, |s|)
///
/// A semi-continuous variable is 0 or between its bounds. Cost: O(entries).
struct PrimalResiduals {
  var objective = 0.0
  /// Largest violation of a row or bound.
  var absolute = 0.0
  var relative = 0.0
  /// Largest distance of an integral variable from a whole number.
  var integrality = 0.0
  /// The place of the largest relative violation, in words.
  private var worst = Place.none
  private var mostFractional: Int?
  /// A·x.
  let activities: [CompensatedSum]
  /// Q·x, where Q stands.
  let curved: [CompensatedSum]?

  private enum Place { case none, row(Int), column(Int) }

  /// Nil when the point has the wrong length or an entry that is no finite number.
  init?(_ form: StandardForm, at x: [Double]) {
    guard x.count == form.variableCount, x.allSatisfy(\.isFinite) else { return nil }
    activities = form.activities(at: x)
    curved = form.quadratic.map { StandardForm.product($0, x) }
    objective = form.exactObjective(at: x, curved: curved)
    for i in activities.indices {
      note(-activities[i].minus(form.rowLower[i]), side: form.rowLower[i], .row(i))
      note(activities[i].minus(form.rowUpper[i]), side: form.rowUpper[i], .row(i))
    }
    for j in x.indices {
      let kind = form.kinds[j]
      if (kind == .semicontinuous || kind == .semiinteger) && noteSemicontinuous(form, j, x[j]) { continue }
      note(form.columnLower[j] - x[j], side: form.columnLower[j], .column(j))
      note(x[j] - form.columnUpper[j], side: form.columnUpper[j], .column(j))
      if kind.isIntegral {
        let distance = abs(x[j] - x[j].rounded())
        if distance > integrality {
          integrality = distance
          mostFractional = j
        }
      }
    }
  }

  private mutating func note(_ violation: Double, side: Double, _ place: Place) {
    if violation.isNaN {
      // Only an overflow gets here: sides and entries are numbers.
      absolute = .infinity
      relative = .infinity
      worst = place
      return
    }
    guard violation > 0 else { return }
    absolute = max(absolute, violation)
    let scaled = side.isFinite ? violation / max(1, abs(side)) : violation
    if scaled > relative {
      relative = scaled
      worst = place
    }
  }

  /// True when the value counts as zero: nearer to 0 than to its interval.
  private mutating func noteSemicontinuous(_ form: StandardForm, _ j: Int, _ value: Double) -> Bool {
    let outside = max(form.columnLower[j] - value, value - form.columnUpper[j], 0)
    guard abs(value) <= outside else { return false }
    note(abs(value), side: 0, .column(j))
    return true
  }

  func isFeasible(within tolerances: Tolerances) -> Bool {
    relative <= tolerances.feasibility && integrality <= tolerances.integrality
  }

  /// The largest violation by the user's names, for a note.
  func complaint(_ form: StandardForm, _ tolerances: Tolerances) -> String {
    if relative > tolerances.feasibility {
      switch worst {
      case .row(let i): return "row '\(form.rowNames[i])' is violated by \(brief(relative)) relative"
      case .column(let j): return "a bound of '\(form.columnNames[j])' is violated by \(brief(relative)) relative"
      case .none: break
      }
    }
    if let j = mostFractional { return "'\(form.columnNames[j])' is \(brief(integrality)) away from a whole number" }
    return "the point is feasible"
  }
}

/// A number for a note: two significant digits, such as `3.2e-06`, without Foundation's formatter.
func brief(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return "\(value)" }
  var exponent = 0
  var digits = abs(value)
  while digits >= 9.95 {
    digits /= 10
    exponent += 1
  }
  while digits < 0.995 {
    digits *= 10
    exponent -= 1
  }
  digits = (digits * 10).rounded() / 10
  return "\(value < 0 ? "-" : "")\(digits)" + (exponent == 0 ? "" : "e\(exponent)")
}
