// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// F = J(x, θ)ᵀr(x, θ): a stationary point of ½|r(x, θ)|², as Levenberg–Marquardt and Gauss–Newton find it.
///
///     ∂₁F = JᵀJ + Σ rᵢ∇²rᵢ,    ∂₂F = Jᵀ∂₂r + Σ rᵢ∇²₁₂rᵢ
///
/// The sums come from `Curvature.products`, or from central differences of Jᵀw for w = r held fixed: n + p columns, as two dense
/// matrices. `.gaussNewton` leaves them out, which is exact where residuals vanish, and makes ∂₁F positive definite where J has
/// full rank; it is free of matrices, as `.products` is.
public struct LeastSquaresMap: OptimalityMap {
  /// Where second derivatives of the residuals come from.
  public enum Curvature: Sendable {
    case differences, gaussNewton
    /// Σ wᵢ∇²rᵢ (n × n) and Σ wᵢ∇²₁₂rᵢ (n × p) for weights w.
    case products(
      @Sendable (_ x: Vector, _ parameters: Vector, _ weights: Vector) async throws -> (
        square: any AdjointOperator, mixed: any AdjointOperator
      ))
  }

  public let residuals: ParametricFunction
  public let curvature: Curvature

  public init(_ residuals: ParametricFunction, curvature: Curvature = .differences) {
    self.residuals = residuals
    self.curvature = curvature
  }

  public var solutionCount: Int { residuals.pointCount }
  public var parameterCount: Int { residuals.parameterCount }

  public func residual(at x: Vector, parameters: Vector) async throws -> Vector {
    let here = try await residuals.derivatives(at: x, parameters: parameters)
    return here.byPoint.transposedApplied(to: here.value)
  }

  public func linearization(at x: Vector, parameters: Vector) async throws -> LinearizedMap {
    let here = try await residuals.derivatives(at: x, parameters: parameters)
    let (n, p, j, b, r) = (solutionCount, parameterCount, here.byPoint, here.byParameters, here.value)
    let second = try await second(x, parameters, r)
    let operations = 2 * j.operationsPerProduct + (second?.square.operationsPerProduct ?? 0)
    return LinearizedMap(
      residual: j.transposedApplied(to: r),
      bySolution: FunctionAdjointOperator(order: n, operationsPerProduct: operations) { d in
        let square = j.transposedApplied(to: j.applied(to: d))
        return second.map { square + $0.square.applied(to: d) } ?? square
      },
      byParameters: FunctionAdjointOperator(
        rowCount: n, columnCount: p, operationsPerProduct: operations,
        product: { t in
          let mixed = j.transposedApplied(to: b.applied(to: t))
          return second.map { mixed + $0.mixed.applied(to: t) } ?? mixed
        },
        transposed: { w in
          let mixed = b.transposedApplied(to: j.applied(to: w))
          return second.map { mixed + $0.mixed.transposedApplied(to: w) } ?? mixed
        }),
      structure: second == nil ? .positiveDefinite : .symmetric)
  }

  private func second(
    _ x: Vector, _ theta: Vector, _ w: Vector
  ) async throws -> (square: any AdjointOperator, mixed: any AdjointOperator)? {
    switch curvature {
    case .gaussNewton: nil
    case .differences: try await differences(x, theta, w)
    case .products(let products): try await products(x, theta, w)
    }
  }

  /// Column by column.
  private func differences(
    _ x: Vector, _ theta: Vector, _ w: Vector
  ) async throws -> (square: any AdjointOperator, mixed: any AdjointOperator) {
    let (n, p) = (x.count, theta.count)
    var square: [Double] = []
    for k in 0..<n {
      square += try await Differences.along(.unit(k, of: n), from: x) {
        try await residuals.derivatives(at: $0, parameters: theta).byPoint.transposedApplied(to: w)
      }.elements
    }
    var mixed: [Double] = []
    for k in 0..<p {
      mixed += try await Differences.along(.unit(k, of: p), from: theta) {
        try await residuals.derivatives(at: x, parameters: $0).byPoint.transposedApplied(to: w)
      }.elements
    }
    let full = Matrix(rowCount: n, columnCount: n, elements: square)
    return (0.5 * (full + full.transposed), Matrix(rowCount: n, columnCount: p, elements: mixed))
  }
}
