// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)².
struct Rosenbrock: GradientFunction {
  let dimension: Int

  func formula<T: Algebraic>(_ x: [T]) -> T {
    var total = T(0)
    for i in 0..<x.count - 1 { total = total + 100 * (x[i + 1] - x[i].squared).squared + (1 - x[i]).squared }
    return total
  }

  func gradient<T: Algebraic>(_ x: [T], _ g: inout [T]) {
    for i in x.indices { g[i] = T(0) }
    for i in 0..<x.count - 1 {
      let t = x[i + 1] - x[i].squared
      g[i] = g[i] - 400 * (x[i] * t) - 2 * (1 - x[i])
      g[i + 1] = g[i + 1] + 200 * t
    }
  }
}

/// (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)².
private struct Beale: FormulaFunction {
  var dimension: Int { 2 }
  func formula<T: Algebraic>(_ x: [T]) -> T {
    let (a, b) = (x[0], x[1])
    let first = a * b - a + 1.5
    let second = a * b.squared - a + 2.25
    let third = a * b.cubed - a + 2.625
    return first.squared + second.squared + third.squared
  }
}

/// 100 (x₂ − x₁²)² + (1 − x₁)² + 90 (x₄ − x₃²)² + (1 − x₃)² + 10 (x₂ + x₄ − 2)² + (x₂ − x₄)²/10.
private struct Wood: FormulaFunction {
  var dimension: Int { 4 }
  func formula<T: Algebraic>(_ x: [T]) -> T {
    let left = 100 * (x[1] - x[0].squared).squared + (1 - x[0]).squared
    let right = 90 * (x[3] - x[2].squared).squared + (1 - x[2]).squared
    return left + right + 10 * (x[1] + x[3] - 2).squared + 0.1 * (x[1] - x[3]).squared
  }
}

/// (x₁ − 10⁶)² + (x₂ − 2·10⁻⁶)² + (x₁x₂ − 2)².
private struct BrownBadlyScaled: FormulaFunction {
  var dimension: Int { 2 }
  func formula<T: Algebraic>(_ x: [T]) -> T {
    (x[0] - 1e6).squared + (x[1] - 2e-6).squared + (x[0] * x[1] - 2).squared
  }
}

/// 100 ((x₃ − 10θ)² + (r − 1)²) + x₃², with x₁ = r cos 2πθ, x₂ = r sin 2πθ.
private struct HelicalValley: FormulaFunction {
  var dimension: Int { 3 }
  func formula<T: Algebraic>(_ x: [T]) -> T {
    // Two formulas for the angle, each away from where it divides by zero. θ jumps where x₁ = 0 > x₂, as in the reference.
    let (a, b) = (x[0], x[1])
    let theta: T
    if abs(a.value) >= abs(b.value) {
      theta = arcTangent(b / a) / (2 * Double.pi) + (a.value < 0 ? 0.5 : 0)
    } else {
      theta = (b.value > 0 ? 0.25 : a.value < 0 ? 0.75 : -0.25) - arcTangent(a / b) / (2 * Double.pi)
    }
    let radius = squareRoot(x[0].squared + x[1].squared)
    return 100 * ((x[2] - 10 * theta).squared + (radius - 1).squared) + x[2].squared
  }
}

let valleyFamilies: [ProblemFamily] = [
  ProblemFamily(
    "rosenbrock", "curved valley", reference: "Rosenbrock 1960", parameters: [.dimension(2, from: 2)]
  ) { p in
    ProblemContent(
      Rosenbrock(dimension: p.n), start: Vector((0..<p.n).map { $0 % 2 == 0 ? -1.2 : 1 }), region: .cube(-5, 10, p.n),
      optimum: KnownOptimum(value: 0, points: [Vector(repeating: 1, count: p.n)]), [.smooth, .illConditioned])
  },
  ProblemFamily("beale", "flat valley with steep walls", reference: "Moré, Garbow, Hillstrom 1981, no. 5") { _ in
    ProblemContent(
      Beale(), start: [1, 1], region: .cube(-4.5, 4.5, 2), optimum: KnownOptimum(value: 0, points: [[3, 0.5]]),
      [.smooth])
  },
  ProblemFamily("wood", "two coupled valleys", reference: "Moré, Garbow, Hillstrom 1981, no. 14") { _ in
    ProblemContent(
      Wood(), start: [-3, -1, -3, -1], region: .cube(-10, 10, 4),
      optimum: KnownOptimum(value: 0, points: [[1, 1, 1, 1]]), [.smooth, .illConditioned])
  },
  ProblemFamily(
    "brown-badly-scaled", "scales 10¹² apart", reference: "Moré, Garbow, Hillstrom 1981, no. 4"
  ) { _ in
    ProblemContent(
      BrownBadlyScaled(), start: [1, 1], region: Box(lower: [-10, -10], upper: [2e6, 10]),
      optimum: KnownOptimum(value: 0, points: [[1e6, 2e-6]]), [.smooth, .illConditioned])
  },
  ProblemFamily("helical-valley", "spiral valley", reference: "Moré, Garbow, Hillstrom 1981, no. 7") { _ in
    ProblemContent(
      HelicalValley(), start: [-1, 0, 0], region: .cube(-10, 10, 3),
      optimum: KnownOptimum(value: 0, points: [[1, 0, 0]]), [.smooth])
  },
]
