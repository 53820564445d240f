// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Residuals r(x) ∈ Rᵐ given by formulas; f(x) = ½|r(x)|² and all derivatives follow.
protocol ResidualFunction: FormulaFunction, ResidualOracle {
  var residualCount: Int { get }
  func residuals<T: Algebraic>(_ x: [T]) -> [T]
}

extension ResidualFunction {
  func formula<T: Algebraic>(_ x: [T]) -> T {
    var total = T(0)
    for r in residuals(x) { total = total + r.squared }
    return 0.5 * total
  }

  func residual(at point: Vector) async throws -> Vector {
    try check(point)
    return Vector(residuals(point.elements))
  }

  func jacobianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    try check(point)
    try check(direction)
    return Vector(
      residuals(point.indices.map { HyperDual(point[$0], first: direction[$0], second: 0) }).map { $0.parts[1] })
  }

  func jacobianTransposedProduct(at point: Vector, with weights: Vector) async throws -> Vector {
    guard weights.count == residualCount else {
      throw DimensionMismatch(expected: residualCount, found: weights.count)
    }
    let linear = try linearizedResidualNow(at: point)
    return Vector(
      point.indices.map { j in
        weights.indices.reduce(0) { $0 + weights[$1] * linear.jacobian[j * residualCount + $1] }
      })
  }

  func linearizedResidual(at point: Vector) async throws -> LinearizedResidual { try linearizedResidualNow(at: point) }

  private func linearizedResidualNow(at point: Vector) throws -> LinearizedResidual {
    try check(point)
    var seeded = point.elements.map { HyperDual($0) }
    var residual: [Double] = []
    var jacobian: [Double] = []
    jacobian.reserveCapacity(residualCount * dimension)
    for j in point.indices {
      seeded[j].parts[1] = 1
      let column = residuals(seeded)
      seeded[j].parts[1] = 0
      if j == 0 { residual = column.map(\.value) }
      for entry in column { jacobian.append(entry.parts[1]) }
    }
    return LinearizedResidual(residual: Vector(residual), jacobian: Vector(jacobian))
  }
}
