// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import GradusSmooth
import Testing

@Suite struct AdaSketchNewtonTests {
  @Test(arguments: ["hs6", "hs7", "hs10", "hs12", "hs26", "hs30", "hs43", "hs71"])
  func findsOptimaWithMultipliers(_ name: String) async throws {
    let problem = try LibraryProgram(name)
    let run = try await drive(AdaSketchNewton(), problem.program, problem.oracle, limit: 1000)
    try problem.expect(run.report, tolerance: 1e-6, multipliers: name != "hs26" && name != "hs30")
  }

  /// Every way to sketch, to solve, to stop and to test the curvature.
  static let ways: [(String, AdaSketchNewton)] = {
    var ways: [(String, AdaSketchNewton)] = []
    for sketch in SketchKindNames.all {
      var method = AdaSketchNewton()
      if (try? AdaSketchNewton.settings.first { $0.name == "sketch" }?.write(&method, sketch)) != nil {
        ways.append((sketch, method))
      }
    }
    for convexity in AdaSketchNewton.Convexity.allCases {
      var method = AdaSketchNewton()
      method.convexity = convexity
      ways.append((convexity.rawValue, method))
    }
    var exact = AdaSketchNewton()
    exact.solver = .factorization
    ways.append(("factorization", exact))
    var conservative = AdaSketchNewton()
    conservative.accuracy = .conservative
    ways.append(("conservative", conservative))
    var linear = AdaSketchNewton()
    linear.superlinear = false
    ways.append(("linear", linear))
    return ways
  }()

  @Test(arguments: ways.map(\.0))
  func everyWayArrives(_ way: String) async throws {
    let method = try #require(Self.ways.first { $0.0 == way }).1
    // Only tests of the whole null space keep away from the maximum of hs7.
    for name in way == "step" ? ["hs71", "hs43"] : ["hs7", "hs71", "hs43"] {
      let problem = try LibraryProgram(name)
      let run = try await drive(method, problem.program, problem.oracle, limit: 2000)
      try problem.expect(run.report, tolerance: 1e-6)
    }
  }

  @Test func logisticRegressionOnASphere() async throws {
    let (program, oracle) = ConstrainedLogistic(dimension: 40, seed: 1).problem
    var method = AdaSketchNewton()
    method.tolerance = 1e-7
    method.width = 20
    var exact = method
    exact.solver = .factorization
    let reference = try await finish(exact, program, oracle)
    let sketched = try await finish(method, program, oracle)
    #expect(reference.residualNorm <= 1e-6 && sketched.residualNorm <= 1e-6)
    #expect(sketched.iterations <= 3 * reference.iterations)
    #expect(sketched.unitSteps >= 4)
    #expect(sketched.sketches > 0 && reference.sketches == 0)
    #expect(sketched.factorizations == 0)
  }

  private func finish(
    _ method: AdaSketchNewton, _ program: NonlinearProgram, _ oracle: any ConstraintOracle
  ) async throws -> AdaSketchNewton.State {
    var state = try method.start(program, random: RandomStream(seed: 3))
    for _ in 0..<500 {
      guard let question = method.ask(&state) else { break }
      method.tell(&state, try await question.put(to: oracle), to: question)
    }
    return state
  }

  /// min 2(|x|² − 1) − x₁ on the unit circle: a full step that raises both objective and violation is taken.
  @Test(arguments: [0.3, 0.1, 0.03])
  func fullStepsOnTheCircleOfMaratos(_ sine: Double) async throws {
    let (program, oracle) = Maratos.problem(sine: sine)
    let method = AdaSketchNewton()
    var state = try method.start(program, random: RandomStream(seed: 1))
    while state.iterations < 1, let question = method.ask(&state) {
      method.tell(&state, try await question.put(to: oracle), to: question)
    }
    #expect(state.unitSteps == 1)
    let point = method.report(state).point
    let start = program.start
    #expect(Maratos.objective(point) > Maratos.objective(start))
    #expect(abs(point.inner(point) - 1) > abs(start.inner(start) - 1))
  }

  /// A bound whose coordinate starts at a stationary point with the wrong sign is left.
  @Test func wrongSignsAreLeft() async throws {
    let oracle = ClosureProgram(
      objective: { ($0[0] - 2) * ($0[0] - 2) + $0[1] * $0[1] }, gradient: { [2 * ($0[0] - 2), 2 * $0[1]] },
      rows: { [$0[0] + $0[1]] }, jacobian: { _ in [[1, 1]] }, product: { _, _, sigma, d in (2 * sigma) * d })
    let program = NonlinearProgram(
      start: [0, 1], domain: Box(lower: [0, 0], upper: [3, .infinity]), rowLower: [-.infinity], rowUpper: [1.5])
    let run = try await drive(AdaSketchNewton(), program, oracle, limit: 500)
    #expect(run.report.claim == .stationary)
    #expect(isClose(run.report.point, [1.5, 0], relative: 1e-5))
    #expect(abs(try #require(run.report.multipliers)[0] + 1) < 1e-5)
    #expect(abs(try #require(run.report.reducedCosts)[1] - 1) < 1e-5)
  }

  @Test func contradictingRowsAreNotSolved() async throws {
    let run = try await drive(AdaSketchNewton(), ClosureProgram.apart, ClosureProgram.discAndHalfPlane, limit: 2000)
    #expect(run.report.value == nil)
    #expect(run.report.claim != .stationary && run.report.claim != .optimal)
  }

  @Test func dependentRowsDoNoHarm() async throws {
    let run = try await drive(AdaSketchNewton(), ClosureProgram.dependent, ClosureProgram.dependentRows, limit: 500)
    #expect(run.report.claim == .stationary)
    #expect(isClose(run.report.point, [1, 1], relative: 1e-6))
  }

  @Test func denseSettingsRefuseLargePrograms() {
    let large = NonlinearProgram(start: .zeros(1001), domain: .all(1001), rowLower: [], rowUpper: [])
    var method = AdaSketchNewton()
    method.accuracy = .conservative
    #expect(throws: Unsuitable.self) { try method.start(large, random: RandomStream(seed: 1)) }
  }
}

private enum SketchKindNames {
  static let all = AdaSketchNewton.settings.first { $0.name == "sketch" }?.choices ?? []
}

/// A circle on which full Newton steps raise objective and violation at once.
private enum Maratos {
  static func objective(_ x: Vector) -> Double { 2 * (x.inner(x) - 1) - x[0] }

  static func problem(sine: Double) -> (NonlinearProgram, ClosureProgram) {
    let oracle = ClosureProgram(
      objective: objective, gradient: { [4 * $0[0] - 1, 4 * $0[1]] }, rows: { [$0.inner($0)] },
      jacobian: { [2 * $0] }, product: { _, y, sigma, d in (4 * sigma + 2 * y[0]) * d })
    return (
      NonlinearProgram(start: [(1 - sine * sine).squareRoot(), sine], domain: .all(2), rowLower: [1], rowUpper: [1]),
      oracle
    )
  }
}

/// Σ log(1 + exp(−yᵢaᵢᵀx))/N with A·x = b (ten rows) and |x|² = 1.
private struct ConstrainedLogistic {
  let problem: (NonlinearProgram, ClosureProgram)

  init(dimension n: Int, seed: UInt64) {
    var random = RandomStream(seed: seed)
    let count = 80
    let features = (0..<count).map { _ in random.normals(n) }
    let truth = random.normals(n)
    let signs = features.map { $0.inner(truth) + random.normal() > 0 ? 1.0 : -1.0 }
    let linear = (0..<10).map { _ in random.normals(n) }
    let inside = random.normals(n)
    let anchor = (0.5 / inside.norm) * inside
    let sides = linear.map { $0.inner(anchor) }
    let weight = 1 / Double(count)
    @Sendable func logistic(_ x: Vector, _ i: Int) -> Double { 1 / (1 + exp(signs[i] * features[i].inner(x))) }
    let columns = (0..<n).map { j in Vector(features.map { $0[j] }) }
    let oracle = ClosureProgram(
      objective: { x in
        var sum = 0.0
        for i in 0..<count { sum += log1p(exp(-signs[i] * features[i].inner(x))) }
        return weight * sum
      },
      gradient: { x in
        let pull = Vector((0..<count).map { -weight * signs[$0] * logistic(x, $0) })
        return Vector(columns.map { $0.inner(pull) })
      },
      rows: { x in Vector(linear.map { $0.inner(x) } + [x.inner(x)]) },
      jacobian: { x in linear + [2 * x] },
      product: { x, y, sigma, d in
        let bend = Vector(
          (0..<count).map {
            let p = logistic(x, $0)
            return sigma * weight * p * (1 - p) * features[$0].inner(d)
          })
        return Vector((0..<n).map { columns[$0].inner(bend) + 2 * y[10] * d[$0] })
      })
    let start = random.normals(n)
    problem = (
      NonlinearProgram(
        start: (1 / start.norm) * start, domain: .all(n), rowLower: Vector(sides + [1]), rowUpper: Vector(sides + [1])),
      oracle
    )
  }
}
