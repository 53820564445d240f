// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusSmooth

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Newton systems solved by sketches beside exact ones, and full steps where an ℓ₁ merit function refuses them.
///
///     min Σ log(1 + exp(−yᵢaᵢᵀx))/N  subject to  A·x = b (10 rows),  |x|² = 1,      40 variables, 200 samples
///     min 2(|x|² − 1) − x₁  subject to  |x|² = 1,  from the circle at angles near 0.3, 0.1 and 0.03
///
/// All of aᵢ, A and the start's direction are standard normal, b = A·x̄ with |x̄| = ½. Exact Newton is the same method
/// with factorized systems. The ℓ₁ search gets the exact step and the weight of {1.6, 5, 50} that cuts it least.
public struct AdaSketchNewtonSystem: AtlasEntry {
  public static let system = "AdaSketch-Newton"
  public static let home = "adasketch-newton"
  public static let scale = AtlasScale(
    paper: "CUTEst, constrained logistic regression on LIBSVM data, a PDE-constrained problem",
    here:
      "40 variables, 10 linear rows and a sphere, 200 samples, at least 5 seeds; the circle of Maratos (fast: the same)"
  )
  public static let claims = [
    AtlasClaim(
      "iterations", "Sketches of 5 columns reach |R| ≤ 1e-6 with at most 3 times the steps of exact Newton.",
      metric: "steps to |R| ≤ 1e-6 (1,000 where it is not reached)",
      baseline: "the same method with factorized systems",
      .atMost, 3, requirement: .everySeed),
    AtlasClaim(
      "full steps", "The last four steps before |R| ≤ 1e-6 are full.",
      metric: "full steps at the end", .atLeast, 4, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "circle", "On the circle of Maratos the first step is at least 4 times as long as with an ℓ₁ merit function.",
      metric: "length of the first step, the least of three starts",
      baseline: "ℓ₁ merit function, the longest of three starts and weights", .atLeast, 4, requirement: .everySeed,
      isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("one sketch a system; on the circle the step of the ℓ₁ search")

  public init() {}

  private static let goal = 1e-6
  private static let stepLimit = 60

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let logistic = SphereLogistic(trial.random.child("logistic"))
    var method = AdaSketchNewton()
    var exact = method
    exact.solver = .factorization
    if subject == .saboteur {
      method.effort = 1e-2
      method.convexity = .step
    }
    let sketched = try await Self.solve(method, logistic.program, logistic, trial, "sketches")
    let reference = try await Self.solve(exact, logistic.program, logistic, trial, "exact")
    try trial.step(0.8)
    var angles = trial.random.child("angles")
    var (least, longest) = (Double.infinity, 0.0)
    for angle in [0.3, 0.1, 0.03] {
      let circle = MaratosCircle(sine: angle * angles.uniform(0.8, 1.2))
      least = min(least, try await Self.firstStep(circle, trial))
      longest = max(longest, circle.longestPenaltyStep)
    }
    if subject == .saboteur { least = longest }
    return [
      AtlasObservation("iterations", measured: sketched.steps, baseline: reference.steps),
      AtlasObservation("full steps", measured: sketched.full),
      AtlasObservation("circle", measured: least, baseline: longest),
    ]
  }

  private static func solve(
    _ method: AdaSketchNewton, _ program: NonlinearProgram, _ oracle: some ConstraintOracle, _ trial: AtlasTrial,
    _ purpose: StaticString
  ) async throws -> (steps: Double, full: Double) {
    var state = try method.start(program, random: trial.random.child(purpose))
    while state.residualNorm > goal, state.iterations < stepLimit, let question = method.ask(&state) {
      try trial.step(0.4 * Double(state.iterations) / Double(stepLimit))
      method.tell(&state, try await question.put(to: oracle), to: question)
    }
    return state.residualNorm <= goal ? (Double(max(1, state.iterations)), Double(state.unitSteps)) : (1000, 0)
  }

  /// The length of the first accepted step.
  private static func firstStep(_ circle: MaratosCircle, _ trial: AtlasTrial) async throws -> Double {
    let method = AdaSketchNewton()
    var state = try method.start(circle.program, random: trial.random.child("circle"))
    while state.iterations == 0, let question = method.ask(&state) {
      method.tell(&state, try await question.put(to: circle), to: question)
    }
    return state.iterations == 1 ? state.lastLength : 0
  }
}

/// Logistic regression on a sphere with linear equations.
private struct SphereLogistic: ConstraintOracle {
  let n = 40
  private let count = 200
  /// Samples times labels, one after the other.
  private let features: [Double]
  private let linear: [Vector]
  let program: NonlinearProgram

  init(_ stream: RandomStream) {
    var random = stream
    let truth = random.normals(n)
    var features: [Double] = []
    for _ in 0..<count {
      let a = random.normals(n)
      let sign: Double = a.inner(truth) + random.normal() > 0 ? 1 : -1
      features += a.elements.map { sign * $0 }
    }
    self.features = features
    var linear: [Vector] = []
    for _ in 0..<10 { linear.append(random.normals(n)) }
    self.linear = linear
    let inside = random.normals(n)
    let anchor = (0.5 / inside.norm) * inside
    let start = random.normals(n)
    let sides = Vector(linear.map { $0.inner(anchor) } + [1])
    program = NonlinearProgram(
      start: (1 / start.norm) * start, domain: .all(n), rowLower: sides, rowUpper: sides)
  }

  /// yᵢaᵢᵀx.
  private func margins(_ x: Vector) -> [Double] {
    (0..<count).map { i in
      var sum = 0.0
      for j in 0..<n { sum += features[i * n + j] * x[j] }
      return sum
    }
  }

  func values(at x: Vector) async throws -> ConstrainedValues {
    var sum = 0.0
    for t in margins(x) { sum += t > 0 ? log1p(exp(-t)) : log1p(exp(t)) - t }
    return ConstrainedValues(
      objective: sum / Double(count), constraints: Vector(linear.map { $0.inner(x) } + [x.inner(x)]))
  }

  func derivatives(at x: Vector) async throws -> ConstrainedDerivatives {
    var gradient = Vector.zeros(n)
    for (i, t) in margins(x).enumerated() {
      let weight = -1 / (1 + exp(t)) / Double(count)
      for j in 0..<n { gradient[j] += weight * features[i * n + j] }
    }
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for j in 0..<n {
      for (i, row) in linear.enumerated() { triplets.append((i, j, row[j])) }
      triplets.append((10, j, 2 * x[j]))
    }
    return ConstrainedDerivatives(
      gradient: gradient, jacobian: SparseMatrix(rowCount: 11, columnCount: n, triplets: triplets))
  }

  func lagrangianProduct(
    at x: Vector, multipliers y: Vector, objectiveWeight: Double, along d: Vector
  ) async throws -> Vector {
    var product = (2 * y[10]) * d
    for (i, t) in margins(x).enumerated() {
      let p = 1 / (1 + exp(t))
      var inner = 0.0
      for j in 0..<n { inner += features[i * n + j] * d[j] }
      let weight = objectiveWeight * p * (1 - p) * inner / Double(count)
      for j in 0..<n { product[j] += weight * features[i * n + j] }
    }
    return product
  }

  func lagrangianHessian(at x: Vector, multipliers y: Vector, objectiveWeight: Double) async throws -> SparseMatrix {
    let weights = margins(x).map { t in
      let p = 1 / (1 + exp(t))
      return objectiveWeight * p * (1 - p) / Double(count)
    }
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for j in 0..<n {
      for k in 0...j {
        var sum = j == k ? 2 * y[10] : 0
        for i in 0..<count { sum += weights[i] * features[i * n + j] * features[i * n + k] }
        triplets.append((k, j, sum))
      }
    }
    return SparseMatrix(rowCount: n, columnCount: n, triplets: triplets)
  }
}

/// min 2(|x|² − 1) − x₁ on the unit circle, from a point of it.
private struct MaratosCircle: ConstraintOracle {
  let start: Vector

  init(sine: Double) { start = [(1 - sine * sine).squareRoot(), sine] }

  var program: NonlinearProgram { NonlinearProgram(start: start, domain: .all(2), rowLower: [1], rowUpper: [1]) }

  private func objective(_ x: Vector) -> Double { 2 * (x.inner(x) - 1) - x[0] }

  func values(at x: Vector) async throws -> ConstrainedValues {
    ConstrainedValues(objective: objective(x), constraints: [x.inner(x)])
  }

  func derivatives(at x: Vector) async throws -> ConstrainedDerivatives {
    ConstrainedDerivatives(
      gradient: [4 * x[0] - 1, 4 * x[1]],
      jacobian: SparseMatrix(rowCount: 1, columnCount: 2, triplets: [(0, 0, 2 * x[0]), (0, 1, 2 * x[1])]))
  }

  func lagrangianProduct(
    at x: Vector, multipliers y: Vector, objectiveWeight: Double, along d: Vector
  ) async throws -> Vector { (4 * objectiveWeight + 2 * y[0]) * d }

  /// With the least-squares multiplier the Hessian is x₁·I, and the exact step d = e₁/x₁ − x. The longest of 1, ½, ¼ … with
  /// φ(x + αd) ≤ φ(x) + 10⁻⁴·α·φ′, φ = f + μ|c|, over three weights μ.
  var longestPenaltyStep: Double {
    let step: Vector = [1 / start[0] - start[0], -start[1]]
    let slope = (4 * start[0] - 1) * step[0] + 4 * start[1] * step[1]
    var longest = 0.0
    for weight in [1.6, 5, 50] {
      let merit = { (x: Vector) in objective(x) + weight * abs(x.inner(x) - 1) }
      var length = 1.0
      while length > 1e-12, merit(start + length * step) > merit(start) + 1e-4 * length * slope { length *= 0.5 }
      longest = max(longest, length)
    }
    return longest
  }
}
