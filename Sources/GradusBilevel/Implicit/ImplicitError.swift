// SPDX-License-Identifier: Apache-2.0

/// Why a solution has no derivative, or none that can be computed.
public enum ImplicitError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Lengths do not fit.
  case shape(String)
  /// A number is NaN or infinite, and where.
  case notFinite(String)
  /// ∂₁F has (at most) this smallest singular value, beside one of this size.
  case singular(smallest: Double, largest: Double)
  /// The solution lies on a corner of F.
  case oneSided(LinearizedMap.Corner, count: Int)
  /// The linear solver ended this far from the solution of its system, relative to the right-hand side.
  case unsolved(solver: String, status: String, residual: Double)

  public var description: String {
    switch self {
    case .shape(let what): what
    case .notFinite(let place): "\(place) holds NaN or an infinite number; the map is asked outside its domain"
    case .singular(let smallest, let largest):
      "the Jacobian of the optimality map is singular at the solution (smallest singular value at most "
        + "\(Self.short(smallest)), largest about \(Self.short(largest))): the solution is not unique nearby; "
        + "add a strictly convex term to the problem, or a ridge to the derivative"
    case .oneSided(let corner, let count):
      "\(corner)\(count > 1 ? " (and \(count - 1) more)" : ""), so the derivative differs by direction; "
        + "move the parameters a little, or allow one-sided derivatives"
    case .unsolved(let solver, let status, let residual):
      "\(solver) ended as \(status) with the relative residual \(Self.short(residual)); "
        + "raise its limit, give a preconditioner, or take another solver"
    }
  }

  /// Three digits.
  static func short(_ x: Double) -> String {
    guard x.isFinite, x != 0 else { return "\(x)" }
    let digits = "\(x)"
    guard digits.count > 8 else { return digits }
    var (mantissa, exponent) = (abs(x), 0)
    while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    let rounded = (mantissa * 100).rounded() / 100
    return "\(x < 0 ? "-" : "")\(rounded)e\(exponent)"
  }
}
