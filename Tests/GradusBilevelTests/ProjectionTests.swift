// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

/// Laws of projections: nearest points, Jacobians by differences, and the corners they name.
@Suite struct ProjectionTests {
  private static func all() throws -> [(name: String, projection: any DifferentiableProjection)] {
    [
      ("box", BoxProjection(lower: [-1, 0, -0.5, 0, -.infinity, 0.2], upper: [0.5, 0, 2, .infinity, 0.1, 0.3])),
      ("nonnegative", BoxProjection.nonnegative(6)), ("simplex", SimplexProjection(dimension: 6, total: 1.5)),
      ("l1 ball", AbsoluteBallProjection(dimension: 6, radius: 1.2)), ("l2 ball", BallProjection(dimension: 6)),
      ("affine", try AffineProjection(Matrix(rows: [[1, 2, 0, 1, 0, -1], [0, 1, 1, 0, 3, 0]]), equals: [1, -2])),
      ("hyperplane", HyperplaneProjection([1, -2, 0, 1, 0, 0.5], equals: 0.7)),
      ("half-space", HyperplaneProjection([1, -2, 0, 1, 0, 0.5], atMost: 0.1)),
      ("plans", TransportProjection(rowSums: [0.5, 1], columnSums: [0.3, 0.4, 0.8])),
      ("second-order cone", SecondOrderConeProjection(dimension: 6)),
      (
        "product",
        ProductProjection([
          SimplexProjection(dimension: 2), SecondOrderConeProjection(dimension: 3), BallProjection(dimension: 1),
        ])
      ),
    ]
  }

  @Test func pointsAreInTheSetAndNearest() throws {
    for (name, set) in try Self.all() {
      var random = RandomStream(seed: 5)
      for _ in 0..<20 {
        let (v, w) = (2 * random.normals(set.dimension), 2 * random.normals(set.dimension))
        let (p, q) = (set.projection(of: v), set.projection(of: w))
        #expect((set.projection(of: p) - p).norm <= 1e-9, "\(name): P is not idempotent")
        // The inequality that characterizes the nearest point, against another point of the set.
        #expect((v - p).inner(q - p) <= 1e-8, "\(name): not the nearest point")
        #expect((set.linearization(at: v).point - p).norm <= 1e-12, "\(name)")
      }
    }
  }

  @Test func jacobiansAgreeWithDifferences() throws {
    for (name, set) in try Self.all() {
      var random = RandomStream(seed: 6)
      for round in 0..<20 {
        let scale = round % 2 == 0 ? 2 : 0.2
        let v = scale * random.normals(set.dimension)
        let here = set.linearization(at: v)
        #expect(here.kinks.isEmpty, "\(name)")
        let (d, w) = (random.normals(set.dimension), random.normals(set.dimension))
        let image = here.jacobian.applied(to: d)
        let h = 1e-7
        let moved = (0.5 / h) * (set.projection(of: v + h * d) - set.projection(of: v - h * d))
        #expect((image - moved).norm <= 1e-6 * max(1, d.norm), "\(name) \(round): \((image - moved).norm)")
        #expect(abs(w.inner(image) - here.jacobian.transposedApplied(to: w).inner(d)) <= 1e-8, "\(name)")
        #expect(image.inner(d) >= image.inner(image) - 1e-7, "\(name): eigenvalues leave [0, 1]")
      }
    }
  }

  @Test func cornersAreNamed() {
    #expect(BoxProjection(lower: [0, 0], upper: [1, 1]).linearization(at: [0.5, 1]).kinks == [1])
    #expect(BoxProjection(lower: [0, 1], upper: [1, 1]).linearization(at: [0.5, 1]).kinks == [])
    #expect(SimplexProjection(dimension: 3).linearization(at: [0.5, 0.5, 0]).kinks == [2])
    #expect(AbsoluteBallProjection(dimension: 2).linearization(at: [0.5, -0.5]).kinks == [0, 1])
    #expect(BallProjection(dimension: 2).linearization(at: [0.6, 0.8]).kinks == [0, 1])
    #expect(HyperplaneProjection([1, 0], atMost: 1).linearization(at: [1, 5]).kinks == [0])
    #expect(SecondOrderConeProjection(dimension: 2).linearization(at: [1, -1]).kinks == [0, 1])
    #expect(
      ProductProjection([BallProjection(dimension: 1), BoxProjection.nonnegative(1)]).linearization(at: [0, 0]).kinks
        == [1])
    #expect(
      TransportProjection(rowSums: [1, 1], columnSums: [1, 1]).linearization(at: [0.5, -0.5, -0.5, 0.5]).kinks == [
        1, 2,
      ])
  }

  @Test func numbersThatAreNoneStayVisible() throws {
    for (name, set) in try Self.all() {
      var v = Vector.zeros(set.dimension)
      v[0] = .nan
      #expect(!set.projection(of: v).isFinite, "\(name)")
    }
    #expect(throws: FactorizationError.self) {
      try AffineProjection(Matrix(rows: [[1, 1], [2, 2]]), equals: [1, 2])
    }
  }

  /// Plans of a size at which many entries are zero.
  @Test func plansOfSomeSize() {
    var random = RandomStream(seed: 9)
    let (m, n) = (12, 15)
    let weights = { (count: Int, random: inout RandomStream) -> Vector in
      let w = (0..<count).map { _ in random.uniform(0.2, 1) }
      return (1 / w.reduce(0, +)) * Vector(w)
    }
    let (a, b) = (weights(m, &random), weights(n, &random))
    let set = TransportProjection(rowSums: a, columnSums: b)
    for scale in [0.01, 1, 100.0] {
      let v = scale * random.normals(m * n)
      let here = set.linearization(at: v)
      let plan = here.point
      #expect(plan.elements.allSatisfy { $0 >= 0 })
      for i in 0..<m {
        #expect(abs((0..<n).reduce(0) { $0 + plan[i + $1 * m] } - a[i]) <= 1e-10 * max(1, scale), "\(scale)")
      }
      for j in 0..<n {
        #expect(abs((0..<m).reduce(0) { $0 + plan[$1 + j * m] } - b[j]) <= 1e-10 * max(1, scale), "\(scale)")
      }
      let d = random.normals(m * n)
      let image = here.jacobian.applied(to: d)
      let h = 1e-8 * scale
      let moved = (0.5 / h) * (set.projection(of: v + h * d) - set.projection(of: v - h * d))
      #expect((image - moved).norm <= 1e-4 * max(0.1, image.norm), "\(scale)")
      #expect((here.jacobian.applied(to: image) - image).norm <= 1e-8 * max(1, image.norm), "\(scale)")
    }
  }
}
