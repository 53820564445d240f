// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNative
import GradusNumerics

/// The linear relaxation of one form in one instance of HiGHS, solved again and again with other bounds.
///
/// Each solve starts from the basis of the last one. Blocking; one task at a time. Integer variables count as continuous.
public final class HighsRelaxation {
  private let session: HighsSession
  private let source: String

  /// Throws `MissingComponent` when HiGHS is not there.
  public init(_ form: StandardForm, search: LibrarySearch = .standard) throws {
    let highs = try Highs(search)
    session = try HighsSession(highs)
    source = "HiGHS \(highs.version)"
    try session.set("presolve", to: "off")
    try session.set("solver", to: "simplex")
    try session.set("threads", to: "1")
    var question = SolveLinear()
    question.relaxed = true
    try form.lend(question) { model throws(HighsError) in try session.pass(model) }
  }

  /// The optimum within these bounds, its multipliers, or a Farkas ray; `failed` where HiGHS gave up.
  public func solve(lower: [Double], upper: [Double]) throws -> LinearAnswer {
    try session.setBounds(lower: lower, upper: upper)
    let status = session.run()
    let answer: LinearAnswer
    switch status {
    case .optimal, .modelEmpty:
      let point = session.point
      var optimum = LinearAnswer(status: .optimal, source: source)
      optimum.primal = Vector(point.columns)
      optimum.duals = Vector(point.rowDuals)
      optimum.objective = session.information.objective
      answer = optimum
    case .infeasible:
      var infeasible = LinearAnswer(status: .infeasible, source: source)
      infeasible.ray = session.dualRay().map { Vector($0) }
      answer = infeasible
    case .unbounded, .unboundedOrInfeasible: answer = LinearAnswer(status: .unbounded, source: source)
    default:
      session.forgetSolution()
      answer = LinearAnswer(status: .failed, source: source)
    }
    return answer
  }
}
