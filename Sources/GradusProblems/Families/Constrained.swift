// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// (1 − x₁)² subject to 10 (x₂ − x₁²) = 0.
private struct HockSchittkowski6: ConstrainedFunction {
  var dimension: Int { 2 }
  var constraintCount: Int { 1 }
  func objective<T: Algebraic>(_ x: [T]) -> T { (1 - x[0]).squared }
  func constraints<T: Algebraic>(_ x: [T]) -> [T] { [10 * (x[1] - x[0].squared)] }
}

/// log(1 + x₁²) − x₂ subject to (1 + x₁²)² + x₂² = 4.
private struct HockSchittkowski7: ConstrainedFunction {
  var dimension: Int { 2 }
  var constraintCount: Int { 1 }
  func objective<T: Algebraic>(_ x: [T]) -> T { logarithm(1 + x[0].squared) - x[1] }
  func constraints<T: Algebraic>(_ x: [T]) -> [T] { [(1 + x[0].squared).squared + x[1].squared] }
}

/// x₁x₄(x₁ + x₂ + x₃) + x₃ subject to x₁x₂x₃x₄ ≥ 25, Σ xᵢ² = 40, 1 ≤ x ≤ 5.
private struct HockSchittkowski71: ConstrainedFunction {
  var dimension: Int { 4 }
  var constraintCount: Int { 2 }
  func objective<T: Algebraic>(_ x: [T]) -> T { x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2] }
  func constraints<T: Algebraic>(_ x: [T]) -> [T] {
    [x[0] * x[1] * x[2] * x[3], x[0].squared + x[1].squared + x[2].squared + x[3].squared]
  }
}

/// x₁ − x₂ subject to −3x₁² + 2x₁x₂ − x₂² ≥ −1.
private struct HockSchittkowski10: ConstrainedFunction {
  var dimension: Int { 2 }
  var constraintCount: Int { 1 }
  func objective<T: Algebraic>(_ x: [T]) -> T { x[0] - x[1] }
  func constraints<T: Algebraic>(_ x: [T]) -> [T] { [2 * x[0] * x[1] - 3 * x[0].squared - x[1].squared] }
}

/// ½x₁² + x₂² − x₁x₂ − 7x₁ − 7x₂ subject to 4x₁² + x₂² ≤ 25.
private struct HockSchittkowski12: ConstrainedFunction {
  var dimension: Int { 2 }
  var constraintCount: Int { 1 }
  func objective<T: Algebraic>(_ x: [T]) -> T {
    0.5 * x[0].squared + x[1].squared - x[0] * x[1] - 7 * x[0] - 7 * x[1]
  }
  func constraints<T: Algebraic>(_ x: [T]) -> [T] { [4 * x[0].squared + x[1].squared] }
}

/// (x₁ − x₂)² + (x₂ − x₃)⁴ subject to (1 + x₂²)x₁ + x₃⁴ = 3.
private struct HockSchittkowski26: ConstrainedFunction {
  var dimension: Int { 3 }
  var constraintCount: Int { 1 }
  func objective<T: Algebraic>(_ x: [T]) -> T { (x[0] - x[1]).squared + (x[1] - x[2]).squared.squared }
  func constraints<T: Algebraic>(_ x: [T]) -> [T] { [(1 + x[1].squared) * x[0] + x[2].squared.squared] }
}

/// |x|² subject to x₁² + x₂² ≥ 1 and bounds.
private struct HockSchittkowski30: ConstrainedFunction {
  var dimension: Int { 3 }
  var constraintCount: Int { 1 }
  func objective<T: Algebraic>(_ x: [T]) -> T { x[0].squared + x[1].squared + x[2].squared }
  func constraints<T: Algebraic>(_ x: [T]) -> [T] { [x[0].squared + x[1].squared] }
}

/// The problem of Rosen and Suzuki: three concave rows.
private struct HockSchittkowski43: ConstrainedFunction {
  var dimension: Int { 4 }
  var constraintCount: Int { 3 }
  func objective<T: Algebraic>(_ x: [T]) -> T {
    let squares = x[0].squared + x[1].squared + 2 * x[2].squared + x[3].squared
    return squares - 5 * x[0] - 5 * x[1] - 21 * x[2] + 7 * x[3]
  }
  func constraints<T: Algebraic>(_ x: [T]) -> [T] {
    let (a, b, c, d) = (x[0].squared, x[1].squared, x[2].squared, x[3].squared)
    return [
      8 - a - b - c - d - x[0] + x[1] - x[2] + x[3],
      10 - a - 2 * b - c - 2 * d + x[0] + x[3],
      5 - 2 * a - b - c - 2 * x[0] + x[1] + x[3],
    ]
  }
}

/// x₁x₂ subject to x₁² + x₂² = 2: minima and maxima alternate on the circle.
private struct CircleProduct: ConstrainedFunction {
  var dimension: Int { 2 }
  var constraintCount: Int { 1 }
  func objective<T: Algebraic>(_ x: [T]) -> T { x[0] * x[1] }
  func constraints<T: Algebraic>(_ x: [T]) -> [T] { [x[0].squared + x[1].squared] }
}

private func constrained(
  _ oracle: any ConstrainedFunction, start: Vector, domain: Box, rows: (lower: Vector, upper: Vector), region: Box,
  _ optimum: KnownOptimum, isConvex: Bool = false, _ traits: Set<ProblemTrait> = []
) -> ProblemContent {
  let program = NonlinearProgram(
    start: start, domain: domain, rowLower: rows.lower, rowUpper: rows.upper, isConvex: isConvex)
  return ProblemContent(
    forms: [program], oracle: oracle, optimum: optimum, traits: traits.union([.smooth, .constrained]), region: region)
}

let constrainedFamilies: [ProblemFamily] = [
  ProblemFamily("hs6", "a parabola as constraint", reference: "Hock, Schittkowski 1981, no. 6") { _ in
    constrained(
      HockSchittkowski6(), start: [-1.2, 1], domain: .all(2), rows: ([0], [0]), region: .cube(-3, 3, 2),
      KnownOptimum(value: 0, points: [[1, 1]], multipliers: [0]))
  },
  ProblemFamily("hs7", "an oval as constraint", reference: "Hock, Schittkowski 1981, no. 7") { _ in
    constrained(
      HockSchittkowski7(), start: [2, 2], domain: .all(2), rows: ([4], [4]), region: .cube(-3, 3, 2),
      KnownOptimum(
        value: -3.0.squareRoot(), points: [[0, 3.0.squareRoot()]], multipliers: [-0.5 / 3.0.squareRoot()]))
  },
  ProblemFamily(
    "hs71", "an equation, an inequality and bounds", reference: "Hock, Schittkowski 1981, no. 71"
  ) { _ in
    constrained(
      HockSchittkowski71(), start: [1, 5, 5, 1], domain: .cube(1, 5, 4), rows: ([25, 40], [.infinity, 40]),
      region: .cube(1, 5, 4),
      KnownOptimum(
        value: 17.014017289156302, points: [[1, 4.7429996372644171, 3.8211499841848739, 1.3794082931726724]],
        multipliers: [0.55229366012072683, -0.16146856677050584]))
  },
  ProblemFamily("hs10", "a linear objective on an ellipse", reference: "Hock, Schittkowski 1981, no. 10") { _ in
    constrained(
      HockSchittkowski10(), start: [-10, 10], domain: .all(2), rows: ([-1], [.infinity]), region: .cube(-10, 10, 2),
      KnownOptimum(value: -1, points: [[0, 1]], multipliers: [0.5]), isConvex: true)
  },
  ProblemFamily("hs12", "a quadratic in an ellipse", reference: "Hock, Schittkowski 1981, no. 12") { _ in
    constrained(
      HockSchittkowski12(), start: [0, 0], domain: .all(2), rows: ([-.infinity], [25]), region: .cube(-5, 5, 2),
      KnownOptimum(value: -30, points: [[2, 3]], multipliers: [-0.5]), isConvex: true)
  },
  ProblemFamily(
    "hs26", "a curved equation; the minimum has a direction without curvature",
    reference: "Hock, Schittkowski 1981, no. 26"
  ) { _ in
    constrained(
      HockSchittkowski26(), start: [-2.6, 2, 2], domain: .all(3), rows: ([3], [3]), region: .cube(-3, 3, 3),
      KnownOptimum(value: 0, points: [[1, 1, 1]], multipliers: [0]), [.degenerate])
  },
  ProblemFamily(
    "hs30", "outside a cylinder; a bound and a row hold the same variable",
    reference: "Hock, Schittkowski 1981, no. 30"
  ) { _ in
    let box = Box(lower: [1, -10, -10], upper: [10, 10, 10])
    return constrained(
      HockSchittkowski30(), start: [1, 1, 1], domain: box, rows: ([1], [.infinity]), region: box,
      KnownOptimum(value: 1, points: [[1, 0, 0]], multipliers: [0]), [.degenerate])
  },
  ProblemFamily("hs43", "a quadratic within three balls", reference: "Hock, Schittkowski 1981, no. 43") { _ in
    constrained(
      HockSchittkowski43(), start: [0, 0, 0, 0], domain: .all(4),
      rows: ([0, 0, 0], [.infinity, .infinity, .infinity]), region: .cube(-3, 3, 4),
      KnownOptimum(value: -44, points: [[0, 1, 2, -1]], multipliers: [1, 0, 2]), isConvex: true)
  },
  ProblemFamily(
    "circle-product", "started at a maximum on a circle", reference: "construction: ∇f = Jᵀy at (1, 1) too"
  ) { _ in
    constrained(
      CircleProduct(), start: [1, 1], domain: .all(2), rows: ([2], [2]), region: .cube(-2, 2, 2),
      KnownOptimum(value: -1, points: [[1, -1], [-1, 1]], multipliers: [-0.5]), [.trap])
  },
]
