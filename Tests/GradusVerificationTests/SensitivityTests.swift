// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import GradusVerification
import Testing

/// Ranges and derivatives in an answer: read back, recomputed, refuted when changed.
@Suite struct SensitivityTests {
  /// wyndor with its basis: x, y and the first row are basic. Ranges as in Hillier and Lieberman, chapter 7.
  private var ranged: ResultDocument {
    var document = wyndorAnswer
    document.basis = Basis(columns: [.basic, .basic], rows: [.basic, .upper, .upper])
    var sensitivity = Sensitivity()
    sensitivity.costs = [
      "x0": .init(value: 3, from: 0, to: 7.5), "x1": .init(value: 5, from: 2, to: infinity),
    ]
    sensitivity.sideRanges = ["r1": .init(value: 12, from: 6, to: 18), "r2": .init(value: 18, from: 12, to: 24)]
    document.sensitivity = sensitivity
    return document
  }

  @Test func rangesFollowFromTheBasis() {
    let report = Verifier().verify(wyndor, ranged)
    #expect(report["sensitivity"]?.finding == .confirmed, "\(report.summary)")
    #expect(report.outcome == .confirmed)
  }

  @Test func minimizationHasItsOwnRanges() {
    // min 2x + 3y, x + y ≥ 4, x ≤ 3: (3, 1), duals 3; x stands at its upper bound with the price −1.
    let f = form([2, 3], [[1, 1]], [4], [infinity], x: [(0, 3), (0, infinity)])
    var document = answer(f, .optimal, x: [3, 1], objective: 9, bound: 9, y: [3])
    document.basis = Basis(columns: [.upper, .basic], rows: [.lower])
    var sensitivity = Sensitivity()
    sensitivity.costs = [
      "x0": .init(value: 2, from: -infinity, to: 3), "x1": .init(value: 3, from: 2, to: infinity),
    ]
    sensitivity.sideRanges = ["r0": .init(value: 4, from: 3, to: infinity)]
    sensitivity.boundRanges = ["x0": .init(value: 3, from: 0, to: 4)]
    document.sensitivity = sensitivity
    let report = Verifier().verify(f, document)
    #expect(report["sensitivity"]?.finding == .confirmed, "\(report.summary)")
    document.sensitivity?.boundRanges["x0"]?.to = 5
    #expect(Verifier().verify(f, document)["sensitivity"]?.finding == .refuted)
  }

  @Test(arguments: 0..<7)
  func changedRangesAreRefuted(_ k: Int) {
    var document = ranged
    switch k {
    case 0: document.sensitivity?.costs["x0"]?.to = 8
    case 1: document.sensitivity?.costs["x1"]?.from = 2.5
    case 2: document.sensitivity?.costs["x0"]?.value = 4
    case 3: document.sensitivity?.sideRanges["r1"]?.from = 5.9
    case 4: document.sensitivity?.sideRanges["r0"] = .init(value: 4, from: 2, to: 6)
    case 5: document.sensitivity?.sideRanges["r9"] = .init(value: 4, from: 2, to: 6)
    default: document.sensitivity?.costs["x0"]?.to = .nan
    }
    let report = Verifier().verify(wyndor, document)
    #expect(report["sensitivity"]?.finding == .refuted, "\(report.summary)")
    #expect(report.exitCode == 100)
  }

  @Test func rangesWithoutABasisStayUnchecked() {
    var document = ranged
    document.basis = nil
    #expect(Verifier().verify(wyndor, document)["sensitivity"]?.finding == .unchecked)
  }

  /// min x² + y² over x·y ≥ s: at s = 1 the optimum is (1, 1) with the dual 2.
  private func curved() throws -> (FormulaProgram, ResultDocument) {
    let model = Model("curved")
    let x = model.variable("x", in: 0.1...10, start: 1)
    let y = model.variable("y", in: 0.1...10, start: 1)
    model.minimize(x ** 2 + y ** 2)
    model.require(x * y >= 1, "curve")
    let program = try model.program()
    var document = ResultDocument()
    document.status = .locallyOptimal
    document.problem.kind = "NLP"
    document.problem.variables = 2
    document.problem.constraints = 1
    document.solution = NamedNumbers(program.linear.columnNames, [1, 1])
    document.objectives = [2]
    document.duals = NamedNumbers(program.linear.rowNames, [2])
    // f(s) = 2s at x = y = √s.
    var sensitivity = Sensitivity()
    sensitivity.sides = ["curve": .init(objective: 2, point: [0.5, 0.5])]
    document.sensitivity = sensitivity
    return (program, document)
  }

  @Test func derivativesSatisfyTheirEquations() throws {
    let (program, document) = try curved()
    let report = Verifier().verify(program, document)
    #expect(report["sensitivity"]?.finding == .confirmed, "\(report.summary)")
    #expect(report.outcome == .confirmed)
  }

  @Test(arguments: 0..<6)
  func changedDerivativesAreRefuted(_ k: Int) throws {
    var (program, document) = try curved()
    switch k {
    case 0: document.sensitivity?.sides["curve"]?.objective = 2.01
    case 1: document.sensitivity?.sides["curve"]?.point = [0.6, 0.5]
    // Right for the row and the objective, but no longer stationary.
    case 2: document.sensitivity?.sides["curve"]?.point = [0.6, 0.4]
    case 3: document.sensitivity?.sides["curve"]?.point = [.nan, 0.5]
    case 4: document.sensitivity?.sides["arc"] = .init(objective: 2, point: [0.5, 0.5])
    default: document.sensitivity?.bounds["x"] = .init(objective: 0, point: [1, -1])
    }
    let report = Verifier().verify(program, document)
    #expect(report["sensitivity"]?.finding == .refuted, "\(report.summary)")
  }

  @Test func quadraticProgramsHaveDerivativesToo() {
    // On x + y = s the optimum moves by (½, ½) per unit of s, since Q(½, ½) is orthogonal to (1, −1).
    var document = bowlAnswer
    var sensitivity = Sensitivity()
    sensitivity.sides = ["r0": .init(objective: -4.5, point: [0.5, 0.5])]
    document.sensitivity = sensitivity
    let report = Verifier().verify(bowl, document)
    #expect(report["sensitivity"]?.finding == .confirmed, "\(report.summary)")
    document.sensitivity?.sides["r0"]?.point = [0.4, 0.6]
    #expect(Verifier().verify(bowl, document)["sensitivity"]?.finding == .refuted)
  }

  @Test func sensitivityIsReadAsItWasWritten() throws {
    for document in [ranged, try curved().1] {
      let again = try ResultDocument(document.json)
      #expect(again.sensitivity == document.sensitivity)
    }
    var noted = wyndorAnswer
    noted.sensitivity = Sensitivity()
    noted.sensitivity?.note = "none"
    #expect(try ResultDocument(noted.json).sensitivity?.note == "none")
  }

  @Test(
    arguments: [
      ("{\"costRanges\": 1}", "sensitivity.costRanges\" must be an object"),
      (
        "{\"costRanges\": {\"x\": {\"value\": 1, \"from\": \"low\", \"to\": 2}}}",
        "costRanges.x.from\" must be a number"
      ),
      ("{\"sideDerivatives\": {\"r\": {\"solution\": {}}}}", "sideDerivatives.r.objective\" must be a number"),
      ("{\"sideDerivatives\": {\"r\": {\"objective\": 1, \"solution\": {\"q\": 1}}}}", "names 'q'"),
      ("{\"note\": []}", "sensitivity.note\" must be a string"),
    ])
  func malformedSensitivityIsRefused(_ text: String, _ words: String) throws {
    let json = try JSONValue(
      parsing: "{\"schema\": \"gradus.result/1\", \"status\": \"optimal\", \"sensitivity\": \(text)}")
    let error = #expect(throws: ResultError.self) { try ResultDocument(json) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
