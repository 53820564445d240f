// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GradusCore
import GradusLinearAlgebra
import GradusNumerics
import GradusSmooth

/// Newton steps shifted by the gradient's norm, with Hessians that are wrong on purpose.
///
///     f(x) = μ ln Σ exp((aᵢᵀx − bᵢ)/μ),  aᵢ = âᵢ − ∇f̂(0),  âᵢⱼ, bᵢ ~ U[−1, 1];   H = Aᵀ diag(π) A/μ,  the term −ggᵀ/μ dropped
///     ¼(x₁ − 1)² + Σ (xᵢ₊₁ − 2xᵢ² + 1)²  from (−1, 1, 1, 1) + 0.05·N(0, I);       H = JᵀJ
///
/// The optimum of the first is 0, and the starts are standard normal. The constants of the line search of the gradient method
/// are chosen on development instances.
public struct GradientNormalizedSmoothness: AtlasEntry {
  public static let system = "Gradient-regularized Newton (GNS)"
  public static let home = "gradient-regularized-newton, GaussNewtonObjective"
  public static let scale = AtlasScale(
    paper: "logistic and softmax data sets with Fisher-type Hessians, nonconvex least squares",
    here: "log-sum-exp of 300 terms in 100 variables, μ = 0.1; Chebyshev–Rosenbrock in 4 variables (fast: the same)")
  public static let claims = [
    AtlasClaim(
      "factorizations", "With the approximate Hessian, ‖∇f‖ ≤ 1e-8 is reached within 600 factorizations on every seed.",
      metric: "factorizations until ‖∇f‖ ≤ 1e-8, at most 3,000", .atMost, 600, comparison: .value,
      requirement: .everySeed),
    AtlasClaim(
      "gap", "After 3,000 iterations the gap of the gradient method with a line search is larger by 1e-5 or more.",
      metric: "f − f* where ‖∇f‖ ≤ 1e-8 or after 600 factorizations",
      baseline: "gradient descent after 3,000 accepted steps", .atMost, -1e-5, comparison: .difference,
      requirement: .everySeed),
    AtlasClaim(
      "Gauss–Newton",
      "On the Chebyshev–Rosenbrock function ‖∇f‖ ≤ 1e-8 takes at most 1/50 of the gradient method's iterations.",
      metric: "iterations until ‖∇f‖ ≤ 1e-8", baseline: "gradient descent, at most 20,000 iterations", .atMost, 0.02,
      requirement: .everySeed, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("the Hessian is replaced by zero: normalized gradient steps")

  public init() {}

  /// Settings of the line search.
  public struct Search: Sendable, Hashable {
    var decrease: Double
    var shrink: Double
  }

  private static let goal = 1e-8

  /// The line search with the smallest gap on development instances.
  public func tune(_ trial: AtlasTrial) async throws -> Search {
    let candidates = [1e-4, 0.1, 0.5].flatMap { c in [0.5, 0.8].map { Search(decrease: c, shrink: $0) } }
    return try await AtlasTuning.best(of: candidates, repeats: 2, on: trial) { search, random in
      var random = random
      let objective = LogSumExp(&random)
      let end = try await Self.descend(objective, from: random.normals(100), search, steps: 3_000)
      return end.value - objective.minimum
    }.candidate
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Search, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    var random = trial.random.child("log-sum-exp")
    let objective = LogSumExp(&random)
    let start = random.normals(100)
    let newton = try await Self.newton(objective, from: start, isCrippled: subject == .saboteur, limit: 3_000)
    try trial.step(0.3)
    let descent = try await Self.descend(objective, from: start, tuned, steps: 3_000)
    try trial.step(0.6)
    let valley = GaussNewtonObjective(ChebyshevRosenbrock())
    let bend = Vector([-1, 1, 1, 1]) + 0.05 * random.normals(4)
    let fitted = try await Self.newton(valley, from: bend, isCrippled: subject == .saboteur, limit: 3_000)
    try trial.step(0.7)
    let walked = try await Self.descend(valley, from: bend, tuned, steps: 20_000)
    return [
      AtlasObservation("factorizations", measured: Double(newton.factorizations)),
      AtlasObservation(
        "gap", measured: newton.early - objective.minimum, baseline: descent.value - objective.minimum,
        budget: .init(system: 600, baseline: 3_000)),
      AtlasObservation("Gauss–Newton", measured: Double(fitted.steps), baseline: Double(walked.steps)),
    ]
  }

  /// What a run of the method led to.
  private struct Outcome {
    var factorizations = 0
    var steps = 0
    /// The value at the end, or after 600 factorizations.
    var early = Double.nan
  }

  private static func newton(
    _ oracle: any SecondOrderOracle<Vector>, from start: Vector, isCrippled: Bool, limit: Int
  ) async throws -> Outcome {
    let asked: any SecondOrderOracle<Vector> = isCrippled ? Flattened(base: oracle) : oracle
    let run = try Run(Unconstrained(start: start), by: GradientRegularizedNewton(), asking: asked)
    var outcome = Outcome()
    while run.state.factorizations < limit, try await run.step() {
      let report = run.report
      outcome.factorizations = run.state.factorizations
      if outcome.factorizations <= 600 { outcome.early = report.value ?? .nan }
      if report.measure ?? .infinity <= goal { break }
    }
    outcome.steps = run.progress.answers(of: "hessian")
    // An end short of the goal is no arrival.
    if !(run.report.measure ?? .infinity <= goal) { (outcome.factorizations, outcome.steps) = (limit, limit) }
    return outcome
  }

  private static func descend(
    _ oracle: any FirstOrderOracle<Vector>, from start: Vector, _ search: Search, steps limit: Int
  ) async throws -> (value: Double, steps: Int) {
    var method = GradientDescent()
    (method.decrease, method.shrink) = (search.decrease, search.shrink)
    let run = try Run(Unconstrained(start: start), by: method, asking: oracle)
    var (steps, value) = (0, Double.infinity)
    while steps < limit, try await run.step() {
      let report = run.report
      guard let now = report.value, now != value else { continue }
      if value.isFinite { steps += 1 }
      value = now
      if report.measure ?? .infinity <= goal { return (value, steps) }
    }
    return (value, limit)
  }
}

/// μ ln Σ exp((aᵢᵀx − bᵢ)/μ) with ∇f(0) = 0 and the Hessian without its rank-one term.
private struct LogSumExp: SecondOrderOracle {
  private let rows: Matrix
  private let offsets: Vector
  private let temperature = 0.1
  private(set) var minimum = 0.0

  init(_ random: inout RandomStream) {
    var rows = Matrix(
      rowCount: 300, columnCount: 100, elements: (0..<30_000).map { _ in random.uniform(-1, 1) })
    offsets = Vector((0..<300).map { _ in random.uniform(-1, 1) })
    let origin = Vector.zeros(100)
    let weights = Self.weights(rows, offsets, temperature, origin)
    let gradient = rows.transposedTimes(weights.shares)
    for j in 0..<100 { for i in 0..<300 { rows[i, j] -= gradient[j] } }
    self.rows = rows
    minimum = weights.value
  }

  private static func weights(
    _ rows: Matrix, _ offsets: Vector, _ temperature: Double, _ x: Vector
  ) -> (value: Double, shares: Vector) {
    var z = rows.times(x)
    var largest = -Double.infinity
    for i in z.indices {
      z[i] = (z[i] - offsets[i]) / temperature
      largest = max(largest, z[i])
    }
    var sum = 0.0
    for i in z.indices {
      z[i] = exp(z[i] - largest)
      sum += z[i]
    }
    return (temperature * (largest + log(sum)), (1 / sum) * z)
  }

  private func weights(_ x: Vector) -> (value: Double, shares: Vector) {
    Self.weights(rows, offsets, temperature, x)
  }

  private func linearizationNow(_ x: Vector) -> Linearization<Vector> {
    let (value, shares) = weights(x)
    return Linearization(value: value, gradient: rows.transposedTimes(shares))
  }

  private func matrixNow(_ x: Vector) -> Vector {
    let shares = weights(x).shares
    var scaled = rows
    for j in 0..<rows.columnCount {
      for i in 0..<rows.rowCount { scaled.elements[i + j * rows.rowCount] *= shares[i] / temperature }
    }
    return Vector(rows.transposed.times(scaled).elements)
  }

  func linearization(at point: Vector) async throws -> Linearization<Vector> { linearizationNow(point) }
  func immediateLinearization(at point: Vector) throws -> Linearization<Vector>? { linearizationNow(point) }
  func hessianMatrix(at point: Vector) async throws -> Vector { matrixNow(point) }
  func immediateHessianMatrix(at point: Vector) throws -> Vector? { matrixNow(point) }
  func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    Matrix(rowCount: point.count, columnCount: point.count, elements: matrixNow(point).elements).times(direction)
  }
}

/// Residuals whose half sum of squares is ¼(x₁ − 1)² + Σ (xᵢ₊₁ − 2xᵢ² + 1)².
private struct ChebyshevRosenbrock: ResidualOracle {
  private static let root = 2.0.squareRoot()

  func residual(at x: Vector) async throws -> Vector {
    var r = Vector.zeros(x.count)
    r[0] = Self.root / 2 * (x[0] - 1)
    for i in 1..<x.count {
      let bend = 2 * x[i - 1] * x[i - 1]
      r[i] = Self.root * (x[i] - bend + 1)
    }
    return r
  }

  func jacobianProduct(at x: Vector, along d: Vector) async throws -> Vector {
    var product = Vector.zeros(x.count)
    product[0] = Self.root / 2 * d[0]
    for i in 1..<x.count {
      let bend = 4 * x[i - 1] * d[i - 1]
      product[i] = Self.root * (d[i] - bend)
    }
    return product
  }

  func jacobianTransposedProduct(at x: Vector, with w: Vector) async throws -> Vector {
    var product = Vector.zeros(x.count)
    for i in x.indices {
      product[i] = (i == 0 ? Self.root / 2 : Self.root) * w[i]
      if i + 1 < x.count { product[i] -= 4 * Self.root * x[i] * w[i + 1] }
    }
    return product
  }
}

/// An oracle without curvature.
private struct Flattened: SecondOrderOracle {
  let base: any SecondOrderOracle<Vector>

  func linearization(at point: Vector) async throws -> Linearization<Vector> { try await base.linearization(at: point) }
  func immediateLinearization(at point: Vector) throws -> Linearization<Vector>? {
    try base.immediateLinearization(at: point)
  }
  func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector { .zeros(point.count) }
  func hessianMatrix(at point: Vector) async throws -> Vector { .zeros(point.count * point.count) }
}
