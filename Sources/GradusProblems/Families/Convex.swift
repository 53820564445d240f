// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Σ xᵢ².
private struct Sphere: GradientFunction {
  let dimension: Int
  func formula<T: Algebraic>(_ x: [T]) -> T { x.reduce(T(0)) { $0 + $1.squared } }
  func gradient<T: Algebraic>(_ x: [T], _ g: inout [T]) { for i in x.indices { g[i] = 2 * x[i] } }
}

/// Σ cᵢ xᵢ², cᵢ from 1 to the condition number in equal ratios.
struct Ellipsoid: GradientFunction {
  let weights: [Double]
  var dimension: Int { weights.count }

  init(dimension: Int, condition: Double) { weights = spectrum(dimension, condition) }

  func formula<T: Algebraic>(_ x: [T]) -> T { x.indices.reduce(T(0)) { $0 + weights[$1] * x[$1].squared } }
  func gradient<T: Algebraic>(_ x: [T], _ g: inout [T]) { for i in x.indices { g[i] = (2 * weights[i]) * x[i] } }
}

/// ½ (x − c)ᵀHDH(x − c) with H = I − 2uuᵀ a reflection: the axes are not those of the coordinates.
private struct RotatedQuadratic: GradientFunction {
  let weights: [Double]
  let normal: [Double]
  let center: [Double]
  var dimension: Int { weights.count }

  init(dimension n: Int, condition: Double) {
    weights = spectrum(n, condition)
    var stream = RandomStream(seed: 0).child("rotated quadratic")
    let u = stream.normals(n)
    normal = ((1 / u.norm) * u).elements
    center = (0..<n).map { _ in stream.uniform(-1, 1) }
  }

  private func reflect<T: Algebraic>(_ v: [T]) -> [T] {
    let along = v.indices.reduce(T(0)) { $0 + (2 * normal[$1]) * v[$1] }
    return v.indices.map { v[$0] - normal[$0] * along }
  }

  func formula<T: Algebraic>(_ x: [T]) -> T {
    let y = reflect(x.indices.map { x[$0] - center[$0] })
    return y.indices.reduce(T(0)) { $0 + (0.5 * weights[$1]) * y[$1].squared }
  }

  func gradient<T: Algebraic>(_ x: [T], _ g: inout [T]) {
    let y = reflect(x.indices.map { x[$0] - center[$0] })
    g = reflect(y.indices.map { weights[$0] * y[$0] })
  }
}

/// n numbers from 1 to `condition` in equal ratios.
private func spectrum(_ n: Int, _ condition: Double) -> [Double] {
  let ratio = logarithm(condition)
  return (0..<n).map { n == 1 ? 1 : exponential(ratio * Double($0) / Double(n - 1)) }
}

/// (x + 2y − 7)² + (2x + y − 5)².
private struct Booth: FormulaFunction {
  var dimension: Int { 2 }
  func formula<T: Algebraic>(_ x: [T]) -> T {
    (x[0] + 2 * x[1] - 7).squared + (2 * x[0] + x[1] - 5).squared
  }
}

let convexFamilies: [ProblemFamily] = [
  ProblemFamily(
    "sphere", "sum of squares", reference: "Rechenberg 1973", parameters: [.dimension(10)]
  ) { p in
    ProblemContent(
      Sphere(dimension: p.n), start: Vector(repeating: 1, count: p.n), region: .cube(-5, 10, p.n),
      optimum: KnownOptimum(value: 0, points: [.zeros(p.n)]), [.smooth, .convex])
  },
  ProblemFamily(
    "quadratic", "convex quadratic with rotated axes", reference: "by construction",
    parameters: [.dimension(10), .real("condition", 100, 1...1e12, "largest over smallest curvature")]
  ) { p in
    let function = RotatedQuadratic(dimension: p.n, condition: p["condition"])
    return ProblemContent(
      function, start: Vector(repeating: 2, count: p.n), region: .cube(-5, 10, p.n),
      optimum: KnownOptimum(value: 0, points: [Vector(function.center)]), [.smooth, .convex])
  },
  ProblemFamily(
    "ellipsoid", "axis-parallel ellipsoid with widely spread curvatures", reference: "Hansen, Ostermeier 2001",
    parameters: [.dimension(10), .real("condition", 1e6, 1...1e12, "largest over smallest curvature")]
  ) { p in
    ProblemContent(
      Ellipsoid(dimension: p.n, condition: p["condition"]), start: Vector(repeating: 1, count: p.n),
      region: .cube(-5, 10, p.n), optimum: KnownOptimum(value: 0, points: [.zeros(p.n)]),
      [.smooth, .convex, .illConditioned])
  },
  ProblemFamily("booth", "two linear equations squared", reference: "Jamil, Yang 2013, no. 17") { _ in
    ProblemContent(
      Booth(), start: [0, 0], region: .cube(-10, 10, 2), optimum: KnownOptimum(value: 0, points: [[1, 3]]),
      [.smooth, .convex])
  },
]
