// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// F = ∇₁f for an objective that answers questions: `objective(θ)` is the oracle of f(·, θ).
///
/// Products with ∇²f are put to oracles that answer at once, and none is stored; others are asked for the matrix once. The
/// derivative of ∇f along θ is given by products, or taken by central differences of ∇f(x; θ), 2p gradients for all of it.
public struct OracleStationarity: OptimalityMap {
  public let solutionCount: Int
  public let parameterCount: Int
  public let structure: JacobianStructure
  private let objective: @Sendable (Vector) throws -> any SecondOrderOracle<Vector>
  private let cross: (@Sendable (_ x: Vector, _ parameters: Vector) -> any AdjointOperator)?

  /// `cross` is ∂∇f(x; θ)/∂θ, n × p; nil for differences.
  public init(
    solutionCount: Int, parameterCount: Int, structure: JacobianStructure = .positiveDefinite,
    cross: (@Sendable (_ x: Vector, _ parameters: Vector) -> any AdjointOperator)? = nil,
    objective: @escaping @Sendable (_ parameters: Vector) throws -> any SecondOrderOracle<Vector>
  ) {
    self.solutionCount = solutionCount
    self.parameterCount = parameterCount
    self.structure = structure
    self.objective = objective
    self.cross = cross
  }

  public func residual(at x: Vector, parameters: Vector) async throws -> Vector {
    try await objective(parameters).linearization(at: x).gradient
  }

  public func linearization(at x: Vector, parameters: Vector) async throws -> LinearizedMap {
    let oracle = try objective(parameters)
    let gradient = try await oracle.linearization(at: x).gradient
    let n = solutionCount
    let hessian: any AdjointOperator
    if n > 0, try oracle.immediateHessianProduct(at: x, along: .unit(0, of: n)) != nil {
      hessian = FunctionAdjointOperator(order: n) { d in
        (try? oracle.immediateHessianProduct(at: x, along: d)) ?? Vector(repeating: .nan, count: n)
      }
    } else {
      let numbers = try await oracle.hessianMatrix(at: x)
      guard numbers.count == n * n else {
        throw ImplicitError.shape("the Hessian has \(numbers.count) numbers in place of \(n)·\(n)")
      }
      hessian = Matrix(rowCount: n, columnCount: n, elements: numbers.elements)
    }
    return LinearizedMap(
      residual: gradient, bySolution: hessian, byParameters: try await derivativeByParameters(x, parameters),
      structure: structure)
  }

  private func derivativeByParameters(_ x: Vector, _ parameters: Vector) async throws -> any AdjointOperator {
    if let cross { return cross(x, parameters) }
    var elements: [Double] = []
    for k in parameters.indices {
      elements += try await Differences.along(.unit(k, of: parameters.count), from: parameters) {
        try await residual(at: x, parameters: $0)
      }.elements
    }
    return Matrix(rowCount: solutionCount, columnCount: parameters.count, elements: elements)
  }
}
