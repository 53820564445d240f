// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics
/// What the problem's own check supports: never more than was recomputed.
public enum Outcome: String, Sendable, Codable, Hashable {
  case optimal, locallyOptimal, stationary, feasible, infeasible, locallyInfeasible, unbounded, infeasibleOrUnbounded
  case unproved
}

/// Who vouches for a bound.
public enum Voucher: Sendable, Codable, Hashable {
  case none
  /// Recomputed by us from the problem's data.
  case checked
  /// Said by an outside solver, named with its version.
  case reported(by: String)

  public var description: String {
    switch self {
    case .none: "none"
    case .checked: "checked"
    case .reported(let source): "reportedBy \(source)"
    }
  }
}

/// What was recomputed from the problem's own data, never taken from the method.
public struct Certificate: Sendable, Codable, Hashable {
  /// The sort of proof that was checked.
  public enum Kind: String, Sendable, Codable, Hashable {
    case kkt, gap, farkas, ray, secondOrder, stationary, sampled, exact, none
  }

  public var kind: Kind
  /// True when the point was evaluated by us and found feasible.
  public var pointChecked = false
  public var bound = Voucher.none
  /// Largest violation of a row or bound, absolute and relative to max(1, |side|).
  public var primalResidual: Double?
  public var primalResidualRelative: Double?
  public var dualResidual: Double?
  public var dualResidualRelative: Double?
  public var complementarity: Double?
  public var integralityResidual: Double?
  /// |∇f| of a stationary point.
  public var gradientNorm: Double?
  /// The smallest eigenvalue of the (reduced) Hessian, for second-order certificates.
  public var smallestCurvature: Double?
  /// How clearly a ray separates; positive when it proves.
  public var margin: Double?
  /// What the check could not support, and why.
  public var note: String?

  public init(_ kind: Kind) { self.kind = kind }

  /// True only when the point and the bound (or the ray) were checked by us.
  public var verified = false

  /// Nothing could be checked, for a reason.
  public static func none(_ note: String) -> Certificate {
    var certificate = Certificate(.none)
    certificate.note = note
    return certificate
  }
}

/// The problem's judgement of a report.
public struct Verdict: Sendable, Codable, Hashable {
  public var outcome: Outcome
  public var certificate: Certificate
  /// The objective at the reported point, recomputed.
  public var objective: Double?
  /// The bound that stands after the check.
  public var bound: Double?
  /// A ray that the check found itself: of unboundedness, one entry a variable.
  public var ray: Vector?

  public init(
    outcome: Outcome, certificate: Certificate, objective: Double? = nil, bound: Double? = nil, ray: Vector? = nil
  ) {
    self.outcome = outcome
    self.certificate = certificate
    self.objective = objective
    self.bound = bound
    self.ray = ray
  }
}
