// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension NonlinearJudge {
  /// A point that violates rows: a stationary point of their weighted violation, a proof that there is no feasible point,
  /// or nothing.
  ///
  ///     h(z) = Σ λᵢ(cᵢ(z) − sideᵢ),   h(x) > 0,   ‖P(x − Jᵀλ) − x‖ small against Σ |λᵢ|‖∇cᵢ‖
  ///
  /// λ are the weights of the report's ray (with their sign turned) or the violations themselves. Where the program is
  /// convex so is h, and h(x) + min over the box of (Jᵀλ)ᵀ(z − x) > 0 proves that no point satisfies all rows.
  func infeasible(_ values: ConstrainedValues, _ primal: Violation) async throws -> Verdict {
    var certificate = Certificate.none("\(primal.place) is violated by \(primal.absolute)")
    certificate.pointChecked = false
    certificate.primalResidual = primal.absolute
    certificate.primalResidualRelative = primal.relative
    let open = Verdict(outcome: .unproved, certificate: certificate, objective: values.objective)
    guard program.domain.violation(of: x) <= tolerances.feasibility * max(1, x.maximumMagnitude),
      let here = try await derivatives(at: x)
    else { return open }
    var candidates = [violationWeights(values.constraints)]
    if let ray = report.ray, ray.count == program.constraintCount, ray.isFinite { candidates.insert(-ray, at: 0) }
    for weights in candidates {
      guard let found = test(weights, values.constraints, here) else { continue }
      certificate.dualResidual = found.residual
      certificate.dualResidualRelative = found.relative
      certificate.margin = found.margin
      if program.isConvex, found.margin > 1e-9 * found.size {
        certificate.kind = .farkas
        certificate.verified = true
        certificate.note = "a convex combination of the rows is positive on the whole box"
        return Verdict(outcome: .infeasible, certificate: certificate, objective: nil)
      }
      guard found.relative <= 1e-5 else { continue }
      certificate.kind = .stationary
      certificate.verified = true
      certificate.note = "\(primal.place) is violated by \(primal.absolute), and nearby points violate the rows no less"
      return Verdict(outcome: .locallyInfeasible, certificate: certificate, objective: values.objective)
    }
    return open
  }

  /// cᵢ − sideᵢ of each violated row.
  private func violationWeights(_ c: Vector) -> Vector {
    Vector(
      c.indices.map { i in
        c[i] > program.rowUpper[i] ? c[i] - program.rowUpper[i] : min(0, c[i] - program.rowLower[i])
      })
  }

  private struct WeightedViolation {
    var residual = 0.0
    var relative = 0.0
    var margin = 0.0
    var size = 0.0
  }

  /// Nil when the weights do not belong to violated rows, or a row that holds with room has one.
  private func test(_ given: Vector, _ c: Vector, _ here: ConstrainedDerivatives) -> WeightedViolation? {
    let largest = given.maximumMagnitude
    guard largest > 0 else { return nil }
    var weights = (1 / largest) * given
    var found = WeightedViolation()
    for i in c.indices {
      let side = weights[i] > 0 ? program.rowUpper[i] : program.rowLower[i]
      // A row without this side has no part in the contradiction; neither has one that holds with room.
      if weights[i] == 0 || !side.isFinite {
        weights[i] = 0
        continue
      }
      let excess = weights[i] * (c[i] - side)
      if excess < -1e-6 * max(1, abs(side)) {
        weights[i] = 0
        continue
      }
      found.margin += excess
      found.size += abs(weights[i]) * max(1, abs(side), abs(c[i]))
    }
    guard found.margin > 0 else { return nil }
    let largestExcess = found.margin
    let slope = here.jacobian.transposedTimes(weights)
    var size = 0.0
    for p in here.jacobian.values.indices {
      size = max(size, abs(here.jacobian.values[p] * weights[Int(here.jacobian.rows[p])]))
    }
    for j in x.indices {
      let (l, u) = (program.domain.lower[j], program.domain.upper[j])
      let room = slope[j] > 0 ? max(0, x[j] - l) : max(0, u - x[j])
      if slope[j] != 0 { found.margin -= abs(slope[j]) * room }
      found.residual = max(found.residual, abs(slope[j]) * min(1, room))
    }
    if found.margin.isNaN { found.margin = -.infinity }
    // Small against the slopes of single rows, or against the violation that a step of the size of x would have to remove.
    let excess = max(largestExcess, .leastNormalMagnitude)
    found.relative = min(
      found.residual / max(size, .leastNormalMagnitude), found.residual * max(1, x.maximumMagnitude) / excess)
    return found
  }
}
