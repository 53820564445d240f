// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusVerification
import Testing

/// One way to falsify a true answer.
struct Tampering: Sendable, CustomTestStringConvertible {
  var name: String
  var form: StandardForm
  var document: ResultDocument
  var subject: String
  var testDescription: String { name }

  init(
    _ name: String, _ form: StandardForm, _ document: ResultDocument, _ subject: String,
    _ change: (inout ResultDocument) -> Void
  ) {
    self.name = name
    self.form = form
    self.document = document
    self.subject = subject
    change(&self.document)
  }

  static let farmAnswer = answer(
    farm, .optimal, x: [4, 0], objective: 20, bound: 20, voucher: .reported(by: "HiGHS 1.15.1"))
  static let emptyAnswer = answer(empty, .infeasible, ray: [1, -1])
  static let endlessAnswer = answer(endless, .unbounded, x: [1, 0], objective: -1, ray: [1, 1])

  static let all: [Tampering] = [
    Tampering("wrong objective", wyndor, wyndorAnswer, "objective") { $0.objectives = [36.0001] },
    Tampering("objective that is no number", wyndor, wyndorAnswer, "objective") { $0.objectives = [.nan] },
    Tampering("two objectives", wyndor, wyndorAnswer, "objective") { $0.objectives = [36, 36] },
    Tampering("infeasible point", wyndor, wyndorAnswer, "point") {
      $0.solution?.values = [2, 6.0001]
      $0.objectives = [36.0005]
    },
    Tampering("worse point, bound kept", wyndor, wyndorAnswer, "bound") {
      $0.solution?.values = [2, 5]
      $0.objectives = [31]
    },
    Tampering("worse point with a matching bound", wyndor, wyndorAnswer, "optimality") {
      $0.solution?.values = [2, 5]
      $0.objectives = [31]
      $0.bound = 31
    },
    Tampering("flipped duals", wyndor, wyndorAnswer, "duals") { $0.duals?.values = [0, -1.5, -1] },
    Tampering("one dual changed", wyndor, wyndorAnswer, "duals") { $0.duals?.values = [0, 1.5, 0.99] },
    Tampering("dual that is no number", wyndor, wyndorAnswer, "duals") { $0.duals?.values = [.nan, 1.5, 1] },
    Tampering("dual of an unknown row", wyndor, wyndorAnswer, "duals") { $0.duals?.names = ["r0", "r1", "r7"] },
    Tampering("changed reduced cost", wyndor, wyndorAnswer, "reducedCosts") { $0.reducedCosts?.values = [0, 0.1] },
    Tampering("bound better than possible", wyndor, wyndorAnswer, "bound") { $0.bound = 35.9 },
    Tampering("bound that leaves a gap", wyndor, wyndorAnswer, "bound") { $0.bound = 37 },
    Tampering("bound that is no number", wyndor, wyndorAnswer, "bound") { $0.bound = .nan },
    Tampering("missing variable", wyndor, wyndorAnswer, "point") { $0.solution = NamedNumbers(["x0"], [2]) },
    Tampering("unknown variable", wyndor, wyndorAnswer, "point") {
      $0.solution = NamedNumbers(["x0", "x1", "x2"], [2, 6, 0])
    },
    Tampering("variable given twice", wyndor, wyndorAnswer, "point") {
      $0.solution = NamedNumbers(["x0", "x0"], [2, 6])
    },
    Tampering("variable that is no number", wyndor, wyndorAnswer, "point") { $0.solution?.values = [2, .nan] },
    Tampering("infinite variable", wyndor, wyndorAnswer, "point") { $0.solution?.values = [2, infinity] },
    Tampering("no point", wyndor, wyndorAnswer, "point") { $0.solution = nil },
    Tampering("another problem's fingerprint", wyndor, wyndorAnswer, "problem") { $0.problem.fingerprint = "1234abcd" },
    Tampering("unreadable fingerprint", wyndor, wyndorAnswer, "problem") { $0.problem.fingerprint = "none" },
    Tampering("other sizes", wyndor, wyndorAnswer, "problem") { $0.problem.constraints = 4 },
    Tampering("the other sense", wyndor, wyndorAnswer, "problem") { $0.problem.sense = .minimize },
    Tampering("called infeasible with a feasible point", wyndor, wyndorAnswer, "infeasibility") {
      $0.status = .infeasible
    },
    Tampering("called infeasible with a bogus ray", wyndor, wyndorAnswer, "infeasibility") {
      $0.status = .infeasible
      $0.solution = nil
      $0.certificate.pointChecked = false
      $0.ray = NamedNumbers(wyndor.rowNames, [1, 1, 1])
    },
    Tampering("called unbounded with a bogus ray", wyndor, wyndorAnswer, "unboundedness") {
      $0.status = .unbounded
      $0.ray = NamedNumbers(wyndor.columnNames, [1, 1])
    },
    Tampering("forged Farkas ray", empty, emptyAnswer, "infeasibility") { $0.ray?.values = [1, -2] },
    Tampering("ray over unknown rows", empty, emptyAnswer, "infeasibility") { $0.ray?.names = ["r0", "r9"] },
    Tampering("ray that is no number", empty, emptyAnswer, "infeasibility") { $0.ray?.values = [1, .nan] },
    Tampering("infeasible called optimal", empty, emptyAnswer, "point") {
      $0.status = .optimal
      $0.solution = NamedNumbers(empty.columnNames, [2, 0])
      $0.objectives = [2]
    },
    Tampering("direction out of a row", endless, endlessAnswer, "unboundedness") { $0.ray?.values = [1, 0.5] },
    Tampering("direction out of a bound", endless, endlessAnswer, "unboundedness") { $0.ray?.values = [-1, -1] },
    Tampering("direction that gains nothing", endless, endlessAnswer, "unboundedness") { $0.ray?.values = [0, 1] },
    Tampering("unbounded called optimal", endless, endlessAnswer, "duals") {
      $0.status = .optimal
      $0.duals = NamedNumbers(endless.rowNames, [0])
    },
    Tampering("fraction in an integer point", farm, farmAnswer, "point") {
      $0.solution?.values = [3, 1.5]
      $0.objectives = [21]
      $0.bound = 21
    },
    Tampering("suboptimal integer point with a matching bound", farm, farmAnswer, "bound") {
      $0.solution?.values = [3, 1]
      $0.objectives = [19]
      $0.bound = 19
    },
    Tampering("reported bound called verified", farm, farmAnswer, "status") { $0.certificate.verified = true },
    Tampering("feasible called infeasible", farm, farmAnswer, "infeasibility") {
      $0.status = .infeasible
      $0.solution = nil
      $0.objectives = []
      $0.bound = nil
      $0.certificate.pointChecked = false
    },
    Tampering("changed dual of a quadratic program", bowl, bowlAnswer, "duals") { $0.duals?.values = [-4] },
    Tampering("worse point of a quadratic program", bowl, bowlAnswer, "duals") {
      $0.solution?.values = [1, 2]
      $0.objectives = [-21]
      $0.bound = -21
    },
  ]
}

@Suite("Verifying tampered answers")
struct TamperingTests {
  @Test(arguments: Tampering.all)
  func isRefuted(tampering: Tampering) {
    let report = Verifier().verify(tampering.form, tampering.document)
    #expect(report.outcome == .refuted, "\(report.summary)")
    #expect(report.exitCode == 100)
    let blamed = report.claims.contains {
      $0.finding == .refuted && ($0.subject == tampering.subject || $0.subject == "optimality")
    }
    #expect(blamed, "\(report.summary)")
  }

  @Test func aForgedIntegerBoundOutOfReachOfEnumerationIsRefutedByABetterPoint() {
    // 40 items with weights that are no whole numbers; the point leaves room for one item more.
    var random = RandomStream(seed: 11)
    let n = 40
    let weights = (0..<n).map { _ in random.uniform(1, 2) }
    let f = form(
      weights.map { ($0 * 10).rounded() / 10 }, [weights], [-infinity], [weights.reduce(0, +) / 2],
      x: [(Double, Double)](repeating: (0, 1), count: n), kinds: [VariableKind](repeating: .integer, count: n),
      sense: .maximize)
    var x = [Double](repeating: 0, count: n)
    for j in 0..<10 { x[j] = 1 }
    let value = (0..<10).reduce(0.0) { $0 + f.costs[$1] }
    let forged = answer(f, .optimal, x: x, objective: value, bound: value, voucher: .reported(by: "HiGHS 1.15.1"))
    #expect(Verifier().verify(f, forged).outcome == .refuted)
    #expect(Verifier(effort: 0).verify(f, forged).outcome == .unchecked)
  }

  @Test func wideTolerancesDoNotMakeATruePoint() {
    var document = wyndorAnswer
    document.solution?.values = [2, 6.001]
    document.objectives = [36.005]
    document.bound = 36.005
    document.tolerances.feasibility = 0.1
    #expect(Verifier().verify(wyndor, document).outcome == .refuted)
    var honest = wyndorAnswer
    honest.tolerances.feasibility = 1e-3
    #expect(Verifier().verify(wyndor, honest).outcome == .unchecked)
  }
}
