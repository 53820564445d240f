// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Derivatives of a local minimum with respect to the sides and bounds that hold it.
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

  /// Why there are no derivatives.
  public struct Refusal: Error, Sendable, CustomStringConvertible {
    /// The reason, about "it" where a row or variable is named.
    var reason: String
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

  /// At a minimum `x` with the multipliers ∂f/∂side. Asks for derivatives and one Hessian.
  ///
  /// Cost: one sparse factorization, and one solve for each active side and bound. Throws `Refusal` when the point is no
  /// strict minimum with independent constraints.
  public init(
    _ program: NonlinearProgram, at x: Vector, multipliers: Vector, asking oracle: any ConstraintOracle
  ) async throws {
    let here = try await oracle.derivatives(at: x)
    let values = try await oracle.values(at: x)
    let hessian = try await oracle.lagrangianHessian(at: x, multipliers: -multipliers, objectiveWeight: 1)
    let held = Held(program, x, values.constraints, here, multipliers)
    if let doubt = held.doubt { throw doubt }
    var system = try KKT(hessian, here.jacobian, held)
    guard held.rows.count + held.bounds.count <= Self.limit / max(1, x.count) else {
      throw Refusal(reason: "there are too many active sides and bounds to list all derivatives")
    }
    // The change of the objective is the multiplier; where it is not, the system is too near to singular.
    func slope(_ dx: [Double], _ price: Double) throws(Refusal) -> Double {
      let slope = dot(here.gradient.elements.span, dx.span)
      guard abs(slope - price) <= 5e-6 * max(1, abs(price)) else {
        throw Refusal(reason: "the active constraints nearly depend on each other, so derivatives are not determined")
      }
      return slope
    }
    for (k, i) in held.rows.enumerated() {
      let dx = system.solve(row: k)
      rows.append((i, try slope(dx, multipliers[i]), dx))
    }
    let pull = here.jacobian.transposedTimes(multipliers)
    for j in held.bounds {
      let dx = system.solve(bound: j, hessian, here.jacobian, held)
      bounds.append((j, try slope(dx, here.gradient[j] - pull[j]), dx))
    }
  }
}

/// What holds the point, by the multipliers.
private struct Held {
  var rows: [Int] = []
  var bounds: [Int] = []
  var free: [Int] = []
  var rowPlace: [Int]
  var freePlace: [Int]
  /// A side that the point meets without a multiplier, where derivatives are one-sided.
  var doubt: ParametricSensitivity.Refusal?

  init(
    _ program: NonlinearProgram, _ x: Vector, _ c: Vector, _ here: ConstrainedDerivatives, _ multipliers: Vector
  ) {
    rowPlace = [Int](repeating: -1, count: c.count)
    freePlace = [Int](repeating: -1, count: x.count)
    let scale = max(1e-8, 1e-6 * here.gradient.maximumMagnitude)
    func isNear(_ value: Double, _ side: Double) -> Bool {
      side.isFinite && abs(value - side) <= 1e-5 * max(1, abs(side))
    }
    for i in c.indices {
      let (l, u) = (program.rowLower[i], program.rowUpper[i])
      let meets = isNear(c[i], l) || isNear(c[i], u)
      if l == u || meets && abs(multipliers[i]) > scale {
        rowPlace[i] = rows.count
        rows.append(i)
      } else if meets {
        doubt = .init(reason: "holds without a multiplier, so derivatives depend on the direction", row: i)
      }
    }
    let pull = here.jacobian.transposedTimes(multipliers)
    for j in x.indices {
      let (l, u) = (program.domain.lower[j], program.domain.upper[j])
      let meets = isNear(x[j], l) || isNear(x[j], u)
      if l == u || meets && abs(here.gradient[j] - pull[j]) > scale {
        bounds.append(j)
      } else {
        if meets {
          doubt = .init(
            reason: "is at a bound without a price, so derivatives depend on the direction", row: nil, variable: j)
        }
        freePlace[j] = free.count
        free.append(j)
      }
    }
  }
}

/// The factorized system over free variables and rows that hold.
private struct KKT {
  private let held: Held
  private let count: Int
  private var factor: SparseIndefinite
  private let values: [Double]

  init(_ hessian: SparseMatrix, _ jacobian: SparseMatrix, _ held: Held) throws {
    self.held = held
    let n = held.free.count
    count = jacobian.columnCount
    var entries: [(row: Int, column: Int, value: Double)] = []
    for (k, j) in held.free.enumerated() {
      for p in hessian.range(ofColumn: j) {
        let i = held.freePlace[Int(hessian.rows[p])]
        // The upper triangle of the whole stays one: free variables keep their order.
        if i >= 0 { entries.append((i, k, hessian.values[p])) }
      }
      entries.append((k, k, 0))
      for p in jacobian.range(ofColumn: j) {
        let i = held.rowPlace[Int(jacobian.rows[p])]
        if i >= 0 { entries.append((k, n + i, jacobian.values[p])) }
      }
    }
    for i in held.rows.indices { entries.append((n + i, n + i, 0)) }
    let order = n + held.rows.count
    let upper = SparseMatrix(rowCount: order, columnCount: order, triplets: entries)
    var options = SparseIndefinite.Options()
    options.threshold = 0.01
    factor = try SparseIndefinite(upper, options: options)
    values = upper.values
    guard factor.inertia == Inertia(positive: n, negative: held.rows.count) else {
      throw ParametricSensitivity.Refusal(
        reason: "the point is no strict minimum, or its active constraints depend on each other")
    }
  }

  private mutating func solved(_ side: [Double]) -> [Double] {
    var b = side
    factor.solveRefined(&b, values: values)
    var dx = [Double](repeating: 0, count: count)
    for (k, j) in held.free.enumerated() { dx[j] = b[k] }
    return dx
  }

  /// dx for one more unit of the side of the k-th row that holds.
  mutating func solve(row k: Int) -> [Double] {
    var b = [Double](repeating: 0, count: factor.order)
    b[held.free.count + k] = 1
    return solved(b)
  }

  /// dx for one more unit of the bound of variable j.
  mutating func solve(bound j: Int, _ hessian: SparseMatrix, _ jacobian: SparseMatrix, _ held: Held) -> [Double] {
    var b = [Double](repeating: 0, count: factor.order)
    for p in hessian.range(ofColumn: j) {
      let i = held.freePlace[Int(hessian.rows[p])]
      if i >= 0 { b[i] -= hessian.values[p] }
    }
    // The other half of column j stands in row j of later columns.
    for (k, column) in held.free.enumerated() where column > j {
      for p in hessian.range(ofColumn: column) where Int(hessian.rows[p]) == j { b[k] -= hessian.values[p] }
    }
    for p in jacobian.range(ofColumn: j) {
      let i = held.rowPlace[Int(jacobian.rows[p])]
      if i >= 0 { b[held.free.count + i] -= jacobian.values[p] }
    }
    var dx = solved(b)
    dx[j] = 1
    return dx
  }
}
