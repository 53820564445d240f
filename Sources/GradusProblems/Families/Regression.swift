// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GradusNumerics

/// Logistic regression to given probabilities:
///
///     f(w) = 1/m Σ log(1 + exp zᵢ) − pᵢ zᵢ,   z = A w,   pᵢ = 1/(1 + exp(−aᵢᵀw*))
///
/// The gradient Aᵀ(σ(z) − p)/m vanishes at w* by construction.
private struct Logistic: GradientFunction {
  let dimension: Int
  let weights: [Double]
  private let rows: [[Double]]
  private let probabilities: [Double]

  init(dimension n: Int, samples: Int) {
    var stream = RandomStream(seed: 0).child("logistic")
    let solution = stream.normals(n).elements
    rows = (0..<samples).map { _ in stream.normals(n).elements }
    probabilities = rows.map { row in sigmoid(zip(row, solution).reduce(0) { $0 + $1.0 * $1.1 }) }
    dimension = n
    weights = solution
  }

  private func scores<T: Algebraic>(_ w: [T]) -> [T] {
    rows.map { row in row.indices.reduce(T(0)) { $0 + row[$1] * w[$1] } }
  }

  func formula<T: Algebraic>(_ w: [T]) -> T {
    var total = T(0)
    for (z, p) in zip(scores(w), probabilities) {
      let s = sigmoid(z.value)
      let value = max(z.value, 0) + log1p(exp(-abs(z.value)))
      total = total + z.chained(value, s, s * (1 - s)) - p * z
    }
    return total / Double(rows.count)
  }

  func gradient<T: Algebraic>(_ w: [T], _ g: inout [T]) {
    for j in g.indices { g[j] = T(0) }
    for (i, z) in scores(w).enumerated() {
      let s = sigmoid(z.value)
      let error = z.chained(s, s * (1 - s), s * (1 - s) * (1 - 2 * s)) - probabilities[i]
      for j in g.indices { g[j] = g[j] + (rows[i][j] / Double(rows.count)) * error }
    }
  }
}

private func sigmoid(_ z: Double) -> Double { z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z)) }

let regressionFamilies: [ProblemFamily] = [
  ProblemFamily(
    "logistic", "logistic regression to generated probabilities", reference: "by construction",
    parameters: [
      ProblemParameter(
        name: "n", defaultValue: 5, lower: 1, upper: 1000, isInteger: true, help: "number of weights"),
      ProblemParameter(
        name: "m", defaultValue: 60, lower: 1, upper: 10_000, isInteger: true, help: "number of observations"),
    ]
  ) { p in
    let function = Logistic(dimension: p.n, samples: Int(p["m"]))
    let solution = Vector(function.weights)
    return ProblemContent(
      function, start: .zeros(p.n), region: .cube(-10, 10, p.n),
      optimum: KnownOptimum(value: function.evaluate(solution.elements), points: [solution]), [.smooth, .convex])
  }
]
