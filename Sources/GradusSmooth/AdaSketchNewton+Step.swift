// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics

extension AdaSketchNewton {
  /// ξ_B, β and ν of the paper.
  static let convexification = 0.1
  static let decrease = 0.1
  static let weightGrowth = 1.4
}

extension AdaSketchNewton.State {
  /// Solves the Newton system at the iterate as accurately as the merit function wants it, and begins the search.
  mutating func take(_ triangle: SparseMatrix) {
    guard let frame = frame(x, rows.multipliers, values, derivatives) else { return }
    let hessian = frame.hessian(triangle)
    guard hessian.values.allSatisfy(\.isFinite) else {
      return fail("the Hessian of the Lagrangian is not finite at an iterate")
    }
    let curvature = frame.curvature(hessian, slackCount: slackRows.count)
    var system = SketchedSystem(hessian: curvature, jacobian: frame.jacobian, right: -frame.condition)
    let whole = AdaSketchNewton.convexification + curvature.symmetricRowSum
    if let shift = shift(&system, whole) { system.addShift(shift) }
    if boost > 0 { system.addShift(boost * whole) }
    let slope = solve(&system, frame, hessian)
    operations += system.operations
    sketches += system.sketches
    factorizations += system.factorizations
    var direction = system.solution
    var descent = slope
    if !(slope < 0) {
      // No accuracy that is affordable gives descent: the steepest one.
      let gradient = frame.meritGradient(hessian, rowWeight, gradientWeight)
      direction = -gradient
      descent = -gradient.inner(gradient)
    }
    guard direction.isFinite, descent < 0 else { return conclude() }
    search = AdaSketchNewton.Search(
      direction: direction, slope: descent, merit: frame.merit(rowWeight, gradientWeight))
    probe()
  }

  private func usesEigenvalues(_ system: SketchedSystem) -> Bool {
    method.convexity == .eigenvalues || (method.convexity == .automatic && system.order <= 100)
  }

  /// What B lacks of being convex on the null space of the rows; nil when nothing. Where the least eigenvalue λ is known,
  /// twice −λ is enough in practice, and keeps the steps those of Newton; the proof asks for `whole`.
  private func shift(_ system: inout SketchedSystem, _ whole: Double) -> Double? {
    if method.convexity == .step { return nil }
    guard usesEigenvalues(system) else { return system.hasRightInertia() ? nil : whole }
    guard let least = system.leastReducedEigenvalue() else { return whole }
    if least >= 1e-6 { return nil }
    return method.accuracy == .conservative ? whole : min(whole, 2 * max(0, -least) + 2e-6)
  }

  /// Improves d until ∇L_ηᵀd ≤ −½η₂|R|², changing η and δ; the last ∇L_ηᵀd.
  private mutating func solve(
    _ system: inout SketchedSystem, _ frame: LagrangianFrame, _ hessian: SparseMatrix
  ) -> Double {
    let size = system.right.norm
    let limit = Int(min(1e9, max(1, method.effort * Double(system.order))))
    let plan = SketchedSystem.Plan(kind: method.sketch, width: method.width, limit: limit)
    var slope = Double.infinity
    while true {
      reach(&system, plan, size)
      slope = frame.meritGradient(hessian, rowWeight, gradientWeight).inner(system.solution)
      operations += 2 * (2 * system.hessian.entryCount + 2 * system.jacobian.entryCount) + 4 * system.order
      if method.convexity == .step, system.shift == 0, isConcave(system) {
        system.addShift(AdaSketchNewton.convexification + system.hessian.symmetricRowSum)
        continue
      }
      if slope <= -0.5 * gradientWeight * size * size { return slope }
      if rowWeight > 1e8 || gradientWeight < 1e-8 || !slope.isFinite { return slope }
      let nu = AdaSketchNewton.weightGrowth
      rowWeight *= nu * nu
      gradientWeight /= nu
      delta = max(1e-14, delta / (nu * nu * nu * nu))
    }
  }

  /// True when B + w·GᵀG, w = 1 + ‖B‖, has no curvature along the step: then B has none on the null space of G, unless w is
  /// too small.
  private func isConcave(_ system: SketchedSystem) -> Bool {
    let dx = Vector(Array(system.solution.elements[0..<system.hessian.columnCount]))
    let across = system.jacobian.times(dx)
    let weight = 1 + system.hessian.symmetricRowSum
    let curvature = dx.inner(system.hessian.symmetricTimes(dx)) + weight * across.inner(across)
    return !(curvature > 1e-6 * dx.inner(dx))
  }

  /// Brings the system to the present accuracy.
  private mutating func reach(_ system: inout SketchedSystem, _ plan: SketchedSystem.Plan, _ size: Double) {
    if system.isFactorized { return }
    if method.solver == .factorization {
      _ = system.factorize()
      return
    }
    var target = method.superlinear ? min(delta, size) * size : delta * size
    if method.accuracy == .conservative {
      let bounds = system.bounds(rowWeight, gradientWeight)
      delta = min(delta, bounds.delta)
      target = delta * size / (bounds.norm * bounds.inverse)
    }
    target = max(target, 1e-14 * size)
    let stream = random.child("system", draws)
    draws += 1
    if system.improve(plan, target: target, random: stream) || method.convexity == .step { return }
    _ = system.factorize()
  }
}
