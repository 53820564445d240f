// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Σ |xᵢ − cᵢ|.
private struct AbsoluteSum: DifferentiableFunction {
  let center: [Double]
  var dimension: Int { center.count }
  func evaluate(_ x: [Double]) -> Double { x.indices.reduce(0) { $0 + abs(x[$1] - center[$1]) } }
  func differentiate(_ x: [Double], _ g: inout [Double]) -> Double {
    for i in x.indices { g[i] = x[i] > center[i] ? 1 : x[i] < center[i] ? -1 : 0 }
    return evaluate(x)
  }
}

/// maxᵢ |xᵢ − cᵢ|.
private struct LargestAbsolute: DifferentiableFunction {
  let center: [Double]
  var dimension: Int { center.count }
  func evaluate(_ x: [Double]) -> Double {
    // Written so that a NaN in any coordinate comes out.
    x.indices.reduce(0) { $0 >= abs(x[$1] - center[$1]) ? $0 : abs(x[$1] - center[$1]) }
  }
  func differentiate(_ x: [Double], _ g: inout [Double]) -> Double {
    let value = evaluate(x)
    for i in x.indices { g[i] = 0 }
    if value > 0, let i = x.indices.first(where: { abs(x[$0] - center[$0]) == value }) {
      g[i] = x[i] > center[i] ? 1 : -1
    }
    return value
  }
}

private func center(_ n: Int) -> [Double] {
  var stream = RandomStream(seed: 0).child("non-smooth center")
  return (0..<n).map { _ in stream.uniform(-1, 1) }
}

let nonSmoothFamilies: [ProblemFamily] = [
  ProblemFamily(
    "abs-sum", "sum of absolute values", reference: "by construction", parameters: [.dimension(5)]
  ) { p in
    ProblemContent(
      AbsoluteSum(center: center(p.n)), start: Vector(repeating: 3, count: p.n), region: .cube(-5, 10, p.n),
      optimum: KnownOptimum(value: 0, points: [Vector(center(p.n))]), [.nonSmooth, .convex])
  },
  ProblemFamily(
    "max-abs", "largest absolute value", reference: "by construction", parameters: [.dimension(5)]
  ) { p in
    ProblemContent(
      LargestAbsolute(center: center(p.n)), start: Vector((0..<p.n).map { Double($0) - 2 }),
      region: .cube(-5, 10, p.n), optimum: KnownOptimum(value: 0, points: [Vector(center(p.n))]),
      [.nonSmooth, .convex])
  },
]
