// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling

/// Ranges of a linear program, computed again from its basis; derivatives of a quadratic one.
extension Verification {
  mutating func checkSensitivity(_ point: [Double]?) {
    guard let sensitivity = answer.sensitivity else { return }
    if !sensitivity.sides.isEmpty || !sensitivity.bounds.isEmpty {
      guard !form.isDiscrete, point != nil, let program = try? FormulaProgram(form) else {
        return report.add("sensitivity", .unchecked, "derivatives of this problem are not checked")
      }
      var other = ProgramVerification(program, answer, effort: 0)
      if let point { other.checkSensitivity(point) }
      for claim in other.report.claims where claim.subject == "sensitivity" {
        report.add(claim.subject, claim.finding, claim.text)
      }
    }
    if sensitivity.costs.isEmpty && sensitivity.sideRanges.isEmpty && sensitivity.boundRanges.isEmpty { return }
    guard answer.status == .optimal, form.kindName == "LP", let basis = answer.basis else {
      return report.add("sensitivity", .unchecked, "ranges need the optimal basis of a linear program to be checked")
    }
    do throws(Refutation) {
      let n = form.variableCount
      let columns = Places(form.columnNames, "variable")
      let rows = Places(form.rowNames, "row")
      var ranges: [(what: String, line: Int, isCost: Bool, claimed: Sensitivity.Range)] = []
      for (name, range) in sensitivity.costs.sorted(by: { $0.key < $1.key }) {
        ranges.append(("the cost of '\(name)'", try columns[name], true, range))
      }
      for (name, range) in sensitivity.boundRanges.sorted(by: { $0.key < $1.key }) {
        ranges.append(("the bound of '\(name)'", try columns[name], false, range))
      }
      for (name, range) in sensitivity.sideRanges.sorted(by: { $0.key < $1.key }) {
        ranges.append(("the side of '\(name)'", n + (try rows[name]), false, range))
      }
      for range in ranges { try checkValue(range.what, range.line, range.isCost, range.claimed) }
      guard report.outcome != .refuted, let ranging = BasisRanging(view, basis) else {
        return report.add("sensitivity", .unchecked, "the basis is too large, or too near to singular, to check ranges")
      }
      // Where a basis is degenerate, a price within the dual tolerance has either sign.
      let costScale = form.costs.reduce(1) { max($0, abs($1)) }
      for range in ranges {
        try compare(
          range.what, range.claimed, range.isCost ? ranging.cost(range.line) : ranging.side(range.line),
          scale: range.isCost ? costScale : 1)
      }
      report.add("sensitivity", .confirmed, "the ranges follow from the basis")
    } catch {
      report.add("sensitivity", .refuted, error.text)
    }
  }

  /// The value is the one of the problem and lies in its range.
  private func checkValue(
    _ what: String, _ line: Int, _ isCost: Bool, _ range: Sensitivity.Range
  ) throws(Refutation) {
    let n = form.variableCount
    let known =
      isCost
      ? [form.costs[line]]
      : line < n
        ? [form.columnLower[line], form.columnUpper[line]] : [form.rowLower[line - n], form.rowUpper[line - n]]
    guard known.contains(range.value) else {
      throw Refutation(text: "\(what) is \(known[0]), not \(range.value)")
    }
    guard range.from <= range.value, range.value <= range.to else {
      throw Refutation(text: "\(what) is outside its own range")
    }
  }

  private func compare(
    _ what: String, _ claimed: Sensitivity.Range, _ actual: BasisRanging.Interval?, scale: Double
  ) throws(Refutation) {
    guard let actual else { throw Refutation(text: "\(what) holds nothing, but has a range") }
    for (claim, truth) in [(claimed.from, actual.from), (claimed.to, actual.to)] where claim != truth {
      if !(abs(claim - truth) <= 1e-6 * max(scale, abs(truth), abs(claimed.value))) {
        throw Refutation(
          text: "\(what) may move from \(actual.from) to \(actual.to), not from \(claimed.from) to \(claimed.to)")
      }
    }
  }
}

/// Where each name stands.
struct Places {
  private var places: [String: Int] = [:]
  private let what: String

  init(_ names: NameTable, _ what: String) {
    self.what = what
    places.reserveCapacity(names.count)
    for i in names.indices { places[names[i]] = i }
  }

  subscript(name: String) -> Int {
    get throws(Refutation) {
      guard let place = places[name] else {
        throw Refutation(text: "the sensitivity names \(what) '\(name)', which the problem lacks")
      }
      return place
    }
  }
}
