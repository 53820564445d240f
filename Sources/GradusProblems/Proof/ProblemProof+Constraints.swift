// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension ProblemProof {
  /// J·d against differences of r, Jᵀw by the adjoint test, J against both, and f = ½|r|².
  mutating func checkResiduals(_ oracle: any ResidualOracle) async throws {
    for _ in 0..<points {
      let x = sample()
      let d = direction()
      let residual = try await oracle.residual(at: x)
      let w = random.normals(residual.count)
      let ahead = try await oracle.jacobianProduct(at: x, along: d)
      let back = try await oracle.jacobianTransposedProduct(at: x, with: w)
      let scale = max(1, ahead.norm * w.norm)
      expect(
        abs(ahead.inner(w) - d.inner(back)) <= 1e-12 * scale, "⟨Jd, w⟩ = ⟨d, Jᵀw⟩",
        "\(ahead.inner(w)) and \(d.inner(back))")
      let quotient = try await DifferenceQuotient(magnitude: residual.norm * w.norm) {
        try await oracle.residual(at: x + $0 * d).inner(w)
      }
      expect(
        quotient.agrees(with: ahead.inner(w)) && quotient.isSharp(for: ahead.inner(w)),
        "Jacobian products are derivatives of the residual", "\(ahead.inner(w)), differences \(quotient.value)")
      let linear = try await oracle.linearizedResidual(at: x)
      let m = residual.count
      let columns = Vector(
        (0..<m).map { i in x.indices.reduce(0) { $0 + linear.jacobian[$1 * m + i] * d[$1] } })
      expect(
        (linear.residual - residual).norm <= 1e-12 * max(1, residual.norm)
          && (columns - ahead).norm <= 1e-12 * max(1, ahead.norm),
        "the whole Jacobian agrees with its products", "off by \((columns - ahead).norm)")
      if let oracle = oracle as? any ZerothOrderOracle<Vector> {
        let value = try await oracle.value(at: x)
        expect(
          abs(value - 0.5 * residual.inner(residual)) <= 1e-12 * max(1, value), "f = ½|r|²",
          "f = \(value), ½|r|² = \(0.5 * residual.inner(residual))")
      }
    }
  }

  /// KKT at the optimum with the stated multipliers; all derivatives against differences.
  mutating func checkConstraints(_ oracle: any ConstraintOracle) async throws {
    guard let program = problem.form(NonlinearProgram.self) else { return }
    for _ in 0..<points {
      let x = sample()
      let (d, e) = (direction(), direction())
      let values = try await oracle.values(at: x)
      let derivatives = try await oracle.derivatives(at: x)
      let y = random.normals(values.constraints.count)
      let slope = derivatives.gradient.inner(d) + derivatives.jacobian.times(d).inner(y)
      let magnitude = abs(values.objective) + values.constraints.norm * y.norm
      let first = try await DifferenceQuotient(magnitude: magnitude) {
        let beside = try await oracle.values(at: x + $0 * d)
        return beside.objective + beside.constraints.inner(y)
      }
      expect(
        first.agrees(with: slope) && first.isSharp(for: slope), "gradients are derivatives of values",
        "slope \(slope), differences \(first.value) at \(x.elements)")
      let curved = try await oracle.lagrangianProduct(at: x, multipliers: y, objectiveWeight: 0.5, along: d).inner(e)
      let second = try await DifferenceQuotient(magnitude: derivatives.gradient.norm) {
        let beside = try await oracle.derivatives(at: x + $0 * d)
        return 0.5 * beside.gradient.inner(e) + beside.jacobian.times(e).inner(y)
      }
      expect(
        second.agrees(with: curved) && second.isSharp(for: curved),
        "Lagrangian products are derivatives of gradients", "\(curved), differences \(second.value)")
      let upper = try await oracle.lagrangianHessian(at: x, multipliers: y, objectiveWeight: 0.5)
      let whole = upper.times(d).inner(e) + upper.transposedTimes(d).inner(e)
      let diagonal = upper.diagonalProduct(d).inner(e)
      expect(
        abs(whole - diagonal - curved) <= 1e-10 * max(1, abs(curved)), "the Hessian agrees with its products",
        "\(whole - diagonal) and \(curved)")
    }
    for point in problem.optimum.points { try await checkKKT(point, program, oracle) }
    try await checkFeasibleRivals(program, oracle)
  }

  private mutating func checkKKT(
    _ x: Vector, _ program: NonlinearProgram, _ oracle: any ConstraintOracle
  ) async throws {
    guard let y = problem.optimum.multipliers, let best = problem.optimum.value else {
      expect(false, "multipliers are stated", "there are none")
      return
    }
    let values = try await oracle.values(at: x)
    expect(abs(values.objective - best) <= 1e-12 * max(1, abs(best)), "f at the optimum", "\(values.objective)")
    for (i, c) in values.constraints.elements.enumerated() {
      let (lower, upper) = (program.rowLower[i], program.rowUpper[i])
      let tolerance = 1e-12 * max(1, abs(c))
      expect(lower - tolerance <= c && c <= upper + tolerance, "the optimum is feasible", "row \(i) is \(c)")
      // ∂objective/∂side is positive for a lower side that binds and negative for an upper one.
      if y[i] > 0 { expect(c <= lower + tolerance, "complementarity", "row \(i) is \(c), multiplier \(y[i])") }
      if y[i] < 0 { expect(c >= upper - tolerance, "complementarity", "row \(i) is \(c), multiplier \(y[i])") }
    }
    expect(program.domain.violation(of: x) == 0, "the optimum lies in the box", "\(x.elements)")
    let derivatives = try await oracle.derivatives(at: x)
    let reduced = derivatives.gradient - derivatives.jacobian.transposedTimes(y)
    let moved = x - program.domain.projection(of: x - reduced)
    expect(moved.norm <= 1e-12 * max(1, derivatives.gradient.norm), "∇f = Jᵀy + z", "residual \(moved.norm)")
  }

  /// No feasible random point is better. Where there are equations hardly any is feasible, and KKT has to do.
  private mutating func checkFeasibleRivals(
    _ program: NonlinearProgram, _ oracle: any ConstraintOracle
  ) async throws {
    guard let best = problem.optimum.value else { return }
    for _ in 0..<50 * points {
      let x = sample()
      let values = try await oracle.values(at: x)
      let feasible = values.constraints.indices.allSatisfy {
        program.rowLower[$0] <= values.constraints[$0] && values.constraints[$0] <= program.rowUpper[$0]
      }
      expect(
        !feasible || values.objective >= best - 1e-12 * max(1, abs(best)), "no random feasible point is better",
        "f = \(values.objective) at \(x.elements)")
    }
  }
}

extension SparseMatrix {
  /// diag(A)·d.
  fileprivate func diagonalProduct(_ d: Vector) -> Vector {
    var product = Vector.zeros(columnCount)
    for j in 0..<columnCount {
      for p in range(ofColumn: j) where Int(rows[p]) == j { product[j] = values[p] * d[j] }
    }
    return product
  }
}
