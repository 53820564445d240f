// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// f(x) and c(x) of a nonlinear program.
public struct ConstrainedValues: Sendable, Codable {
  public var objective: Double
  public var constraints: Vector

  @inlinable
  public init(objective: Double, constraints: Vector) {
    self.objective = objective
    self.constraints = constraints
  }
}

/// ∇f(x) and the sparse Jacobian of c at x.
public struct ConstrainedDerivatives: Sendable, Codable {
  public var gradient: Vector
  /// m × n, with the same pattern at every point.
  public var jacobian: SparseMatrix

  @inlinable
  public init(gradient: Vector, jacobian: SparseMatrix) {
    self.gradient = gradient
    self.jacobian = jacobian
  }
}

/// Tells a nonlinear program: minimize f(x) subject to lower ≤ c(x) ≤ upper.
///
/// The Lagrangian of all questions is σ·f(x) + Σ yᵢ·cᵢ(x), with a plus sign.
public protocol ConstraintOracle: Sendable {
  /// f(x) and all c(x). Values outside the domain are NaN, not an error. Throws when nobody can answer.
  func values(at point: Vector) async throws -> ConstrainedValues
  /// ∇f(x) and the Jacobian of c at x, with the same pattern in every answer.
  func derivatives(at point: Vector) async throws -> ConstrainedDerivatives
  /// (σ·∇²f(x) + Σ yᵢ·∇²cᵢ(x))·d.
  func lagrangianProduct(at point: Vector, multipliers: Vector, objectiveWeight: Double, along direction: Vector)
    async throws -> Vector
  /// The upper triangle (row ≤ column) of σ·∇²f(x) + Σ yᵢ·∇²cᵢ(x), n × n, with the same pattern in every answer.
  /// The default asks for n products and stores the whole triangle.
  func lagrangianHessian(at point: Vector, multipliers: Vector, objectiveWeight: Double) async throws -> SparseMatrix

  /// `values` without waiting; nil, the default, when the answer must be awaited.
  func immediateValues(at point: Vector) throws -> ConstrainedValues?
  /// `derivatives` without waiting, or nil.
  func immediateDerivatives(at point: Vector) throws -> ConstrainedDerivatives?
  /// `lagrangianProduct` without waiting, or nil.
  func immediateLagrangianProduct(
    at point: Vector, multipliers: Vector, objectiveWeight: Double, along direction: Vector
  ) throws -> Vector?
  /// `lagrangianHessian` without waiting, or nil; the default is made of n products where these are immediate.
  func immediateLagrangianHessian(at point: Vector, multipliers: Vector, objectiveWeight: Double) throws
    -> SparseMatrix?
}

extension ConstraintOracle {
  public func lagrangianHessian(
    at point: Vector, multipliers: Vector, objectiveWeight: Double
  ) async throws -> SparseMatrix {
    var triangle = DenseTriangle(order: point.count)
    for j in point.indices {
      let column = try await lagrangianProduct(
        at: point, multipliers: multipliers, objectiveWeight: objectiveWeight, along: .unit(j, of: point.count))
      triangle.append(column)
    }
    return triangle.matrix
  }

  public func immediateValues(at point: Vector) throws -> ConstrainedValues? { nil }
  public func immediateDerivatives(at point: Vector) throws -> ConstrainedDerivatives? { nil }
  public func immediateLagrangianProduct(
    at point: Vector, multipliers: Vector, objectiveWeight: Double, along direction: Vector
  ) throws -> Vector? { nil }

  public func immediateLagrangianHessian(
    at point: Vector, multipliers: Vector, objectiveWeight: Double
  ) throws -> SparseMatrix? {
    var triangle = DenseTriangle(order: point.count)
    for j in point.indices {
      guard
        let column = try immediateLagrangianProduct(
          at: point, multipliers: multipliers, objectiveWeight: objectiveWeight, along: .unit(j, of: point.count))
      else { return nil }
      triangle.append(column)
    }
    return point.count == 0 ? nil : triangle.matrix
  }
}

/// The whole upper triangle of a symmetric matrix, gathered column by column.
private struct DenseTriangle {
  let order: Int
  private var starts: [Int32] = [0]
  private var rows: [Int32] = []
  private var values: [Double] = []

  init(order: Int) { self.order = order }

  mutating func append(_ column: Vector) {
    let j = starts.count - 1
    for i in 0...j {
      rows.append(Int32(i))
      values.append(column[i])
    }
    starts.append(Int32(rows.count))
  }

  var matrix: SparseMatrix {
    SparseMatrix(rowCount: order, columnCount: order, starts: starts, rows: rows, values: values)
  }
}

/// What are the values, the derivatives, the Hessian of the Lagrangian, or a product with it at x?
public enum Constrained: Query, Codable {
  case evaluate(Vector)
  case derivatives(Vector)
  case lagrangianProduct(at: Vector, multipliers: Vector, objectiveWeight: Double, along: Vector)
  case lagrangianHessian(at: Vector, multipliers: Vector, objectiveWeight: Double)

  /// What was asked for: values, first derivatives, a product, or the Hessian of the Lagrangian.
  public enum Answer: Sendable, Codable {
    case values(ConstrainedValues)
    case derivatives(ConstrainedDerivatives)
    case product(Vector)
    /// The upper triangle, row ≤ column.
    case hessian(SparseMatrix)
  }

  public static var needs: String { "values and derivatives of objective and constraints" }

  public var kind: String {
    switch self {
    case .evaluate: "value"
    case .derivatives: "gradient"
    case .lagrangianProduct: "hessian product"
    case .lagrangianHessian: "hessian"
    }
  }

  public func put(to oracle: any ConstraintOracle) async throws -> Answer {
    switch self {
    case .evaluate(let x): .values(try await oracle.values(at: x))
    case .derivatives(let x): .derivatives(try await oracle.derivatives(at: x))
    case .lagrangianProduct(let x, let y, let sigma, let d):
      .product(try await oracle.lagrangianProduct(at: x, multipliers: y, objectiveWeight: sigma, along: d))
    case .lagrangianHessian(let x, let y, let sigma):
      .hessian(try await oracle.lagrangianHessian(at: x, multipliers: y, objectiveWeight: sigma))
    }
  }

  public func answerNow(from oracle: any ConstraintOracle) throws -> Answer? {
    switch self {
    case .evaluate(let x): try oracle.immediateValues(at: x).map { .values($0) }
    case .derivatives(let x): try oracle.immediateDerivatives(at: x).map { .derivatives($0) }
    case .lagrangianProduct(let x, let y, let sigma, let d):
      try oracle.immediateLagrangianProduct(at: x, multipliers: y, objectiveWeight: sigma, along: d).map {
        .product($0)
      }
    case .lagrangianHessian(let x, let y, let sigma):
      try oracle.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: sigma).map { .hessian($0) }
    }
  }
}
