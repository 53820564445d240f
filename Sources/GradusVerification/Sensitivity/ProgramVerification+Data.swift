// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusModeling

extension Verifier {
  /// Derivatives with respect to the data of a model: one claim about `sensitivity`, or none where the answer has none.
  ///
  /// The model is read for a value a little larger and a little smaller, and the derivative is put into the equations that
  /// define it, with what values, sides, bounds and slopes changed by themselves. Cost: two readings a number.
  public func verify(_ data: FiveElementData, _ answer: ResultDocument) -> VerificationReport {
    var verification = ProgramVerification(data.program, answer, effort: 0)
    var report = VerificationReport()
    guard let entries = answer.sensitivity?.parameters, !entries.isEmpty else { return report }
    let (finding, text) = verification.judged(data, entries)
    report.add("sensitivity", finding, text)
    return report
  }
}

extension ProgramVerification {
  fileprivate mutating func judged(
    _ data: FiveElementData, _ entries: [String: Sensitivity.Derivative]
  ) -> (VerificationReport.Finding, String) {
    guard [.optimal, .locallyOptimal, .stationary].contains(answer.status), let x = usablePoint(),
      answer.duals != nil || program.constraintCount == 0, let multipliers = multipliers(at: x)
    else { return (.unchecked, "derivatives with respect to data need an optimum with duals to be checked") }
    let (free, active) = held(x, multipliers)
    let size = Double(program.graph.count + x.count)
    guard (Double(entries.count) + Double(active.count)) * Double(free.count + 1) * size <= 2e9 else {
      return (.unchecked, "there are too many derivatives with respect to data to check them")
    }
    let equations = DerivativeEquations(self, x, multipliers, free: free, active: active)
    do throws(Refutation) {
      for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
        guard let number = data.entries.first(where: { $0.name == name }) else {
          throw Refutation(text: "the sensitivity names '\(name)', which is no number that the model is given")
        }
        let h = 3e-5 * max(1e-2, abs(number.value))
        guard let ahead = try? data.program(moving: number, by: h),
          let behind = try? data.program(moving: number, by: -h),
          [ahead, behind].allSatisfy({ hasShape(of: $0) })
        else { throw Refutation(text: "'\(name)' cannot be moved, but has a derivative") }
        let change = change(x, multipliers, active, ProgramView(ahead), ProgramView(behind), 2 * h)
        try equations.check("'\(name)'", entry, change)
      }
      return (.confirmed, "the derivatives with respect to data satisfy the equations that define them")
    } catch {
      return (.refuted, error.text)
    }
  }

  private func hasShape(of other: FormulaProgram) -> Bool {
    other.linear.columnNames == form.columnNames && other.linear.rowNames == form.rowNames
  }

  /// What the point meets, by differences of width w.
  private func change(
    _ x: [Double], _ multipliers: Multipliers, _ active: [Int], _ ahead: ProgramView, _ behind: ProgramView, _ w: Double
  ) -> DerivativeEquations.Change {
    var change = DerivativeEquations.Change(rounding: 1e-5)
    let (above, below) = (ahead.values(x), behind.values(x))
    change.objective = (above.objective.rounded - below.objective.rounded) / w
    let here = view.values(x).rows
    for i in active {
      let isUpper = abs(here[i].rounded - form.rowUpper[i]) < abs(here[i].rounded - form.rowLower[i])
      func side(_ view: ProgramView) -> Double {
        isUpper ? view.program.linear.rowUpper[i] : view.program.linear.rowLower[i]
      }
      let moved = above.rows[i].rounded - below.rows[i].rounded
      change.rows[i] = (side(ahead) - side(behind) - moved) / w
    }
    for j in x.indices {
      let isUpper = abs(x[j] - form.columnUpper[j]) < abs(x[j] - form.columnLower[j])
      func bound(_ view: ProgramView) -> Double {
        isUpper ? view.program.linear.columnUpper[j] : view.program.linear.columnLower[j]
      }
      let moved = bound(ahead) - bound(behind)
      if moved.isFinite, moved != 0 { change.bounds[j] = moved / w }
    }
    // Rows that hold nothing have no part in it, whatever is left of their multipliers.
    var weights = multipliers.rows.map { _ in 0.0 }
    for i in active { weights[i] = -multipliers.rows[i] }
    let (more, less) = (
      ahead.gradient(x, objectiveWeight: sign, rowWeights: weights),
      behind.gradient(x, objectiveWeight: sign, rowWeights: weights)
    )
    change.slope = zip(more, less).map { ($0 - $1) / w }
    return change
  }
}
