// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// φ′(0) by central differences of two steps, extrapolated, and how far the two disagreed.
struct DifferenceQuotient {
  var value: Double
  var uncertainty: Double

  init(magnitude: Double, _ along: (Double) async throws -> Double) async rethrows {
    let h = 1e-5
    let coarse = (try await along(h) - along(-h)) / (2 * h)
    let fine = (try await along(h / 2) - along(-h / 2)) / h
    value = (4 * fine - coarse) / 3
    // The error of the coarse step bounds that of the extrapolation; rounding of the values adds its own.
    uncertainty = abs(fine - coarse) + 8e-16 * magnitude / h
  }

  func agrees(with exact: Double) -> Bool { abs(value - exact) <= 1e-8 * max(1, abs(exact)) + 2 * uncertainty }
}

extension ProblemProof {
  /// ∇f against differences of f; zero (or no descent, where there are kinks or bounds) at the optimum.
  mutating func checkGradients(_ oracle: any FirstOrderOracle<Vector>) async throws {
    for _ in 0..<points {
      let x = sample()
      let d = direction()
      let linear = try await oracle.linearization(at: x)
      let value = try await oracle.value(at: x)
      expect(
        abs(linear.value - value) <= 1e-14 * max(1, abs(value)), "values with and without gradient agree",
        "\(linear.value) and \(value)")
      let now = try oracle.immediateLinearization(at: x)
      expect(
        now?.value == linear.value && now?.gradient == linear.gradient, "immediate and awaited gradients agree",
        "at \(x.elements)")
      let slope = linear.gradient.inner(d)
      let quotient = try await DifferenceQuotient(magnitude: abs(value)) {
        try await oracle.value(at: x + $0 * d)
      }
      // A kink inside the step shows as disagreement of the two steps; smooth functions have no such excuse.
      expect(
        quotient.agrees(with: slope) && (problem.traits.contains(.nonSmooth) || quotient.isSharp(for: slope)),
        "the gradient is the derivative",
        "slope \(slope), differences \(quotient.value) ± \(quotient.uncertainty) at \(x.elements)")
    }
    for point in problem.optimum.points { try await checkStationary(point, oracle) }
    if problem.traits.contains(.trap), let start = problem.start { try await checkTrap(start, oracle) }
  }

  private mutating func checkStationary(_ point: Vector, _ oracle: any FirstOrderOracle<Vector>) async throws {
    let linear = try await oracle.linearization(at: point)
    if problem.traits.contains(.nonSmooth) {
      for _ in 0..<points {
        let d = direction()
        let beside = try await oracle.value(at: point + 1e-7 * d)
        expect(beside >= linear.value, "no direction descends from the optimum", "\(beside) along \(d.elements)")
      }
      return
    }
    // The projected gradient: what is left after the bounds have taken their share.
    let box = problem.traits.contains(.bounded) ? problem.region : .all(problem.dimension)
    let moved = point - box.projection(of: point - linear.gradient)
    let curvature = try await scaleOfCurvature(at: point, oracle)
    expect(
      moved.norm <= 1e-10 * max(1, curvature) * max(1, point.norm), "the gradient vanishes at the optimum",
      "projected gradient \(moved.norm)")
  }

  /// |∇²f| in a random direction, by differences: rounding of the point is amplified by this much.
  private mutating func scaleOfCurvature(at point: Vector, _ oracle: any FirstOrderOracle<Vector>) async throws
    -> Double
  {
    let d = direction()
    let h = 1e-6
    let ahead = try await oracle.linearization(at: point + h * d).gradient
    let behind = try await oracle.linearization(at: point - h * d).gradient
    return (ahead - behind).norm / (2 * h * d.norm)
  }

  /// The saddle or maximum behind a trap is one: stationary, and something nearby is lower.
  private mutating func checkTrap(_ start: Vector, _ oracle: any FirstOrderOracle<Vector>) async throws {
    let trap = Vector.zeros(problem.dimension)
    let linear = try await oracle.linearization(at: trap)
    expect(linear.gradient.norm == 0, "the trap is stationary", "gradient \(linear.gradient.elements)")
    var lowest = Double.infinity
    for _ in 0..<10 * points { lowest = min(lowest, try await oracle.value(at: trap + 1e-3 * direction())) }
    expect(lowest < linear.value, "the trap is no minimum", "\(linear.value), lowest beside it \(lowest)")
    // On the ridge the gradient points along it, so that descent never leaves.
    let slope = try await oracle.linearization(at: start).gradient
    let along = start.norm == 0 ? 0 : slope.inner(start) / start.norm
    expect(abs(slope.norm - abs(along)) <= 1e-14, "descent stays on the ridge", "gradient \(slope.elements)")
  }

  /// ∇²f·d against differences of ∇f, and symmetry.
  mutating func checkHessianProducts(_ oracle: any SecondOrderOracle<Vector>) async throws {
    for _ in 0..<points {
      let x = sample()
      let (d, e) = (direction(), direction())
      let product = try await oracle.hessianProduct(at: x, along: d)
      let other = try await oracle.hessianProduct(at: x, along: e)
      let now = try oracle.immediateHessianProduct(at: x, along: d)
      expect(now == product, "immediate and awaited Hessian products agree", "at \(x.elements)")
      let scale = max(1, product.norm, other.norm)
      expect(
        abs(product.inner(e) - other.inner(d)) <= 1e-12 * scale, "the Hessian is symmetric",
        "\(product.inner(e)) and \(other.inner(d))")
      let gradient = try await oracle.linearization(at: x).gradient
      let quotient = try await DifferenceQuotient(magnitude: gradient.norm) {
        try await oracle.linearization(at: x + $0 * d).gradient.inner(e)
      }
      expect(
        quotient.agrees(with: product.inner(e)) && quotient.isSharp(for: product.inner(e)),
        "Hessian products are derivatives of the gradient",
        "\(product.inner(e)), differences \(quotient.value) ± \(quotient.uncertainty) at \(x.elements)")
    }
  }
}

extension DifferenceQuotient {
  /// True when the differences are good enough to catch a wrong derivative.
  func isSharp(for exact: Double) -> Bool { uncertainty <= 1e-3 * max(1, abs(value), abs(exact)) }
}
