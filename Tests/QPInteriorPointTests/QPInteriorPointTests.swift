// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusModeling
import GradusNumerics
import GradusSmooth
import Testing

@Suite("qp-interior-point")
struct QPInteriorPointTests {
  @Test("golden: a box, an equation, an inequality, a two-sided row, a maximization")
  func golden() async throws {
    // min ½x² − 3x, 0 ≤ x ≤ 2: x = 2, gradient −1 there.
    let box = try await solve(program([-3], q: [[1]], x: [(0, 2)]))
    #expect(box.verdict.outcome == .optimal)
    #expect(abs(box.report.point[0] - 2) < 1e-7)
    #expect(abs((box.report.reducedCosts?[0] ?? 0) + 1) < 1e-6)

    // min ½(x² + y²) subject to x + y = 2: (1, 1), multiplier 1.
    let free = (-Double.infinity, Double.infinity)
    let equation = try await solve(
      program([0, 0], q: [[1, 0], [0, 1]], rows: [[1, 1]], lower: [2], upper: [2], x: [free, free]))
    #expect(equation.verdict.outcome == .optimal)
    #expect((equation.report.point - [1, 1]).maximumMagnitude < 1e-9)
    #expect(abs((equation.report.multipliers?[0] ?? 0) - 1) < 1e-8)

    // max 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18: 36 at (2, 6), multipliers 0, 3/2, 1.
    let linear = try await solve(
      program(
        [3, 5], rows: [[1, 0], [0, 2], [3, 2]], lower: [-.infinity, -.infinity, -.infinity], upper: [4, 12, 18],
        sense: .maximize))
    #expect(linear.verdict.outcome == .optimal)
    #expect((linear.report.point - [2, 6]).maximumMagnitude < 1e-6)
    #expect(((linear.report.multipliers ?? .zeros(3)) - [0, 1.5, 1]).maximumMagnitude < 1e-6)

    // min x + y, −1 ≤ x − y ≤ 1, x ≥ 3, y ≥ 0: (3, 2).
    let ranged = try await solve(
      program([1, 1], rows: [[1, -1]], lower: [-1], upper: [1], x: [(3, .infinity), (0, .infinity)]))
    #expect(ranged.verdict.outcome == .optimal)
    #expect((ranged.report.point - [3, 2]).maximumMagnitude < 1e-6)
  }

  @Test("presolving gives removed rows their multipliers")
  func presolve() async throws {
    // min x + 2y + z: z = 1 fixed, 2x ≥ 6 singleton, x + y + z ≥ 2 redundant then, −y ≤ −5 singleton, an empty and a free row.
    let form = program(
      [1, 2, 1], rows: [[2, 0, 0], [1, 1, 1], [0, -1, 0], [0, 0, 0], [1, 0, 0]],
      lower: [6, 2, -.infinity, -1, -.infinity], upper: [.infinity, .infinity, -5, 1, .infinity],
      x: [(0, 10), (0, .infinity), (1, 1)])
    let solution = try await solve(form)
    #expect(solution.verdict.outcome == .optimal)
    #expect((solution.report.point - [3, 5, 1]).maximumMagnitude < 1e-6)
    #expect(((solution.report.multipliers ?? .zeros(5)) - [0.5, 0, -2, 0, 0]).maximumMagnitude < 1e-6)

    // Everything is fixed by singletons in turn: x = 2, then y from x + y = 5, then z from y + z = 4.
    let chain = program(
      [0, 0, 1], q: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], rows: [[1, 0, 0], [1, 1, 0], [0, 1, 1]], lower: [2, 5, 4],
      upper: [2, 5, 4])
    let fixed = try await solve(chain)
    #expect(fixed.verdict.outcome == .optimal)
    #expect((fixed.report.point - [2, 3, 1]).maximumMagnitude < 1e-12)
  }

  @Test("infeasible programs get a Farkas ray that the problem confirms")
  func infeasible() async throws {
    let cases: [StandardForm] = [
      // The program of qpinfeasible.lp in spirit: contradictory rows under a quadratic objective.
      program(
        [1, -2], q: [[1, 1], [1, 2]], rows: [[1, 1], [1, 1]], lower: [3, -.infinity], upper: [.infinity, 2]),
      // Bounds against a row.
      program([0, 0], rows: [[1, 1]], lower: [5], upper: [.infinity], x: [(0, 2), (0, 2)]),
      // Two singleton rows against each other, found by presolving.
      program([1], rows: [[2], [-1]], lower: [4, -1], upper: [.infinity, .infinity], x: [(-.infinity, .infinity)]),
      // An empty row that cannot hold.
      program([1], rows: [[0]], lower: [1], upper: [2]),
      // Three rows, free variables, none contradictory alone.
      program(
        [0, 0], q: [[1, 0], [0, 1]], rows: [[1, -1], [-1, 2], [0, -1]], lower: [1, 1, 0],
        upper: [.infinity, .infinity, .infinity], x: [(-.infinity, .infinity), (-.infinity, .infinity)]),
    ]
    for form in cases {
      let solution = try await solve(form)
      #expect(solution.report.claim == .infeasible, "\(form.rowLower)")
      #expect(solution.verdict.outcome == .infeasible, "\(form.rowLower)")
    }
  }

  @Test("unbounded programs get a direction that the problem confirms")
  func unbounded() async throws {
    let cases: [StandardForm] = [
      program([-1, 0], rows: [[1, -1]], lower: [-.infinity], upper: [1]),
      // Curved in x only; falls along y.
      program([0, -1], q: [[1, 0], [0, 0]], rows: [[1, 1]], lower: [0], upper: [.infinity]),
      program([1, 1], rows: [[1, 2]], lower: [-.infinity], upper: [4], sense: .maximize).unbounded(),
    ]
    for form in cases {
      let solution = try await solve(form)
      #expect(solution.report.claim == .unbounded)
      #expect(solution.verdict.outcome == .unbounded)
    }
  }

  @Test("a non-convex objective is refused by name")
  func refusal() {
    for q: [[Double]] in [[[-1]], [[0, 1], [1, 0]], [[1, 2], [2, 1]]] {
      #expect(throws: Unsuitable.self) {
        let problem = try QuadraticProgram(program([Double](repeating: 0, count: q.count), q: q))
        _ = try QPInteriorPoint().start(problem, random: RandomStream(seed: 0))
      }
    }
    // Concave and maximized is convex.
    #expect(throws: Never.self) {
      let problem = try QuadraticProgram(program([1], q: [[-1]], sense: .maximize))
      _ = try QPInteriorPoint().start(problem, random: RandomStream(seed: 0))
    }
  }

  @Test("degenerate shapes: no rows, no variables, dependent rows, huge scales")
  func shapes() async throws {
    #expect(try await solve(program([])).verdict.outcome == .optimal)
    #expect(try await solve(program([1, 1])).verdict.outcome == .optimal)
    let dependent = program(
      [1, 1], q: [[1, 0], [0, 1]], rows: [[1, 1], [2, 2], [1, 1]], lower: [2, 4, 2], upper: [2, 4, 2])
    let solution = try await solve(dependent)
    #expect(solution.verdict.outcome == .optimal)
    #expect((solution.report.point - [1, 1]).maximumMagnitude < 1e-6)
    let scaled = program(
      [1e6, 1e-3], q: [[1e8, 0], [0, 1e-4]], rows: [[1e5, 1e-2]], lower: [1], upper: [.infinity])
    #expect(try await solve(scaled).verdict.outcome == .optimal)
  }

  @Test("a run saved in the middle goes on to the same bits")
  func resume() async throws {
    let form = program(
      [1, -1, 2], q: [[2, 1, 0], [1, 2, 0], [0, 0, 1]], rows: [[1, 1, 1], [1, -1, 0]], lower: [1, -.infinity],
      upper: [1, 0.5], x: [(0, 3), (0, .infinity), (-1, 1)])
    let problem = try QuadraticProgram(form)
    let whole = try Run(problem, by: QPInteriorPoint(), asking: ())
    let a = try await whole.finish(until: .answers(1000))
    let first = try Run(problem, by: QPInteriorPoint(), asking: ())
    _ = try await first.finish(until: .answers(2))
    let second = try Run<QPInteriorPoint>(resuming: try first.checkpoint(), of: problem, asking: ())
    let b = try await second.finish(until: .answers(1000))
    #expect(a.report.point == b.report.point)
    #expect(a.report.multipliers == b.report.multipliers)
    #expect(a.progress.answers == b.progress.answers)
  }

  @Test(
    "every convex program of the shared data is solved to the best known value and confirmed",
    .enabled(if: SharedPrograms.isThere, Comment(rawValue: SharedPrograms.reason)))
  func sharedPrograms() async throws {
    let list = SharedPrograms.solvable
    #expect(list.count == 38)
    for (file, best) in list {
      let form = try ModelFile.read(path: SharedPrograms.root.appending(path: "qp/\(file)").path)
      let solution = try await solve(form)
      #expect(solution.verdict.outcome == .optimal, "\(file): \(solution.verdict.certificate.note ?? "")")
      let value = solution.verdict.objective ?? .nan
      #expect(abs(value - best) <= 1e-6 * max(1, abs(best)), "\(file): \(value), best known \(best)")
    }
  }

  @Test(
    "the infeasible program of the shared data is refuted",
    .enabled(if: SharedPrograms.isThere, Comment(rawValue: SharedPrograms.reason)))
  func sharedInfeasible() async throws {
    let form = try ModelFile.read(path: SharedPrograms.root.appending(path: "qp/qpinfeasible.lp").path)
    #expect(try await solve(form).verdict.outcome == .infeasible)
  }
}

extension StandardForm {
  /// The same with the first variable free to fall and its row sides kept: unbounded for a maximization of x + y.
  fileprivate func unbounded() -> StandardForm {
    var form = self
    form.columnLower = [-.infinity, 0]
    form.costs = [-1, 0]
    return form
  }
}
