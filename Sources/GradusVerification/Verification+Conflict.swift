// SPDX-License-Identifier: Apache-2.0
import GradusCore

extension Verification {
  /// A conflict names rows and bounds that contradict each other, none of which can be spared.
  ///
  /// With rows and bounds (as unit rows) stacked to B of k lines: when the solutions of Bᵀy = 0 form one line, spanned by
  /// a y without zeros whose sides separate (Σ y⁺L + Σ y⁻U > 0), the set is infeasible – and any k − 1 of its lines are
  /// linearly independent, so their activities can be chosen at will and the rest is feasible. That is what is checked;
  /// irreducible sets that do not fit (k beyond 2,000) stay unchecked.
  mutating func checkConflict() {
    guard let conflict = answer.conflict, answer.status == .infeasible else { return }
    do throws(Refutation) {
      let lines = try lines(of: conflict)
      guard !lines.isEmpty else { return }
      for line in lines where line.lower > line.upper && lines.count == 1 {
        return report.add("conflict", .confirmed, "the conflict is one line whose sides exclude each other")
      }
      guard form.kinds.allSatisfy({ $0 == .continuous }), lines.count <= 2000 else {
        return report.add("conflict", .unchecked, "a conflict of this size or kind is not checked")
      }
      switch Dependency.of(lines.map(\.entries)) {
      case .unique(let y):
        let separates = [1.0, -1.0].contains { orientation in
          var sum = DoubleDouble.zero
          for (line, weight) in zip(lines, y) where weight != 0 {
            let side = orientation * weight > 0 ? line.lower : line.upper
            if side.isInfinite { return false }
            sum += DoubleDouble.product(orientation * weight, side)
          }
          return sum.rounded > 0
        }
        // Where some weights are near rounding, their signs say nothing.
        let sizes = zip(lines, y).map { line, weight in abs(weight) * line.entries.reduce(0) { max($0, abs($1.value)) }
        }
        let largest = sizes.max() ?? 0
        if !separates, sizes.contains(where: { $0 < 1e-5 * largest }), lines.count > 10 {
          return report.add("conflict", .unchecked, "rounding leaves open whether the conflict is one")
        }
        guard separates else {
          throw Refutation(text: "the rows and bounds of the conflict do not contradict each other")
        }
        guard y.allSatisfy({ $0 != 0 }) else {
          return report.add("conflict", .unchecked, "the conflict is infeasible, but some parts of it seem not needed")
        }
        report.add("conflict", .confirmed, "the conflict is infeasible, and every part of it is needed")
      case .none where lines.count > 50:
        report.add(
          "conflict", .unchecked, "rounding leaves open whether the lines of the conflict depend on each other")
      case .none:
        throw Refutation(text: "the rows and bounds of the conflict are independent: they do not contradict each other")
      case .several:
        report.add("conflict", .unchecked, "the lines of the conflict depend on each other in several ways")
      }
    } catch {
      report.add("conflict", .refuted, error.text)
    }
  }

  private struct Line {
    var entries: [(column: Int, value: Double)]
    var lower: Double
    var upper: Double
  }

  private func lines(of conflict: ResultDocument.Conflict) throws(Refutation) -> [Line] {
    var rows: [String: Int] = [:]
    for i in form.rowNames.indices { rows[form.rowNames[i]] = i }
    var columns: [String: Int] = [:]
    for j in form.columnNames.indices { columns[form.columnNames[j]] = j }
    var lines: [Line] = []
    for name in conflict.rows {
      guard let i = rows[name] else {
        throw Refutation(text: "the conflict names row '\(name)', which the problem lacks")
      }
      lines.append(
        Line(entries: view.entries(i).filter { $0.value != 0 }, lower: form.rowLower[i], upper: form.rowUpper[i]))
    }
    for name in conflict.bounds {
      guard let j = columns[name] else {
        throw Refutation(text: "the conflict names the bounds of '\(name)', which the problem lacks")
      }
      lines.append(Line(entries: [(j, 1)], lower: form.columnLower[j], upper: form.columnUpper[j]))
    }
    return lines
  }
}
