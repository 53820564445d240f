// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The fixed point of mirror descent with the entropy on the simplex Σxᵢ = s, x > 0:
///
///     F = s·softmax(log x − η∇₁f(x, θ)) − x
///     ∂₁F = S·(diag(1/x) − η∇²₁₁f) − I,   ∂₂F = −S·η∇²₁₂f,   S = diag(y) − y·yᵀ/s at y = s·softmax(…)
///
/// Solutions on the boundary of the simplex have no derivative in this form; use the projected gradient there. Reference:
/// Beck & Teboulle, *Oper. Res. Lett.* 31 (2003).
public struct MirrorDescentMap: OptimalityMap {
  /// ∇₁f(x, θ).
  public let gradient: ParametricFunction
  public let step: Double
  public let total: Double

  public init(_ gradient: ParametricFunction, step: Double = 1, total: Double = 1) {
    precondition(step > 0 && step.isFinite && total > 0, "a step and a total are positive")
    precondition(gradient.pointCount == gradient.valueCount, "a gradient has the dimension of its point")
    self.gradient = gradient
    self.step = step
    self.total = total
  }

  public var solutionCount: Int { gradient.pointCount }
  public var parameterCount: Int { gradient.parameterCount }

  public func residual(at x: Vector, parameters: Vector) async throws -> Vector {
    image(x, try await gradient.value(at: x, parameters: parameters)) - x
  }

  public func linearization(at x: Vector, parameters: Vector) async throws -> LinearizedMap {
    let here = try await gradient.derivatives(at: x, parameters: parameters)
    let (y, eta, total, n) = (image(x, here.value), step, total, x.count)
    let (hessian, cross) = (here.byPoint, here.byParameters)
    @Sendable func spread(_ d: Vector) -> Vector {
      let mean = y.inner(d) / total
      return Vector(d.indices.map { y[$0] * (d[$0] - mean) })
    }
    @Sendable func divided(_ d: Vector) -> Vector { Vector(d.indices.map { d[$0] / x[$0] }) }
    let corners = x.indices.filter { !(x[$0] > 1e-14 * total) }
    return LinearizedMap(
      residual: y - x,
      bySolution: FunctionAdjointOperator(
        rowCount: n, columnCount: n, operationsPerProduct: hessian.operationsPerProduct + 8 * n,
        product: { spread(divided($0) - eta * hessian.applied(to: $0)) - $0 },
        transposed: { w in
          let s = spread(w)
          return divided(s) - eta * hessian.transposedApplied(to: s) - w
        }),
      byParameters: FunctionAdjointOperator(
        rowCount: n, columnCount: parameterCount, operationsPerProduct: cross.operationsPerProduct + 5 * n,
        product: { -eta * spread(cross.applied(to: $0)) },
        transposed: { -eta * cross.transposedApplied(to: spread($0)) }),
      corners: corners.map { .init(index: $0, "coordinate \($0) of the solution is at the boundary of the simplex") })
  }

  private func image(_ x: Vector, _ g: Vector) -> Vector {
    let logits = x.indices.map { log(x[$0]) - step * g[$0] }
    let top = logits.max() ?? 0
    let weights = logits.map { exp($0 - top) }
    return (total / weights.reduce(0, +)) * Vector(weights)
  }
}
