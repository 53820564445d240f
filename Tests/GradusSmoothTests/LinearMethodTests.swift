// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics
import GradusProblems
import GradusSmooth
import Testing

/// The iterative methods as methods: what they refuse, what the problem says of their answers.
@Suite struct LinearMethodTests {
  static func system(_ rows: [[Double]], _ b: Vector) throws -> LinearSystem {
    var entries: [(row: Int, column: Int, value: Double)] = []
    for (i, row) in rows.enumerated() {
      for (j, value) in row.enumerated() where value != 0 { entries.append((i, j, value)) }
    }
    return try LinearSystem(
      SparseMatrix(rowCount: rows.count, columnCount: rows[0].count, triplets: entries), equals: b)
  }

  static func solve<M: Catalogued>(
    _ problem: LinearSystem, by method: M, answers: Int = 500
  ) async throws -> Solution<Vector>
  where M.Problem == LinearSystem, M.Point == Vector, M.Question == Turn {
    try await Run(problem, by: method, asking: (), seed: 1).finish(until: .answers(answers))
  }

  @Test func aWideRangeOfShapesIsJudgedOptimal() async throws {
    let square = try Self.system([[4, -1, 0], [-1, 4, -1], [0, -1, 4]], [1, 2, 3])
    #expect(try await Self.solve(square, by: LinearCG()).verdict.outcome == .optimal)
    #expect(try await Self.solve(square, by: LinearMINRES()).verdict.outcome == .optimal)
    #expect(try await Self.solve(square, by: LinearGMRES()).verdict.outcome == .optimal)
    #expect(try await Self.solve(square, by: LinearSOR()).verdict.outcome == .optimal)
    #expect(try await Self.solve(square, by: LinearLSQR()).verdict.outcome == .optimal)
    #expect(try await Self.solve(square, by: SketchAndProject()).verdict.outcome == .optimal)
    #expect(try await Self.solve(square, by: SketchedLSQR()).verdict.outcome == .optimal)
    let wide = try Self.system([[1, 2, 3], [0, 1, 1]], [1, 2])
    #expect(try await Self.solve(wide, by: LinearLSQR()).verdict.outcome == .optimal)
  }

  @Test func leastSquaresPointsAreCalledSo() async throws {
    let tall = try Self.system([[1, 0], [0, 1], [1, 1]], [1, 1, 0])
    let solution = try await Self.solve(tall, by: LinearLSQR())
    #expect(solution.verdict.outcome == .optimal && solution.verdict.certificate.verified)
    #expect(solution.verdict.certificate.note?.contains("no solution") == true)
    #expect(abs((solution.verdict.objective ?? 0) - 2.0 / 3) < 1e-12)
  }

  @Test func indefiniteAndSingularSystemsEndWithoutAFalseStatement() async throws {
    let indefinite = try Self.system([[1, 2], [2, 1]], [1, -1])
    let cg = try await Self.solve(indefinite, by: LinearCG())
    #expect(cg.report.claim == .failed && cg.verdict.outcome != .optimal)
    #expect(try await Self.solve(indefinite, by: LinearMINRES()).verdict.outcome == .optimal)
    let diverging = try await Self.solve(try Self.system([[1, 5], [5, 1]], [1, 2]), by: LinearSOR(), answers: 5000)
    #expect(diverging.report.claim == .failed && diverging.verdict.outcome != .optimal)
    let contradictory = try Self.system([[1, 1], [1, 1]], [1, 2])
    let minres = try await Self.solve(contradictory, by: LinearMINRES())
    #expect(minres.verdict.certificate.note?.contains("no solution") == true)
    #expect(abs((minres.verdict.objective ?? 0) - 0.25) < 1e-9)
  }

  @Test func unsuitableMatricesAreRefused() throws {
    let wide = try Self.system([[1, 2, 3], [0, 1, 1]], [1, 2])
    let lopsided = try Self.system([[2, 1], [0, 2]], [1, 2])
    let hollow = try Self.system([[0, 1], [1, 0]], [1, 2])
    let random = RandomStream(seed: 1)
    #expect(throws: Unsuitable.self) { try LinearCG().start(wide, random: random) }
    #expect(throws: Unsuitable.self) { try LinearGMRES().start(wide, random: random) }
    #expect(throws: Unsuitable.self) { try SketchedLSQR().start(wide, random: random) }
    #expect(throws: Unsuitable.self) { try LinearMINRES().start(lopsided, random: random) }
    #expect(throws: Unsuitable.self) { try LinearSOR().start(hollow, random: random) }
    #expect(throws: Unsuitable.self) { try Self.system([[.nan, 1], [1, 0]], [1, 2]) }
    #expect(throws: Unsuitable.self) { try Self.system([[1, 1], [1, 0]], [1, .infinity]) }
    #expect(throws: Unsuitable.self) { try Self.system([[1, 1], [1, 0]], [1]) }
    var ic = LinearCG()
    ic.preconditioner = .incompleteCholesky
    #expect(throws: Unsuitable.self) { try ic.start(hollow, random: random) }
  }

  @Test func zeroRightHandSidesAreSolvedAtOnce() async throws {
    let zero = try Self.system([[4, -1], [-1, 4]], [0, 0])
    let solution = try await Self.solve(zero, by: LinearCG())
    #expect(solution.verdict.outcome == .optimal && solution.progress.answers == 0)
  }

  @Test func operationsAreCounted() throws {
    let square = try Self.system([[4, -1, 0], [-1, 4, -1], [0, -1, 4]], [1, 2, 3])
    let method = LinearCG()
    var state = try method.start(square, random: RandomStream(seed: 1))
    while let question = method.ask(&state) { method.tell(&state, Done(), to: question) }
    #expect(state.counts.products == 3 || state.counts.products == 2)
    #expect(state.counts.operations >= state.counts.products * 14)
  }
}
