// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusLinearAlgebra
import GradusNumerics
import GradusProblems
import GradusSmooth
import Testing

/// Linear systems that come with a start: it changes what an answer costs, and not what it means.
@Suite struct LinearStartTests {
  private static let grid: SparseMatrix = {
    var entries: [(row: Int, column: Int, value: Double)] = []
    for i in 0..<30 {
      entries.append((i, i, 2.1))
      guard i > 0 else { continue }
      entries.append((i, i - 1, -1))
      entries.append((i - 1, i, -1))
    }
    return SparseMatrix(rowCount: 30, columnCount: 30, triplets: entries)
  }()
  private static let truth = Vector((0..<30).map { Double(($0 * 7) % 5) - 2 })

  private static func system(start: Vector?) throws -> LinearSystem {
    try LinearSystem(grid, equals: grid.times(truth), start: start)
  }

  /// Runs one of the methods by its index.
  private static func solve(_ method: Int, start: Vector?) async throws -> Solution<Vector> {
    let problem = try system(start: start)
    func run<M: Catalogued>(_ method: M) async throws -> Solution<Vector>
    where M.Problem == LinearSystem, M.Point == Vector, M.Question == Turn {
      try await LinearMethodTests.solve(problem, by: method, answers: 20_000)
    }
    switch method {
    case 0: return try await run(LinearCG())
    case 1: return try await run(LinearMINRES())
    case 2: return try await run(LinearGMRES())
    case 3: return try await run(LinearLSQR())
    case 4: return try await run(LinearSOR())
    default: return try await run(SketchAndProject())
    }
  }

  @Test(arguments: 0..<6) func aStartAtTheSolutionIsTheAnswer(method: Int) async throws {
    let solution = try await Self.solve(method, start: Self.truth)
    #expect(solution.verdict.outcome == .optimal)
    #expect(solution.progress.answers == 0)
    #expect(solution.report.point == Self.truth)
    #expect((solution.report.operations ?? 0) > 0)
  }

  @Test(arguments: 0..<6) func aStartNearbyIsMeasuredByTheSameRightHandSide(method: Int) async throws {
    let cold = try await Self.solve(method, start: nil)
    let near = Self.truth + 1e-6 * Vector((0..<30).map { Double($0 % 3) - 1 })
    let warm = try await Self.solve(method, start: near)
    #expect(warm.verdict.outcome == .optimal && cold.verdict.outcome == .optimal)
    #expect(warm.progress.answers <= cold.progress.answers)
    #expect((warm.report.measure ?? 1) <= 1e-10 * 1.5)
  }

  @Test(arguments: 0..<6) func aStartFartherThanZeroChangesNothing(method: Int) async throws {
    let cold = try await Self.solve(method, start: nil)
    let far = try await Self.solve(method, start: 1e7 * Vector(repeating: 1, count: 30))
    #expect(far.report.point == cold.report.point)
    #expect(far.progress.answers == cold.progress.answers)
  }

  @Test func aRunWithAStartIsSavedAndResumed() async throws {
    let problem = try Self.system(start: 0.9 * Self.truth + Vector((0..<30).map { 0.01 * Double($0 % 7) }))
    let whole = try await Run(problem, by: LinearSOR(), asking: (), seed: 1).finish(until: .answers(2000))
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("gradus-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let half = try Run(problem, by: LinearSOR(), asking: (), seed: 1)
    for _ in 0..<9 { _ = try await half.step() }
    try half.save(to: path)
    let resumed = try Run<LinearSOR>(resuming: Checkpoint(contentsOf: path), of: problem, asking: ())
    let rest = try await resumed.finish(until: .answers(2000))
    #expect(rest.report.point == whole.report.point)
    #expect(rest.report.operations == whole.report.operations)
    #expect(rest.progress.answers == whole.progress.answers)
  }

  @Test func aStartThatDoesNotFitIsRefused() {
    #expect(throws: Unsuitable.self) { try Self.system(start: [1, 2]) }
    #expect(throws: Unsuitable.self) { try Self.system(start: Vector(repeating: .nan, count: 30)) }
  }
}
