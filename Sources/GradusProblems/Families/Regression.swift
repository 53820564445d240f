// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GradusCore
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

/// Least squares as a mean of one term an observation:
///
///     f(w) = 1/m Σ ½(aᵢᵀw − bᵢ)² − ½eᵢ² + ½μ|w − w*|²      m even, a₂ₖ = a₂ₖ₊₁,  b = aᵀw* ± e
///
/// Errors come in pairs that cancel, so that f* = 0 and the gradient vanishes at w* while those of the terms do not.
private struct PairedRegression: GradientFunction, FiniteSumOracle {
  static let ridge = 0.1
  let dimension: Int
  let solution: [Double]
  private let rows: [[Double]]
  private let targets: [Double]
  /// ½eᵢ².
  private let floors: [Double]

  init(dimension n: Int, samples: Int) {
    var stream = RandomStream(seed: 0).child("least squares sum")
    let solution = stream.normals(n).elements
    var rows: [[Double]] = []
    var targets: [Double] = []
    var floors: [Double] = []
    while rows.count < samples {
      let row = stream.normals(n).elements
      let fit = zip(row, solution).reduce(0) { $0 + $1.0 * $1.1 }
      let error = 0.1 * stream.normal()
      rows += [row, row]
      targets += [fit + error, fit - error]
      floors += [0.5 * error * error, 0.5 * error * error]
    }
    dimension = n
    self.solution = solution
    self.rows = rows
    self.targets = targets
    self.floors = floors
  }

  var termCount: Int { rows.count }
  /// |aᵢ|² + μ.
  var smoothness: [Double] { rows.map { $0.reduce(Self.ridge) { $0 + $1 * $1 } } }

  private func error<T: Algebraic>(_ i: Int, _ w: [T]) -> T {
    w.indices.reduce(T(0) - targets[i]) { $0 + rows[i][$1] * w[$1] }
  }

  func formula<T: Algebraic>(_ w: [T]) -> T {
    var total = T(0)
    for i in rows.indices {
      let e = error(i, w)
      total = total + (0.5 * (e * e) - floors[i])
    }
    var distance = T(0)
    for j in w.indices { distance = distance + (w[j] - solution[j]) * (w[j] - solution[j]) }
    return total / Double(rows.count) + 0.5 * Self.ridge * distance
  }

  func gradient<T: Algebraic>(_ w: [T], _ g: inout [T]) {
    for j in g.indices { g[j] = Self.ridge * (w[j] - solution[j]) }
    for i in rows.indices {
      let e = error(i, w)
      for j in g.indices { g[j] = g[j] + (rows[i][j] / Double(rows.count)) * e }
    }
  }

  func linearization(ofTerm index: Int, at point: Vector) async throws -> Linearization<Vector> {
    try term(index, point)
  }

  func immediateLinearization(ofTerm index: Int, at point: Vector) throws -> Linearization<Vector>? {
    try term(index, point)
  }

  private func term(_ i: Int, _ w: Vector) throws -> Linearization<Vector> {
    try check(w)
    precondition(rows.indices.contains(i), "there is no term \(i) of \(rows.count)")
    let e = error(i, w.elements)
    let shift = w - Vector(solution)
    return Linearization(
      value: 0.5 * e * e - floors[i] + 0.5 * Self.ridge * shift.inner(shift),
      gradient: e * Vector(rows[i]) + Self.ridge * shift)
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
  },
  ProblemFamily(
    "least-squares-sum", "least squares as a mean of terms that pull apart at the minimum",
    reference: "by construction",
    parameters: [
      ProblemParameter(
        name: "n", defaultValue: 5, lower: 1, upper: 1000, isInteger: true, help: "number of weights"),
      ProblemParameter(
        name: "m", defaultValue: 40, lower: 2, upper: 10_000, isInteger: true,
        help: "number of terms, rounded up to an even one"),
    ]
  ) { p in
    let function = PairedRegression(dimension: p.n, samples: Int(p["m"]))
    let solution = Vector(function.solution)
    var content = ProblemContent(
      function, start: .zeros(p.n), region: .cube(-10, 10, p.n),
      optimum: KnownOptimum(value: 0, points: [solution]), [.smooth, .convex])
    content.forms = [
      FiniteSum(
        start: .zeros(p.n), termCount: function.termCount, smoothness: function.smoothness,
        strongConvexity: PairedRegression.ridge),
      Unconstrained(start: .zeros(p.n), strongConvexity: PairedRegression.ridge),
    ]
    return content
  },
]
