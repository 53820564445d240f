// SPDX-License-Identifier: Apache-2.0
import GradusBilevel
import GradusCore
import GradusLinearAlgebra
import GradusNumerics

/// A map with a solution of it and parameters, and a solver to run again where there is a simple one.
struct MapSample: Sendable {
  var name: String
  var map: any OptimalityMap
  var solution: Vector
  var parameters: Vector
  var resolve: (@Sendable (Vector) async throws -> Vector)?

}

/// One sample of every map of the catalogue.
enum MapSamples {
  /// A well conditioned symmetric positive definite matrix of order n.
  static func definite(_ n: Int, _ random: inout RandomStream) -> Matrix {
    let root = Matrix(rowCount: n, columnCount: n, elements: random.normals(n * n).elements)
    return (1 / Double(n)) * root.times(root.transposed) + Matrix.identity(n)
  }

  /// ∇(½xᵀHx − θᵀx + ¼θ₀Σx⁴): p = n.
  static func quartic(_ h: Matrix) -> ParametricFunction {
    let n = h.rowCount
    @Sendable func value(_ x: Vector, _ t: Vector) -> Vector {
      h.times(x) - t + Vector(x.elements.map { t[0] * $0 * $0 * $0 })
    }
    return ParametricFunction(pointCount: n, parameterCount: n, operationsPerProduct: 2 * n * n, value: value) {
      x, t, d in
      h.times(d) + Vector(d.indices.map { 3 * t[0] * x[$0] * x[$0] * d[$0] })
    } pull: { x, t, d in
      h.times(d) + Vector(d.indices.map { 3 * t[0] * x[$0] * x[$0] * d[$0] })
    } pushParameters: { x, _, d in
      Vector(x.elements.map { d[0] * $0 * $0 * $0 }) - d
    } pullParameters: { x, _, w in
      var image = -w
      image[0] += Vector(x.elements.map { $0 * $0 * $0 }).inner(w)
      return image
    }
  }

  /// T applied until nothing moves any more.
  static func fixedPoint(_ map: any OptimalityMap, from x: Vector, limit: Int = 20_000)
    -> @Sendable (Vector) async throws -> Vector
  {
    { theta in
      var x = x
      for _ in 0..<limit {
        let step = try await map.residual(at: x, parameters: theta)
        x = x + step
        if step.norm <= 1e-15 * max(1, x.norm) { break }
      }
      return x
    }
  }

  /// Newton's method with the dense Jacobian.
  static func newton(_ map: any OptimalityMap, from x: Vector) -> @Sendable (Vector) async throws -> Vector {
    { theta in
      var x = x
      for _ in 0..<60 {
        let here = try await map.linearization(at: x, parameters: theta)
        let columns = (0..<x.count).flatMap { here.bySolution.applied(to: .unit($0, of: x.count)).elements }
        let a = Matrix(rowCount: x.count, columnCount: x.count, elements: columns)
        let step = try LUFactorization(a).solve(here.residual)
        x = x - step
        if step.norm <= 1e-15 * max(1, x.norm) { break }
      }
      return x
    }
  }

  static func all() async throws -> [MapSample] {
    var samples: [MapSample] = []
    var random = RandomStream(seed: 11)
    func add(
      _ name: String, _ map: some OptimalityMap, _ theta: Vector, from x: Vector,
      by solver: (any OptimalityMap, Vector) -> @Sendable (Vector) async throws -> Vector
    ) async throws {
      let resolve = solver(map, x)
      samples.append(
        MapSample(name: name, map: map, solution: try await resolve(theta), parameters: theta, resolve: resolve))
    }
    let byFixedPoint = { (map: any OptimalityMap, x: Vector) in fixedPoint(map, from: x) }
    let byNewton = { (map: any OptimalityMap, x: Vector) in newton(map, from: x) }

    let n = 6
    let gradient = quartic(definite(n, &random))
    var theta = random.normals(n)
    theta[0] = 0.7
    try await add("stationarity", RootMap.stationarity(gradient), theta, from: .zeros(n), by: byNewton)
    let bounds = BoxProjection(lower: Vector(repeating: -0.3, count: n), upper: Vector(repeating: 0.4, count: n))
    for (name, projection) in [
      ("box", bounds as any DifferentiableProjection), ("simplex", SimplexProjection(dimension: n)),
      ("l1 ball", AbsoluteBallProjection(dimension: n, radius: 0.8)),
      ("l2 ball", BallProjection(dimension: n, radius: 0.5)),
      ("affine", try AffineProjection(Matrix(rows: [[1, 1, 0, 0, 2, 0], [0, 1, -1, 0, 0, 1]]), equals: [1, 0.5])),
      ("half-space", HyperplaneProjection([1, 2, 0, -1, 0, 1], atMost: -0.5)),
      ("plans", TransportProjection(rowSums: [0.6, 0.4], columnSums: [0.3, 0.3, 0.4])),
    ] {
      try await add(
        "projected gradient, \(name)", ProximalGradientMap.projectedGradient(gradient, onto: projection, step: 0.15),
        theta, from: .zeros(n), by: byFixedPoint)
    }
    try await add(
      "proximal gradient", ProximalGradientMap(gradient, AbsoluteTerm(.parameter(0), dimension: n), step: 0.15), theta,
      from: .zeros(n), by: byFixedPoint)
    try await add(
      "block proximal gradient",
      ProximalGradientMap(
        gradient,
        blocks: [
          .init(AbsoluteTerm(.parameter(1), coefficients: [1, 0.5]), step: 0.2),
          .init(IndicatorTerm(SimplexProjection(dimension: 3)), step: 0.1),
          .init(AbsoluteTerm(.fixed(0.05), dimension: 1), step: 0.15),
        ]),
      {
        var t = theta; t[1] = 0.2; return t
      }(), from: .zeros(n), by: byFixedPoint)
    try await add(
      "mirror descent", MirrorDescentMap(gradient, step: 0.3), 0.1 * theta, from: Vector(repeating: 1 / 6.0, count: n),
      by: byFixedPoint)
    return samples + (try await equations(&random))
  }

  private static func equations(_ random: inout RandomStream) async throws -> [MapSample] {
    // x³ + x = θ₀ and xy = θ₁, by values alone.
    let root = RootMap(
      .byDifferences(pointCount: 2, parameterCount: 2) { x, t in
        [x[0] * x[0] * x[0] + x[0] - t[0], x[0] * x[1] - t[1]]
      })
    // Two species that compete: ẋ = x(θ − x − y/2).
    let steady = RootMap.steadyState(
      .byDifferences(pointCount: 2, parameterCount: 2) { x, t in
        [x[0] * (t[0] - x[0] - 0.5 * x[1]), x[1] * (t[1] - x[1] - 0.5 * x[0])]
      })
    // Decay curves a·exp(−bt) through points that move; exp by its derivative's series stays away from Foundation here.
    let times = [0.0, 0.5, 1, 1.5, 2]
    let fit = LeastSquaresMap(
      ParametricFunction(
        pointCount: 2, parameterCount: 5, valueCount: 5,
        value: { x, y in Vector(times.indices.map { x[0] / (1 + x[1] * times[$0]) - y[$0] }) },
        push: { x, _, d in
          Vector(
            times.map { t in
              let s = 1 + x[1] * t
              return d[0] / s - x[0] * t / (s * s) * d[1]
            })
        },
        pull: { x, _, w in
          var image = Vector.zeros(2)
          for (k, t) in times.enumerated() {
            let s = 1 + x[1] * t
            image[0] += w[k] / s
            image[1] -= w[k] * x[0] * t / (s * s)
          }
          return image
        },
        pushParameters: { _, _, t in -t }, pullParameters: { _, _, w in -w }))
    let data: Vector = [2.1, 1.2, 1.05, 0.7, 0.75]

    let n = 5
    let shape = QuadraticKKT(variables: n, equalities: 1, inequalities: 3)
    let q = definite(n, &random)
    let c = random.normals(n)
    let g = Matrix(rowCount: 3, columnCount: n, elements: random.normals(3 * n).elements)
    let program = shape.parameters(
      quadratic: q, linear: c, equalityMatrix: Matrix(rows: [[1, 1, 1, 1, 1]]), equalitySides: [1],
      inequalityMatrix: g, inequalitySides: [-0.2, 0.1, 30])
    return [
      MapSample(
        name: "root", map: root, solution: try await newton(root, from: [1, 1])([3, 2]), parameters: [3, 2],
        resolve: newton(root, from: [1, 1])),
      MapSample(
        name: "steady state", map: steady, solution: try await newton(steady, from: [1, 1])([1.2, 1]),
        parameters: [1.2, 1], resolve: newton(steady, from: [1, 1])),
      MapSample(
        name: "least squares", map: fit, solution: try await newton(fit, from: [2, 1])(data), parameters: data,
        resolve: newton(fit, from: [2, 1])),
      try await quadratic(shape, program),
      try await conic(),
    ]
  }

  /// The KKT system solved by Newton's method from the active set that an enumeration finds.
  private static func quadratic(_ shape: QuadraticKKT, _ theta: Vector) async throws -> MapSample {
    for mask in 0..<8 {
      var z = Vector.zeros(shape.solutionCount)
      for i in 0..<3 where mask >> i & 1 == 1 { z[shape.variableCount + shape.equalityCount + i] = 1 }
      // With zero multipliers left alone and slack rows pinned, Newton keeps the guess of activity.
      guard let found = try? await newton(shape, from: z)(theta), found.isFinite else { continue }
      let lambda = found.elements.suffix(3)
      let g = Matrix(rowCount: 3, columnCount: 5, elements: Array(theta.elements[shape.place(of: .inequalityMatrix)]))
      let h = theta.elements[shape.place(of: .inequalitySides)]
      let slack = zip(h, g.times(Vector(Array(found.elements.prefix(5)))).elements).map { $0 - $1 }
      if lambda.allSatisfy({ $0 >= -1e-9 }), slack.allSatisfy({ $0 >= -1e-9 }), lambda.contains(where: { $0 > 1e-3 }) {
        return MapSample(
          name: "quadratic program", map: shape, solution: found, parameters: theta, resolve: newton(shape, from: found)
        )
      }
    }
    throw ImplicitError.shape("no active set of the sample is a solution")
  }

  /// min x₀ + 2x₁ with |x − (1, 1)| ≤ 1 and x₁ ≥ 0.4: both hold with a price.
  private static func conic() async throws -> MapSample {
    let cone = ProductProjection([SecondOrderConeProjection(dimension: 3), BoxProjection.nonnegative(1)])
    let map = ConicResidualMap(variables: 2, cone: cone)
    let a = Matrix(rows: [[0, 0], [-1, 0], [0, -1], [0, -1]])
    let theta = map.parameters(costs: [1, 2], sides: [1, -1, -1, -0.4], matrix: a)
    // s = b − A·x: (1, x₀ − 1, x₁ − 1) and x₁ − 0.4 = 0 with x₀ = 0.2.
    let x: Vector = [0.2, 0.4]
    let slack: Vector = [1, -0.8, -0.6, 0]
    // y = τ·(1, 0.8, 0.6) on the cone, and Aᵀy + c = 0 gives τ·0.8 = 1 and y₃ = 2 − 0.6τ.
    let tau = 1.25
    let y: Vector = [tau, 0.8 * tau, 0.6 * tau, 2 - 0.6 * tau]
    let start = ConicResidualMap.solution(x: x, slack: slack, multipliers: y)
    return MapSample(
      name: "cone program", map: map, solution: try await newton(map, from: start)(theta), parameters: theta,
      resolve: newton(map, from: start))
  }
}
