// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

/// A program with a point that a method might report, and multipliers ∂objective/∂side.
struct JudgedPoint: Sendable, CustomTestStringConvertible {
  var name: String
  var oracle: ClosureProgram
  var program: NonlinearProgram
  var point: Vector
  var multipliers: Vector = []

  var testDescription: String { name }

  var verdict: Verdict {
    get async throws {
      var report = Report(point: point, claim: .stationary)
      report.multipliers = multipliers
      return try await program.judge(report, asking: Inquiry(asking: oracle), tolerances: Tolerances())
    }
  }

  /// Without rows.
  init(
    _ name: String, at point: Vector, from lower: Vector? = nil, _ f: @escaping @Sendable (Vector) -> Double,
    _ g: @escaping @Sendable (Vector) -> Vector, _ h: @escaping @Sendable (Vector, Vector) -> Vector
  ) {
    self.name = name
    self.point = point
    oracle = ClosureProgram(
      objective: f, gradient: g, rows: { _ in [] }, jacobian: { _ in [] },
      product: { x, _, sigma, d in sigma * h(x, d) })
    var box = Box.all(point.count)
    if let lower { box.lower = lower }
    program = NonlinearProgram(start: point, domain: box, rowLower: [], rowUpper: [])
  }

  init(
    _ name: String, _ oracle: ClosureProgram, at point: Vector, _ y: Vector, from lower: Vector, to upper: Vector,
    bounds: Box? = nil
  ) {
    self.name = name
    self.oracle = oracle
    self.point = point
    multipliers = y
    program = NonlinearProgram(
      start: point, domain: bounds ?? .all(point.count), rowLower: lower, rowUpper: upper)
  }
}

extension JudgedPoint {
  static func cubic(_ x: Double) -> JudgedPoint {
    JudgedPoint("x³ at \(x)", at: [x], { $0[0] * $0[0] * $0[0] }, { [3 * $0[0] * $0[0]] }, { [6 * $0[0] * $1[0]] })
  }

  static func quarticSaddle(_ x: Double, _ y: Double) -> JudgedPoint {
    JudgedPoint(
      "x⁴ − y⁴ at \(x), \(y)", at: [x, y], { pow4($0[0]) - pow4($0[1]) },
      { [4 * cube($0[0]), -4 * cube($0[1])] },
      { [12 * $0[0] * $0[0] * $1[0], -12 * $0[1] * $0[1] * $1[1]] })
  }

  private static func cube(_ x: Double) -> Double { x * x * x }
  private static func pow4(_ x: Double) -> Double { x * x * x * x }

  /// min x subject to (1 − x)³ ≥ y, y ≥ 0, beside the cusp at (1, 0), where no multipliers exist: maximize x.
  static func cusp(_ gap: Double) -> JudgedPoint {
    let oracle = ClosureProgram(
      objective: { -$0[0] }, gradient: { _ in [-1, 0] }, rows: { [cube(1 - $0[0]) - $0[1]] },
      jacobian: { [[-3 * (1 - $0[0]) * (1 - $0[0]), -1]] },
      product: { x, y, _, d in [6 * (1 - x[0]) * y[0] * d[0], 0] })
    return JudgedPoint(
      "cusp \(gap)", oracle, at: [1 - gap, 0], [-1 / (3 * gap * gap)], from: [0], to: [.infinity],
      bounds: Box(lower: [-.infinity, 0], upper: [.infinity, .infinity]))
  }

  /// (x − 2)² + y² subject to (1 − x)³ ≥ y ≥ 0 (hs013), a little beyond its cusp at (1, 0): minimal where the row is moved
  /// by gap³, with a value that is wrong by 2·gap.
  static func beyondCusp(_ gap: Double) -> JudgedPoint {
    let oracle = ClosureProgram(
      objective: { ($0[0] - 2) * ($0[0] - 2) + $0[1] * $0[1] }, gradient: { [2 * ($0[0] - 2), 2 * $0[1]] },
      rows: { [cube(1 - $0[0]) - $0[1]] }, jacobian: { [[-3 * (1 - $0[0]) * (1 - $0[0]), -1]] },
      product: { x, y, sigma, d in [(2 * sigma + 6 * (1 - x[0]) * y[0]) * d[0], 2 * sigma * d[1]] })
    return JudgedPoint(
      "beyond the cusp by \(gap)", oracle, at: [1 + gap, 0], [2 * (1 - gap) / (3 * gap * gap)], from: [0],
      to: [.infinity], bounds: Box(lower: [-.infinity, 0], upper: [.infinity, .infinity]))
  }

  /// None of them is a local minimum, however the numbers look.
  static let saddles: [JudgedPoint] =
    [0, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 5e-4].map { cubic($0) }
    + [(0, 0), (1e-3, 1e-3), (1e-3, 0), (1e-5, 1e-6), (0, 1e-4)].map { quarticSaddle($0, $1) }
    + [1e-2, 1e-3, 1e-5].map { cusp($0) }
    + [5e-3, 2.7e-3, 1e-3, 1e-4].map { beyondCusp($0) }
    + [
      JudgedPoint(
        "x² − y²", at: [0, 0], { $0[0] * $0[0] - $0[1] * $0[1] }, { [2 * $0[0], -2 * $0[1]] },
        { [2 * $1[0], -2 * $1[1]] }),
      // A bound without a price does not hold the variable.
      JudgedPoint("−x², x ≥ 0", at: [0], from: [0], { -$0[0] * $0[0] }, { [-2 * $0[0]] }, { [-2 * $1[0]] }),
      // A price far below the tolerance does not either: the value at 1e-3 is less.
      JudgedPoint(
        "1e-9·x − x², x ≥ 0", at: [0], from: [0], { 1e-9 * $0[0] - $0[0] * $0[0] }, { [1e-9 - 2 * $0[0]] },
        { [-2 * $1[0]] }),
      JudgedPoint(
        "y − x² on x = 0 by a row without a price",
        ClosureProgram(
          objective: { $0[1] - $0[0] * $0[0] }, gradient: { [-2 * $0[0], 1] }, rows: { [$0[0], $0[1]] },
          jacobian: { _ in [[1, 0], [0, 1]] }, product: { _, _, sigma, d in [-2 * sigma * d[0], 0] }),
        at: [0, 0], [0, 1], from: [0, 0], to: [.infinity, .infinity]),
      JudgedPoint(
        "−x² + y² on y = 0",
        ClosureProgram(
          objective: { $0[1] * $0[1] - $0[0] * $0[0] }, gradient: { [-2 * $0[0], 2 * $0[1]] }, rows: { [$0[1]] },
          jacobian: { _ in [[0, 1]] }, product: { _, _, sigma, d in [-2 * sigma * d[0], 2 * sigma * d[1]] }),
        at: [0, 0], [0], from: [0], to: [0]),
      // The row bends away: along it the objective falls, though its own Hessian is zero.
      JudgedPoint(
        "−y on y = x²",
        ClosureProgram(
          objective: { -$0[1] }, gradient: { _ in [0, -1] }, rows: { [$0[1] - $0[0] * $0[0]] },
          jacobian: { [[-2 * $0[0], 1]] }, product: { _, y, _, d in [-2 * y[0] * d[0], 0] }),
        at: [0, 0], [-1], from: [0], to: [0]),
    ]

  private static let corner = ClosureProgram(
    objective: { $0[0] + 2 * $0[1] }, gradient: { _ in [1, 2] },
    rows: { [$0[0], $0[1], $0[0] + $0[1], $0[0] + 3 * $0[1]] },
    jacobian: { _ in [[1, 0], [0, 1], [1, 1], [1, 3]] }, product: { _, _, _, d in 0 * d })

  private static let disc = ClosureProgram(
    objective: { -$0[0] - $0[1] }, gradient: { _ in [-1, -1] },
    rows: { [$0[0] * $0[0] + $0[1] * $0[1], $0[0], $0[1], $0[0] + $0[1]] },
    jacobian: { [[2 * $0[0], 2 * $0[1]], [1, 0], [0, 1], [1, 1]] }, product: { _, y, _, d in (2 * y[0]) * d })

  /// Strict local minima, some with more active rows than variables.
  static let minima: [JudgedPoint] = [
    JudgedPoint(
      "corner of four rows", corner, at: [0, 0], [0.5, 1, 0.25, 0.25], from: [0, 0, 0, 0],
      to: [.infinity, .infinity, .infinity, .infinity]),
    JudgedPoint(
      "corner of four rows, two priced", corner, at: [0, 0], [1, 2, 0, 0], from: [0, 0, 0, 0],
      to: [.infinity, .infinity, .infinity, .infinity]),
    JudgedPoint(
      "disc and three lines", disc, at: [1, 1], [-0.25, -0.25, -0.25, -0.25],
      from: [-.infinity, -.infinity, -.infinity, -.infinity], to: [2, 1, 1, 2]),
    JudgedPoint(
      "disc and three lines, 1e-8 outside", disc, at: [1 + 1e-8, 1 - 1e-9], [-0.25, -0.25, -0.25, -0.25],
      from: [-.infinity, -.infinity, -.infinity, -.infinity], to: [2, 1, 1, 2]),
    JudgedPoint(
      "a priceless bound on a bowl", at: [0, 0], from: [0, 0], { $0[0] * $0[0] + $0[1] * $0[1] }, { 2 * $0 }, { 2 * $1 }
    ),
    // Small numbers throughout: slopes of 1e-5, slacks larger than prices.
    JudgedPoint(
      "a small program near its bound", at: [1e-4], from: [0], { 1e-5 * $0[0] + 1e-5 * $0[0] * $0[0] },
      { [1e-5 + 2e-5 * $0[0]] }, { [2e-5 * $1[0]] }),
  ]
}

/// Nothing is called a local minimum that is none; vertices and degenerate minima are recognized.
@Suite struct NonlinearJudgeTests {
  @Test(arguments: JudgedPoint.saddles)
  func saddlesAreNoMinima(_ example: JudgedPoint) async throws {
    let verdict = try await example.verdict
    #expect(verdict.outcome == .stationary || verdict.outcome == .feasible)
  }

  @Test(arguments: JudgedPoint.minima)
  func minimaAreRecognized(_ example: JudgedPoint) async throws {
    let verdict = try await example.verdict
    #expect(verdict.outcome == .locallyOptimal)
    #expect(verdict.certificate.verified)
  }
}
