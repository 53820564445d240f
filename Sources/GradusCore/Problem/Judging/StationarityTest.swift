// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// First- and second-order conditions at a point of a box, recomputed from gradients that the judge asks for itself.
///
///     π = ‖P(x − ∇f(x)) − x‖∞ · min(1, 100/‖∇f(x₀)‖∞)          P: the projection onto the box
///
/// First order: π ≤ tolerance; the factor is Ipopt's gradient-based scaling. Second order: the Hessian restricted to the
/// variables that no bound holds with a strictly signed multiplier is positive definite, by a Cholesky factorization of
/// S − δI, where S is H scaled to a unit diagonal (a congruence, so parameters in different units do not drown each other)
/// and δ lies above its error. A diagonal entry that is itself within the error of H stands for no curvature. Last, one
/// Newton step must shrink the gradient tenfold: beside a degenerate saddle the Hessian may be positive definite, but
/// there a step only halves the distance. Together this holds at strict minima, never at a saddle or maximum.
///
/// **Reference** A. Wächter, L. T. Biegler, Math. Program. 106 (2006), §3.8; J. Nocedal, S. Wright, Theorem 12.6;
/// L. V. Kantorovich's theorem for why contraction tells a root of the gradient with regular Hessian.
struct StationarityTest {
  /// Dimensions up to which the Hessian is formed.
  static let dimensionLimit = 200

  var domain: Box
  var start: Vector?
  var isConvex: Bool
  var tolerances: Tolerances

  /// What the full test would like to ask: the point, the start, two gradients a dimension, and one after a Newton step.
  static func reserve(dimension n: Int) -> Int { n <= dimensionLimit ? 2 * n + 3 : 2 }

  /// `linearize` gives value and gradient, nil when the oracle cannot or may not answer; `product` a Hessian product.
  func verdict(
    on x: Vector, asking inquiry: Inquiry,
    linearize: (Vector) async throws -> Linearization<Vector>?,
    product: (Vector, Vector) async throws -> Vector?
  ) async throws -> Verdict {
    let violation = domain.violation(of: x)
    guard violation <= tolerances.feasibility * max(1, x.maximumMagnitude) else {
      var certificate = Certificate.none("the point lies outside its bounds by \(violation)")
      certificate.primalResidual = violation
      return Verdict(outcome: .unproved, certificate: certificate)
    }
    guard let here = try await linearize(x) else { return try await valueOnly(x, inquiry) }
    guard here.value.isFinite, here.gradient.isFinite else {
      return Verdict(outcome: .unproved, certificate: .none("the objective or its gradient is not finite at the point"))
    }
    var scale = 1.0
    if let start, start != x, let first = try await linearize(start) {
      let size = first.gradient.maximumMagnitude
      if size.isFinite, size > 100 { scale = 100 / size }
    }
    let step = projectedStep(x, here.gradient)
    let measure = scale * step.maximumMagnitude
    var certificate = Certificate(.stationary)
    certificate.pointChecked = true
    certificate.primalResidual = violation
    certificate.gradientNorm = step.maximumMagnitude
    certificate.dualResidual = step.maximumMagnitude
    certificate.dualResidualRelative = measure
    guard measure <= tolerances.stationarity else {
      certificate.kind = .sampled
      certificate.note = "the gradient is \(measure) after scaling, more than \(tolerances.stationarity)"
      return Verdict(outcome: .feasible, certificate: certificate, objective: here.value)
    }
    if isConvex {
      certificate.verified = true
      certificate.note = "the problem is stated to be convex"
      return Verdict(outcome: .locallyOptimal, certificate: certificate, objective: here.value)
    }
    switch try await hasPositiveCurvature(x, here.gradient, inquiry, linearize, product) {
    case .positive(let smallest):
      certificate.kind = .secondOrder
      certificate.smallestCurvature = smallest
      certificate.verified = true
      return Verdict(outcome: .locallyOptimal, certificate: certificate, objective: here.value)
    case .unproved(let why):
      certificate.note = why
      certificate.verified = true
      return Verdict(outcome: .stationary, certificate: certificate, objective: here.value)
    }
  }

  private func valueOnly(_ x: Vector, _ inquiry: Inquiry) async throws -> Verdict {
    guard let value = try await inquiry.ask(Evaluate(point: x)) else {
      return Verdict(outcome: .unproved, certificate: .none("nobody can evaluate the point for the check"))
    }
    guard value.isFinite else {
      return Verdict(outcome: .unproved, certificate: .none("the objective is not finite at the point"))
    }
    var certificate = Certificate(.sampled)
    certificate.pointChecked = true
    certificate.note = "the value was evaluated again; without gradients nothing more can be checked"
    return Verdict(outcome: .feasible, certificate: certificate, objective: value)
  }

  /// P(x − g) − x.
  private func projectedStep(_ x: Vector, _ g: Vector) -> Vector {
    Vector(x.indices.map { min(max(x[$0] - g[$0], domain.lower[$0]), domain.upper[$0]) - x[$0] })
  }

  private enum Curvature { case positive(Double), unproved(String) }

  private func hasPositiveCurvature(
    _ x: Vector, _ g: Vector, _ inquiry: Inquiry, _ linearize: (Vector) async throws -> Linearization<Vector>?,
    _ product: (Vector, Vector) async throws -> Vector?
  ) async throws -> Curvature {
    // A bound holds its variable when the gradient pushes against it clearly; the others are free.
    let free = x.indices.filter { i in
      let atLower = x[i] <= domain.lower[i] && g[i] > tolerances.stationarity
      let atUpper = x[i] >= domain.upper[i] && g[i] < -tolerances.stationarity
      return !(atLower || atUpper)
    }
    let n = free.count
    if n == 0 { return .positive(.infinity) }
    guard x.count <= Self.dimensionLimit else {
      return .unproved("no second-order check above \(Self.dimensionLimit) variables")
    }
    var hessian = [Double](repeating: 0, count: n * n)
    var noise = 1e-10
    for (column, j) in free.enumerated() {
      var unit = Vector.zeros(x.count)
      unit[j] = 1
      let image: Vector
      if let exact = try await product(x, unit) {
        image = exact
      } else {
        noise = 1e-5
        let h = 6e-6 * max(1, abs(x[j]))
        var ahead = x
        var behind = x
        ahead[j] = min(x[j] + h, domain.upper[j])
        behind[j] = max(x[j] - h, domain.lower[j])
        guard let a = try await linearize(ahead), let b = try await linearize(behind) else {
          return .unproved("a second-order check needs \(2 * n) more answers")
        }
        image = (1 / (ahead[j] - behind[j])) * (a.gradient - b.gradient)
      }
      for (row, i) in free.enumerated() { hessian[row + n * column] = image[i] }
    }
    guard hessian.allSatisfy(\.isFinite) else { return .unproved("the Hessian is not finite") }
    let largest = hessian.reduce(0) { max($0, abs($1)) }
    let flat = "the Hessian is not positive definite: a saddle, a maximum or a flat direction"
    var scale = [Double](repeating: 0, count: n)
    for row in 0..<n {
      let diagonal = hessian[row + n * row]
      // Products are exact to rounding; differences are not, and units may differ by many orders of magnitude.
      guard diagonal > noise * noise * largest, diagonal > 1e-12 else { return .unproved(flat) }
      scale[row] = 1 / diagonal.squareRoot()
    }
    for row in 0..<n {
      for column in 0..<row {
        let mean = 0.5 * (hessian[row + n * column] + hessian[column + n * row]) * scale[row] * scale[column]
        hessian[row + n * column] = mean
        hessian[column + n * row] = mean
      }
      hessian[row + n * row] = 1 - noise
    }
    guard isPositiveDefinite(&hessian, n) else { return .unproved(flat) }
    var step = free.enumerated().map { scale[$0.offset] * -g[$0.element] }
    solve(hessian, &step)
    var ahead = x
    for (k, i) in free.enumerated() {
      ahead[i] = min(max(x[i] + scale[k] * step[k], domain.lower[i]), domain.upper[i])
    }
    guard let next = try await linearize(ahead) else { return .unproved("a second-order check needs one more answer") }
    let before = free.reduce(0) { max($0, abs(g[$1])) }
    let after = free.reduce(0) { max($0, abs(next.gradient[$1])) }
    let rounding =
      1e-14
      * free.enumerated().reduce(0) { max($0, max(1, abs(x[$1.element])) / (scale[$1.offset] * scale[$1.offset])) }
    guard after <= max(0.1 * before, rounding) else {
      return .unproved("a Newton step does not shrink the gradient as it would beside a strict minimum")
    }
    return .positive(noise / scale.reduce(0) { max($0, $1 * $1) })
  }

  /// Solves LLᵀp = b in place, with L as `isPositiveDefinite` left it.
  private func solve(_ l: [Double], _ b: inout [Double]) {
    let n = b.count
    for i in 0..<n {
      for k in 0..<i { b[i] -= l[i + n * k] * b[k] }
      b[i] /= l[i + n * i]
    }
    for i in stride(from: n - 1, through: 0, by: -1) {
      for k in i + 1..<max(n, i + 1) { b[i] -= l[k + n * i] * b[k] }
      b[i] /= l[i + n * i]
    }
  }

  /// Cholesky in place, column by column; false at the first pivot that is not positive. Cost: n³/3.
  private func isPositiveDefinite(_ a: inout [Double], _ n: Int) -> Bool {
    for j in 0..<n {
      var pivot = a[j + n * j]
      for k in 0..<j { pivot -= a[j + n * k] * a[j + n * k] }
      guard pivot > 0 else { return false }
      let root = pivot.squareRoot()
      a[j + n * j] = root
      for i in j + 1..<max(n, j + 1) {
        var sum = a[i + n * j]
        for k in 0..<j { sum -= a[i + n * k] * a[j + n * k] }
        a[i + n * j] = sum / root
      }
    }
    return true
  }
}
