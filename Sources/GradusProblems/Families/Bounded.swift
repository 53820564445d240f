// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Σ wᵢ (xᵢ − cᵢ)².
private struct WeightedDistance: GradientFunction {
  let center: [Double]
  var dimension: Int { center.count }
  private func weight(_ i: Int) -> Double { Double(1 + i % 7) }
  func formula<T: Algebraic>(_ x: [T]) -> T {
    x.indices.reduce(T(0)) { $0 + weight($1) * (x[$1] - center[$1]).squared }
  }
  func gradient<T: Algebraic>(_ x: [T], _ g: inout [T]) {
    for i in x.indices { g[i] = (2 * weight(i)) * (x[i] - center[i]) }
  }
}

/// (x₁ + 1)³/3 + x₂.
private struct HockSchittkowski4: FormulaFunction {
  var dimension: Int { 2 }
  func formula<T: Algebraic>(_ x: [T]) -> T { (x[0] + 1).cubed / 3 + x[1] }
}

/// sin(x₁ + x₂) + (x₁ − x₂)² − 1.5x₁ + 2.5x₂ + 1.
private struct HockSchittkowski5: FormulaFunction {
  var dimension: Int { 2 }
  func formula<T: Algebraic>(_ x: [T]) -> T {
    sine(x[0] + x[1]) + (x[0] - x[1]).squared - 1.5 * x[0] + 2.5 * x[1] + 1
  }
}

/// A function whose minimum needs the bounds, which therefore has no unconstrained form.
private func bounded(
  _ oracle: any SmoothFunction, _ box: Box, start: Vector, value: Double, at point: Vector,
  _ traits: Set<ProblemTrait> = []
) -> ProblemContent {
  ProblemContent(
    forms: [BoxConstrained(box, start: start, isConvex: traits.contains(.convex))], oracle: oracle,
    optimum: KnownOptimum(value: value, points: [point]), traits: traits.union([.smooth, .bounded]), region: box)
}

let boundedFamilies: [ProblemFamily] = [
  ProblemFamily(
    "box-quadratic", "weighted distance to a point outside the box", reference: "by construction",
    parameters: [.dimension(6)]
  ) { p in
    // Outside above, outside below, inside, in turn: the projection is the solution.
    let function = WeightedDistance(center: (0..<p.n).map { [2, -3, 0.25][$0 % 3] })
    let box = Box.cube(-1, 1, p.n)
    let solution = box.projection(of: Vector(function.center))
    return bounded(
      function, box, start: .zeros(p.n), value: function.evaluate(solution.elements), at: solution, [.convex])
  },
  ProblemFamily("hs2", "curved valley cut off by a bound", reference: "Hock, Schittkowski 1981, no. 2") { _ in
    bounded(
      Rosenbrock(dimension: 2), Box(lower: [-10, 1.5], upper: [10, 10]), start: [-2, 1.5],
      value: 0.050426187893607085, at: [1.2243707487363525, 1.5])
  },
  ProblemFamily("hs4", "minimum in a corner", reference: "Hock, Schittkowski 1981, no. 4") { _ in
    bounded(
      HockSchittkowski4(), Box(lower: [1, 0], upper: [10, 10]), start: [1.125, 0.125], value: 8.0 / 3, at: [1, 0])
  },
  ProblemFamily("hs5", "minimum inside a box", reference: "Hock, Schittkowski 1981, no. 5") { _ in
    bounded(
      HockSchittkowski5(), Box(lower: [-1.5, -3], upper: [4, 3]), start: [0, 0],
      value: -3.0.squareRoot() / 2 - Double.pi / 3, at: [-Double.pi / 3 + 0.5, -Double.pi / 3 - 0.5])
  },
]
