// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import GradusVerification
import Testing

/// Answers to programs of formulas, true and tampered with.
@Suite struct ProgramVerificationTests {
  /// min x² + y² subject to x·y ≥ 1 and 0.1 ≤ x, y ≤ 10: the optimum is (1, 1) with value 2 and dual 2.
  private func hyperbola() throws -> FormulaProgram {
    let model = Model("hyperbola")
    let x = model.variable("x", in: 0.1...10, start: 3)
    let y = model.variable("y", in: 0.1...10, start: 2)
    model.minimize(x ** 2 + y ** 2)
    model.require(x * y >= 1, "curve")
    return try model.program()
  }

  private func answer(
    to program: FormulaProgram, _ status: Status, _ point: [Double], _ objective: Double?, duals: [Double]?,
    bound: Double? = nil
  ) -> ResultDocument {
    var document = ResultDocument()
    document.status = status
    document.problem.kind = "NLP"
    document.problem.sense = program.linear.sense
    document.problem.variables = program.variableCount
    document.problem.constraints = program.constraintCount
    document.problem.fingerprint = String(program.fingerprint, radix: 16)
    document.solution = NamedNumbers(program.linear.columnNames, point)
    document.objectives = objective.map { [$0] } ?? []
    document.duals = duals.map { NamedNumbers(program.linear.rowNames, $0) }
    document.bound = bound
    return document
  }

  @Test func aLocalOptimumIsConfirmed() throws {
    let program = try hyperbola()
    let report = Verifier().verify(program, answer(to: program, .locallyOptimal, [1, 1], 2, duals: [2]))
    #expect(report.outcome == .confirmed, "\(report.summary)")
    let stationary = Verifier().verify(program, answer(to: program, .stationary, [1, 1], 2, duals: [2]))
    #expect(stationary.outcome == .confirmed)
  }

  @Test func convexityIsNotTakenOnTrust() throws {
    let program = try hyperbola()
    let report = Verifier().verify(program, answer(to: program, .optimal, [1, 1], 2, duals: [2]))
    #expect(report.outcome == .unchecked)
  }

  /// Each tampering is refuted, by the claim that is about it.
  @Test(
    arguments: [
      ("point", [0.9, 1.0], 1.81, [1.8], "point is not feasible"),
      ("objective", [1.0, 1.0], 1.9, [2.0], "not 1.9"),
      ("optimality", [2.0, 0.5], 4.25, [2.0], "first-order conditions fail"),
      ("optimality", [1.0, 1.0], 2.0, [-2.0], "first-order conditions fail"),
      ("optimality", [1.0, 1.0], 2.0, [1.5], "first-order conditions fail"),
      ("point", [20.0, 20.0], 800.0, [2.0], "point is not feasible"),
    ] as [(String, [Double], Double, [Double], String)])
  func tamperedAnswers(_ subject: String, _ point: [Double], _ value: Double, _ duals: [Double], _ words: String) throws
  {
    let program = try hyperbola()
    let report = Verifier().verify(program, answer(to: program, .locallyOptimal, point, value, duals: duals))
    #expect(report.outcome == .refuted)
    #expect(report[subject]?.finding == .refuted)
    #expect(report[subject]?.text.contains(words) == true, "\(report.summary)")
  }

  @Test func aSaddleIsNoLocalOptimum() throws {
    let model = Model("saddle")
    let x = model.variable("x")
    let y = model.variable("y")
    model.minimize(x ** 2 - y ** 2 + x * y)
    let program = try model.program()
    let report = Verifier().verify(program, answer(to: program, .locallyOptimal, [0, 0], 0, duals: []))
    #expect(report.outcome == .refuted)
    #expect(report["optimality"]?.text.contains("bends down") == true)
    let modest = Verifier().verify(program, answer(to: program, .stationary, [0, 0], 0, duals: []))
    #expect(modest.outcome == .confirmed)
  }

  @Test func maximizationHasItsOwnSigns() throws {
    let model = Model("largest product")
    let x = model.variable("x", from: 0)
    let y = model.variable("y", from: 0)
    model.maximize(sqrt(x * y))
    model.require(x + y <= 4, "length")
    let program = try model.program()
    let good = answer(to: program, .stationary, [2, 2], 2, duals: [0.5])
    #expect(Verifier().verify(program, good).outcome == .confirmed)
    let wrong = answer(to: program, .stationary, [2, 2], 2, duals: [-0.5])
    #expect(Verifier().verify(program, wrong).outcome == .refuted)
  }

  @Test func localInfeasibilityNeedsAStationaryViolation() throws {
    let model = Model("circle apart")
    let x = model.variable("x")
    let y = model.variable("y")
    model.minimize(x)
    model.require(x ** 2 + y ** 2 <= 1, "disk")
    model.require(x >= 3, "beyond")
    let program = try model.program()
    // ½(x² − 1)² + ½(3 − x)² is stationary where 2x(x² − 1) = 3 − x, which has one real root.
    let point = [1.289623901485061, 0]
    let report = Verifier().verify(program, answer(to: program, .locallyInfeasible, point, nil, duals: nil))
    #expect(report.outcome == .confirmed, "\(report.summary)")
    let elsewhere = Verifier().verify(program, answer(to: program, .locallyInfeasible, [2, 0], nil, duals: nil))
    #expect(elsewhere.outcome == .unchecked)
    let feasible = try hyperbola()
    let lie = Verifier().verify(feasible, answer(to: feasible, .locallyInfeasible, [1, 1], 2, duals: nil))
    #expect(lie.outcome == .refuted)
  }

  @Test func boundsMustNotExcludeThePoint() throws {
    let program = try hyperbola()
    let excluded = Verifier().verify(program, answer(to: program, .feasible, [2, 1], 5, duals: nil, bound: 6))
    #expect(excluded["bound"]?.finding == .refuted)
    let open = Verifier().verify(program, answer(to: program, .feasible, [2, 1], 5, duals: nil, bound: 1))
    #expect(open.outcome == .unchecked)
  }

  @Test func anotherProblemIsNoticed() throws {
    let program = try hyperbola()
    var document = answer(to: program, .locallyOptimal, [1, 1], 2, duals: [2])
    document.problem.fingerprint = "1234"
    #expect(Verifier().verify(program, document)["problem"]?.finding == .refuted)
  }

  /// The jets of verification and the tapes of the solvers are written apart; they must agree.
  @Test func jetsAgreeWithTapes() throws {
    let model = Model("all operations")
    let x = model.variable("x", start: 0.4)
    let y = model.variable("y", start: 0.7)
    let parts: [Formula] = [
      x / y, x ** y, (x + 2) ** 2.5, abs(x - y), sqrt(x + y), exp(x * y), log(x + y), log10(x + 2 * y), sin(x), cos(y),
      tan(x), asin(x), acos(y), atan(x * y), sinh(x), cosh(y), tanh(x), asinh(y), acosh(1 + x + y), atanh(x * y),
      atan2(x, y), min(x, y), max(x, y), Formula.conditional(x - 0.4 * y, then: x ** 3, otherwise: y),
    ]
    model.minimize(Formula.sum(parts.map { $0 * (1 + x) }))
    let program = try model.program()
    let slope = try #require(try FormulaOracle(program).immediateLinearization(at: [0.4, 0.7])).gradient
    let z = NamedNumbers(program.linear.columnNames, slope.elements)
    var document = answer(to: program, .stationary, [0.4, 0.7], nil, duals: [])
    document.reducedCosts = z
    // Not stationary: the residual that verification states is the gradient, computed its own way.
    let report = Verifier().verify(program, document)
    let residual = try #require(report["optimality"]?.residuals["dualResidual"])
    #expect(abs(residual - slope.maximumMagnitude) <= 1e-12 * slope.maximumMagnitude)
  }
}
