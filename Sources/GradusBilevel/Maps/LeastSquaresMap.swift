// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// F = J(x, θ)ᵀr(x, θ): a stationary point of ½|r(x, θ)|², as Levenberg–Marquardt and Gauss–Newton find it.
///
///     ∂₁F = JᵀJ + Σ rᵢ∇²rᵢ,    ∂₂F = Jᵀ∂₂r + Σ rᵢ∇²₁₂rᵢ
///
/// The sums are central differences of exact products, for w = r held fixed: of J(x)ᵀw along x and along θ, and of ∂₂r(x)ᵀw
/// along x for the transpose. With `isGaussNewton` they are left out, which is exact where residuals vanish, and makes ∂₁F
/// positive definite where J has full rank.
public struct LeastSquaresMap: OptimalityMap {
  public let residuals: ParametricFunction
  public let isGaussNewton: Bool

  /// The residuals must answer without waiting for anything but their own arithmetic: their products are taken again at every
  /// product with ∂₁F.
  public init(_ residuals: ParametricFunction, isGaussNewton: Bool = false) {
    self.residuals = residuals
    self.isGaussNewton = isGaussNewton
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
    let second = isGaussNewton ? nil : try await curvature(x, parameters, r)
    let operations = 2 * j.operationsPerProduct + (second == nil ? 0 : 2 * n * (n + p))
    return LinearizedMap(
      residual: j.transposedApplied(to: r),
      bySolution: FunctionAdjointOperator(order: n, operationsPerProduct: operations) { d in
        let square = j.transposedApplied(to: j.applied(to: d))
        return second.map { square + $0.0.times(d) } ?? square
      },
      byParameters: FunctionAdjointOperator(
        rowCount: n, columnCount: p, operationsPerProduct: operations,
        product: { t in
          let mixed = j.transposedApplied(to: b.applied(to: t))
          return second.map { mixed + $0.1.times(t) } ?? mixed
        },
        transposed: { w in
          let mixed = b.transposedApplied(to: j.applied(to: w))
          return second.map { mixed + $0.1.transposedTimes(w) } ?? mixed
        }),
      structure: isGaussNewton ? .positiveDefinite : .symmetric)
  }

  /// Σ wᵢ∇²rᵢ and Σ wᵢ∇²₁₂rᵢ, column by column.
  private func curvature(_ x: Vector, _ theta: Vector, _ w: Vector) async throws -> (Matrix, Matrix) {
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
