// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Derivatives of a local minimum with respect to the sides and bounds that hold it, and to parameters of the user's own.
///
///     [ H_FF  J_AFᵀ ] [dx_F]   [ −H_Fj·t ]
///     [ J_AF   0    ] [ dy ] = [ e_i − J_Aj·t ]        H = ∇²f − Σ λᵢ∇²cᵢ,   λᵢ = ∂f/∂sideᵢ
///
/// over the variables F that no bound holds and the rows A that hold: row i moves by 1, or the bound of variable j (t = 1).
/// Exact where the active constraints are independent, their multipliers are not zero and the second-order condition
/// holds. Reference: Fiacco, *Introduction to Sensitivity and Stability Analysis in Nonlinear Programming* (1983), chapter 3.
public struct ParametricSensitivity: Sendable {
  /// Rows and bounds that move, with ∂f/∂side (f minimized) and dx, one number a variable.
  public private(set) var rows: [(row: Int, objective: Double, point: [Double])] = []
  public private(set) var bounds: [(variable: Int, objective: Double, point: [Double])] = []
  /// Parameters of the user, with df/dθ along the solution and dx.
  public private(set) var parameters: [(index: Int, objective: Double, point: [Double])] = []
  /// Parameters without a derivative, and why.
  public private(set) var refused: [(index: Int, reason: String)] = []

  /// Why there are no derivatives.
  public struct Refusal: Error, Sendable, CustomStringConvertible {
    /// The reason, about "it" where a row or variable is named.
    let reason: String
    /// The row or variable in question, by position.
    public internal(set) var row: Int?
    public internal(set) var variable: Int?

    /// The reason, with the row or variable by its number.
    public var description: String {
      describe(row: { "row \($0 + 1)" }, variable: { "variable \($0 + 1)" })
    }

    /// The reason, with the row or variable by the user's name.
    public func describe(row name: (Int) -> String, variable: (Int) -> String) -> String {
      let subject = row.map(name) ?? self.variable.map(variable)
      return subject.map { "\($0) \(reason)" } ?? reason
    }
  }

  /// Numbers of all derivatives of the point together.
  private static let limit = 20_000_000

  /// At a minimum `x` with the multipliers ∂f/∂side. Asks for values, derivatives and one Hessian.
  ///
  /// Cost: one sparse factorization, one solve for each active side, bound and parameter of `extra`, two of its instances for
  /// each parameter. Throws `Refusal` when the point is no strict minimum with independent constraints.
  public init(
    _ program: NonlinearProgram, at x: Vector, multipliers: Vector, asking oracle: any ConstraintOracle,
    extra: NonlinearKKT.Extra? = nil
  ) async throws {
    let map = try await NonlinearKKT(.init(program, asking: oracle), at: x, multipliers: multipliers)
    if let doubt = map.active.doubts.last {
      throw Refusal(reason: doubt.reason, row: doubt.row, variable: doubt.variable)
    }
    let (system, _) = try await map.system(at: map.solution, parameters: map.parameters)
    let inverse = try KKTInverse(system)
    guard inverse.isStrictMinimum else {
      throw Refusal(reason: "the point is no strict minimum, or its active constraints depend on each other")
    }
    guard map.active.rows.count + map.active.bounds.count <= Self.limit / max(1, x.count) else {
      throw Refusal(reason: "there are too many active sides and bounds to list all derivatives")
    }
    let gradient = try await oracle.derivatives(at: x).gradient
    // The change of the objective is the multiplier; where it is not, the system is too near to singular.
    func slope(_ dx: [Double], _ price: Double) throws(Refusal) -> Double {
      let slope = dot(gradient.elements.span, dx.span)
      guard abs(slope - price) <= 5e-6 * max(1, abs(price)) else {
        throw Refusal(reason: "the active constraints nearly depend on each other, so derivatives are not determined")
      }
      return slope
    }
    // F is c − side and x − bound: one more unit of either is a unit vector on the right.
    func change(_ k: Int) -> [Double] {
      Array(inverse.applied(to: .unit(k, of: map.solutionCount)).elements[..<x.count])
    }
    for i in map.active.rows {
      let dx = change(x.count + i)
      rows.append((i, try slope(dx, multipliers[i]), dx))
    }
    let (_, held) = system.halves(map.solution)
    let pull = system.jacobian.transposedTimes(held)
    for j in map.active.bounds {
      let dx = change(j)
      bounds.append((j, try slope(dx, gradient[j] - pull[j]), dx))
    }
    guard let extra else { return }
    for k in extra.values.indices {
      do {
        let (ahead, behind, width) = try await extra.neighbors(k)
        let change =
          try await map.residual(at: map.solution, parameters: map.parameters, of: ahead)
          - map.residual(at: map.solution, parameters: map.parameters, of: behind)
        let dx = Array(inverse.applied(to: (-1 / width) * change).elements[..<x.count])
        let direct =
          try await ahead.oracle.values(at: x).objective - behind.oracle.values(at: x).objective
        let objective = direct / width + dot(gradient.elements.span, dx.span)
        guard objective.isFinite, dx.allSatisfy(\.isFinite) else {
          refused.append((k, "the model has no value for other values of it"))
          continue
        }
        parameters.append((k, objective, dx))
      } catch {
        refused.append((k, "\(error)"))
      }
    }
  }
}
