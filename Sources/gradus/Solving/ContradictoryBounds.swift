// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

extension Subject {
  /// The answer to a program of formulas that cannot have a point, because the bounds of a variable or the sides of a row
  /// contradict each other: nothing needs to be solved to know it. Nil for every other problem.
  func contradiction(_ request: SolveRequest) -> ResultDocument? {
    guard case .program(let subject) = content else { return nil }
    let form = subject.program.linear
    let columns = form.columnLower.indices.filter { form.columnLower[$0] > form.columnUpper[$0] }
    let rows = form.rowLower.indices.filter { form.rowLower[$0] > form.rowUpper[$0] }
    if columns.isEmpty && rows.isEmpty { return nil }
    var document = ResultDocument()
    document.seed = request.seed
    document.problem = summary
    document.method.name = "bounds"
    document.status = .infeasible
    document.stopped = StopReason(.converged, "the bounds contradict each other", meansConvergence: true)
    document.certificate = Certificate(.farkas)
    document.certificate.verified = true
    document.explanation =
      columns.map { j in
        "\(form.columnNames[j]) must be at least \(form.columnLower[j]) and at most \(form.columnUpper[j])"
      }
      + rows.map { i in
        "row '\(form.rowNames[i])' must be at least \(form.rowLower[i]) and at most \(form.rowUpper[i])"
      }
    document.conflict = .init(
      rows: rows.prefix(1).map { form.rowNames[$0] },
      bounds: rows.isEmpty ? columns.prefix(1).map { form.columnNames[$0] } : [])
    document.seconds = request.elapsed
    return document
  }
}
