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

private func constrained(
  _ oracle: any ConstrainedFunction, start: Vector, domain: Box, rows: (lower: Vector, upper: Vector), region: Box,
  _ optimum: KnownOptimum
) -> ProblemContent {
  ProblemContent(
    forms: [NonlinearProgram(start: start, domain: domain, rowLower: rows.lower, rowUpper: rows.upper)],
    oracle: oracle, optimum: optimum, traits: [.smooth, .constrained], region: region)
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
]
