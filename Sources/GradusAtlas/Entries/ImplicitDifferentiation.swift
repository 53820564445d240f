// SPDX-License-Identifier: Apache-2.0
import GradusBilevel
import GradusLinearAlgebra
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Derivatives of solutions from their optimality condition, against differences of solvers and against unrolling them.
///
///     ridge   min |Ax − b|²/2n + ½Σ θⱼxⱼ²       gradient descent, one penalty a feature
///     lasso   min |Ax − b|²/2n + θ|x|₁           proximal gradient
///     SVM     min tr((X − Y)ᵀG(X − Y))/2θ + tr(XᵀY), rows of X on the simplex (the multiclass dual)   projected gradient
///
/// Every solver is a fixed-point iteration x ← x + F(x, θ), the same F that is differentiated. Unrolling differentiates the
/// iteration itself: z ← z + ∂₁F·z + ∂₂F·t beside it. Truncation levels are spread evenly over the iterations until the
/// solution is known to 1e-8, and once more by powers, for the early ones; errors are relative, against the derivative at the
/// converged solution, which the first claim ties to central differences of converged solutions.
///
/// Slopes are fitted to the even levels: before the SVM has found its support vectors, the derivative jumps with them while
/// the solution improves. Unrolling is met at all levels. The derivative of the lasso is constant as long as its support is:
/// it has no slope, and is asked to be exact where the support is the final one.
public struct ImplicitDifferentiation: AtlasEntry {
  public static let system = "Implicit differentiation"
  public static let home = "OptimalityMap, ImplicitDerivative, ImplicitCheck"
  public static let scale = AtlasScale(
    paper: "SVM of up to 10,000 features, data-set distillation, dictionary learning, molecular dynamics",
    here:
      "ridge and lasso of 200 × 30, SVM of 60 samples, 100 features, 3 classes, 2 × 25 levels (fast: 40 samples, 2 × 12)"
  )
  public static let claims = [
    AtlasClaim(
      "differences", "At converged solutions of all three problems, derivatives agree with central differences.",
      metric: "largest relative error", .atMost, 1e-4, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "slope",
      "Under truncation the derivative is as accurate as the solution: log error against log error has slope ≥ 0.9.",
      metric: "lesser slope of ridge and SVM", .atLeast, 0.9, comparison: .value, isSecondary: true),
    AtlasClaim(
      "identified",
      "Once the support of the lasso is found, its derivative is exact, however far the solution still is.",
      metric: "largest relative error at levels with the final support", .atMost, 1e-10, comparison: .value,
      requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "unrolling", "It is at least as accurate as unrolling the same iterate at 90 % of the truncation levels.",
      metric: "share of levels", .atLeast, 0.9, comparison: .value, isSecondary: true),
    AtlasClaim(
      "tape", "What must be kept of the solver's path does not grow with its iterations.",
      metric: "numbers kept at the last level over those at the first", baseline: "unrolling in reverse", .atMost, 1,
      comparison: .value, requirement: .everySeed, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "the derivative of the last iteration alone, with unrolling's tape")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let problems = [
      Self.lasso(trial.random.child("lasso")), Self.ridge(trial.random.child("ridge")),
      Self.machine(trial.random.child("machine"), samples: trial.size(fast: 40, claim: 60)),
    ]
    var (error, slope, wins, levels) = (0.0, Double.infinity, 0, 0)
    var identified = 0.0
    var (kept, unrolled) = (0.0, 0.0)
    for (k, problem) in problems.enumerated() {
      try trial.step(Double(k) / 3)
      let found = try await problem.study(
        subject, levels: trial.size(fast: 12, claim: 25)
      ) { try trial.step((Double(k) + $0) / 3) }
      error = max(error, found.differenceError)
      if k == 0 { identified = found.identifiedError } else { slope = min(slope, found.slope) }
      wins += found.wins
      levels += found.levels
      kept = max(kept, found.keptGrowth)
      unrolled = max(unrolled, found.tapeGrowth)
    }
    return [
      AtlasObservation("differences", measured: error), AtlasObservation("slope", measured: slope),
      AtlasObservation("identified", measured: identified),
      AtlasObservation("unrolling", measured: Double(wins) / Double(levels)),
      AtlasObservation("tape", measured: kept, baseline: unrolled),
    ]
  }

  /// Penalties θⱼ near 0.1; columns of different scale.
  private static func ridge(_ stream: RandomStream) -> FixedPointStudy {
    var random = stream
    let (n, d) = (200, 30)
    let (a, b) = data(n, d, &random)
    let scale = 1 / Double(n)
    let square = scale * a.transposed.times(a)
    let theta = Vector((0..<d).map { _ in random.uniform(0.05, 0.2) })
    let step = 1 / (radius(square) + 0.2)
    let right = scale * a.transposedTimes(b)
    @Sendable func value(_ x: Vector, _ t: Vector) -> Vector {
      let g = square.times(x) - right
      return Vector(x.indices.map { -step * (g[$0] + t[$0] * x[$0]) })
    }
    @Sendable func product(_ x: Vector, _ t: Vector, _ z: Vector) -> Vector {
      let g = square.times(z)
      return Vector(z.indices.map { -step * (g[$0] + t[$0] * z[$0]) })
    }
    @Sendable func cross(_ x: Vector, _ t: Vector, _ z: Vector) -> Vector {
      Vector(z.indices.map { -step * x[$0] * z[$0] })
    }
    let map = RootMap(
      ParametricFunction(
        pointCount: d, parameterCount: d, operationsPerProduct: 2 * d * d, value: value, push: product, pull: product,
        pushParameters: cross, pullParameters: cross), structure: .negativeDefinite)
    return FixedPointStudy(map: map, parameters: theta, direction: random.normals(d), start: .zeros(d))
  }

  private static func lasso(_ stream: RandomStream) -> FixedPointStudy {
    var random = stream
    let (n, d) = (200, 30)
    let (a, b) = data(n, d, &random)
    let scale = 1 / Double(n)
    let square = scale * a.transposed.times(a)
    let right = scale * a.transposedTimes(b)
    let gradient = ParametricFunction(
      pointCount: d, parameterCount: 1, operationsPerProduct: 2 * d * d, value: { x, _ in square.times(x) - right },
      push: { _, _, z in square.times(z) }, pull: { _, _, z in square.times(z) },
      pushParameters: { _, _, _ in .zeros(d) }, pullParameters: { _, _, _ in .zeros(1) })
    let map = ProximalGradientMap(gradient, AbsoluteTerm(.parameter(0), dimension: d), step: 1 / radius(square))
    return FixedPointStudy(
      map: map, parameters: [0.1 * right.maximumMagnitude], direction: [1], start: .zeros(d))
  }

  /// The dual of the multiclass support vector machine with the weight θ on |W|²; X by columns, one a class.
  private static func machine(_ stream: RandomStream, samples m: Int) -> FixedPointStudy {
    var random = stream
    let (features, classes) = (100, 3)
    let centers = (0..<classes).map { _ in 0.5 * random.normals(features) }
    let labels = (0..<m).map { _ in random.integer(below: classes) }
    let rows = labels.map { (centers[$0] + random.normals(features)).elements }
    let x = Matrix(rows: rows)
    let gram = (1 / Double(features)) * x.times(x.transposed)
    var y = Vector.zeros(m * classes)
    for (i, label) in labels.enumerated() { y[i + label * m] = 1 }
    let target = y
    let step = 1 / radius(gram)
    @Sendable func gramTimes(_ z: Vector) -> Vector {
      Vector(gram.times(Matrix(rowCount: m, columnCount: classes, elements: z.elements)).elements)
    }
    let gradient = ParametricFunction(
      pointCount: m * classes, parameterCount: 1, operationsPerProduct: 2 * m * m * classes,
      value: { x, t in (1 / t[0]) * gramTimes(x - target) + target },
      push: { _, t, z in (1 / t[0]) * gramTimes(z) }, pull: { _, t, z in (1 / t[0]) * gramTimes(z) },
      pushParameters: { x, t, s in (-s[0] / (t[0] * t[0])) * gramTimes(x - target) },
      pullParameters: { x, t, w in [-(1 / (t[0] * t[0])) * w.inner(gramTimes(x - target))] })
    return FixedPointStudy(
      map: ProximalGradientMap.projectedGradient(gradient, onto: RowSimplices(rows: m, columns: classes), step: step),
      parameters: [1], direction: [1], start: Vector(repeating: 1 / Double(classes), count: m * classes))
  }

  /// b = A·x₀ + noise for a sparse x₀; columns of A between 0.3 and 1.
  private static func data(_ n: Int, _ d: Int, _ random: inout RandomStream) -> (Matrix, Vector) {
    var a = Matrix(rowCount: n, columnCount: d, elements: random.normals(n * d).elements)
    for j in 0..<d {
      let size = random.uniform(0.3, 1)
      for i in 0..<n { a[i, j] *= size }
    }
    let truth = Vector((0..<d).map { $0 < d / 3 ? random.normal() : 0 })
    return (a, a.times(truth) + 0.5 * random.normals(n))
  }

  /// The largest eigenvalue of a symmetric matrix, a little enlarged.
  private static func radius(_ matrix: Matrix) -> Double {
    var v = Vector(repeating: 1, count: matrix.rowCount)
    var size = 0.0
    for _ in 0..<200 {
      let image = matrix.times(v)
      size = image.norm
      v = (1 / size) * image
    }
    return 1.02 * size
  }
}

/// The simplex in every row of a matrix that is stored by columns.
private struct RowSimplices: DifferentiableProjection {
  let rows: Int
  let columns: Int
  var dimension: Int { rows * columns }

  func projection(of v: Vector) -> Vector { linearization(at: v).point }

  func linearization(at v: Vector) -> LinearizedProjection {
    let simplices = ProductProjection(
      [any DifferentiableProjection](repeating: SimplexProjection(dimension: columns), count: rows))
    let here = simplices.linearization(at: byRows(v))
    let shape = self
    return LinearizedProjection(
      point: byColumns(here.point),
      jacobian: FunctionAdjointOperator(order: dimension, operationsPerProduct: 4 * dimension) { d in
        shape.byColumns(here.jacobian.applied(to: shape.byRows(d)))
      }, kinks: here.kinks.map { $0 / columns + $0 % columns * rows })
  }

  private func byRows(_ v: Vector) -> Vector {
    Vector(v.indices.map { v[$0 / columns + $0 % columns * rows] })
  }

  private func byColumns(_ v: Vector) -> Vector {
    Vector(v.indices.map { v[$0 % rows * columns + $0 / rows] })
  }
}

/// One solver x ← x + F(x, θ), its derivative along a direction of parameters, and truncations of both.
private struct FixedPointStudy {
  let map: any OptimalityMap
  let parameters: Vector
  let direction: Vector
  let start: Vector

  struct Findings {
    var differenceError = 0.0
    var slope = 0.0
    /// Of the derivative where zeros of the iterate are those of the solution.
    var identifiedError = 0.0
    var wins = 0
    var levels = 0
    var keptGrowth = 0.0
    var tapeGrowth = 0.0
  }

  func study(
    _ subject: AtlasSubject, levels count: Int, step: (Double) throws -> Void
  ) async throws -> Findings {
    let converged = try await converged(parameters)
    let truth = try await derivative(.system, at: converged)
    var found = Findings()
    let h = 1e-4 * parameters.maximumMagnitude / max(1, direction.maximumMagnitude)
    let (ahead, behind) = (
      try await self.converged(parameters + h * direction), try await self.converged(parameters - h * direction)
    )
    let moved = (0.5 / h) * (ahead - behind)
    found.differenceError = relative(try await derivative(subject, at: converged), moved)

    // The tape of unrolling: every iterate.
    var tape: [Vector] = [start]
    while relative(tape[tape.count - 1], converged) > 1e-8, tape.count < 50_000 {
      tape.append(tape[tape.count - 1] + (try await map.residual(at: tape[tape.count - 1], parameters: parameters)))
    }
    let last = Double(tape.count - 1)
    let even = Set((1...count).map { max(1, Int(last * Double($0) / Double(count))) })
    let early = Set((0..<count).map { Int(exp(log(last) * Double($0) / Double(count))) })
    var unrolled = Vector.zeros(start.count)
    var errors: [(solution: Double, derivative: Double)] = []
    var kept: [Int] = []
    var taped: [Int] = []
    for k in 1..<tape.count {
      let here = try await map.linearization(at: tape[k - 1], parameters: parameters)
      unrolled = unrolled + here.bySolution.applied(to: unrolled) + here.byParameters.applied(to: direction)
      guard even.contains(k) || early.contains(k) else { continue }
      try step(Double(k) / Double(tape.count))
      let estimate = try await derivative(subject, at: tape[k])
      let error = relative(estimate, truth)
      found.levels += 1
      let isIdentified = converged.indices.allSatisfy { (converged[$0] == 0) == (tape[k][$0] == 0) }
      if isIdentified { found.identifiedError = max(found.identifiedError, error) }
      if even.contains(k) { errors.append((relative(tape[k], converged), error)) }
      if error <= relative(unrolled, truth) * (1 + 1e-9) { found.wins += 1 }
      taped.append(tape[..<k].reduce(0) { $0 + $1.count })
      kept.append(subject == .system ? tape[k].count + parameters.count : taped[taped.count - 1])
    }
    found.slope = Self.slope(errors)
    found.keptGrowth = Double(kept[kept.count - 1]) / Double(kept[0])
    found.tapeGrowth = Double(taped[taped.count - 1]) / Double(taped[0])
    return found
  }

  /// ∂x*·t; for the saboteur what the last iteration alone passes on.
  private func derivative(_ subject: AtlasSubject, at x: Vector) async throws -> Vector {
    guard subject == .system else {
      return try await map.linearization(at: x, parameters: parameters).byParameters.applied(to: direction)
    }
    var options = ImplicitOptions()
    options.allowsOneSided = true
    options.singularity = 0
    options.denseLimit = 64
    return try await ImplicitDerivative(of: map, at: x, parameters: parameters, options: options).push(direction).value
  }

  private func converged(_ theta: Vector) async throws -> Vector {
    var (x, best) = (start, Double.infinity)
    for k in 0..<200_000 {
      let step = try await map.residual(at: x, parameters: theta)
      x = x + step
      // At the level of rounding steps no longer shrink.
      let size = step.norm
      if size <= 1e-13 * max(1, x.norm), size >= best || k % 50 == 49 { break }
      best = min(best, size)
    }
    return x
  }

  private func relative(_ a: Vector, _ b: Vector) -> Double { (a - b).norm / b.norm }

  /// Least squares of log error against log error.
  private static func slope(_ errors: [(solution: Double, derivative: Double)]) -> Double {
    let points = errors.filter { $0.solution > 0 && $0.derivative > 0 }.map { (log($0.solution), log($0.derivative)) }
    let n = Double(points.count)
    let (x, y) = (points.reduce(0) { $0 + $1.0 } / n, points.reduce(0) { $0 + $1.1 } / n)
    let square = points.reduce(0) { $0 + ($1.0 - x) * ($1.0 - x) }
    return points.reduce(0) { $0 + ($1.0 - x) * ($1.1 - y) } / square
  }
}
