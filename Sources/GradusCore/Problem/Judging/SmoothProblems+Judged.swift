// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

extension Unconstrained: Judged {
  public var judgingReserve: Int { StationarityTest.reserve(dimension: start.count) + (strongConvexity > 0 ? 1 : 0) }

  /// As a box with infinite sides; a strongly convex function as what its gradient proves.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    if strongConvexity > 0, let answer = try await inquiry.ask(Linearize(point: report.point)),
      let verdict = StrongConvexityTest(modulus: strongConvexity, tolerances: tolerances).verdict(on: answer)
    {
      return verdict
    }
    return try await BoxConstrained(self).judge(report, asking: inquiry, tolerances: tolerances)
  }
}

extension FiniteSum: Judged {
  public var judgingReserve: Int { whole.judgingReserve }

  /// The whole mean, without its terms.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    try await whole.judge(report, asking: inquiry, tolerances: tolerances)
  }
}

extension BoxConstrained: Judged {
  public var judgingReserve: Int { StationarityTest.reserve(dimension: domain.dimension) }

  /// Recomputes value and gradient, and looks for a direction of descent.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    let test = StationarityTest(domain: domain, start: start, isConvex: isConvex, tolerances: tolerances)
    return try await test.verdict(
      on: report.point, asking: inquiry,
      linearize: { try await inquiry.ask(Linearize(point: $0)) },
      product: { x, d in
        guard case .product(let image) = try await inquiry.ask(Curve.product(at: x, along: d)) else { return nil }
        return image
      })
  }
}

extension LeastSquares: Judged {
  public var judgingReserve: Int { StationarityTest.reserve(dimension: start.count) }

  /// ∇(½|r|²) = Jᵀr, recomputed by the judge.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    let test = StationarityTest(
      domain: .all(start.count), start: start, isConvex: false, tolerances: tolerances)
    return try await test.verdict(
      on: report.point, asking: inquiry,
      linearize: { x in
        guard case .linearized(let answer) = try await inquiry.ask(Residuals.linearize(x)) else { return nil }
        return answer.objective
      },
      product: { _, _ in nil })
  }
}

extension LinearizedResidual {
  /// ½|r|² and Jᵀr.
  public var objective: Linearization<Vector> {
    let m = residual.count
    let n = m == 0 ? 0 : jacobian.count / m
    let gradient = Vector(
      (0..<n).map { j in dot(jacobian.elements.span.extracting(j * m..<(j + 1) * m), residual.elements.span) })
    return Linearization(value: 0.5 * residual.inner(residual), gradient: gradient)
  }
}
