// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// A nonlinear program of few variables given by formulas; all derivatives follow.
protocol ConstrainedFunction: ConstraintOracle {
  var dimension: Int { get }
  var constraintCount: Int { get }
  func objective<T: Algebraic>(_ x: [T]) -> T
  func constraints<T: Algebraic>(_ x: [T]) -> [T]
}

extension ConstrainedFunction {
  private func check(_ point: Vector) throws {
    guard point.count == dimension else { throw DimensionMismatch(expected: dimension, found: point.count) }
  }

  func immediateValues(at point: Vector) throws -> ConstrainedValues? { try valuesNow(at: point) }
  func values(at point: Vector) async throws -> ConstrainedValues { try valuesNow(at: point) }

  private func valuesNow(at point: Vector) throws -> ConstrainedValues {
    try check(point)
    return ConstrainedValues(
      objective: objective(point.elements), constraints: Vector(constraints(point.elements)))
  }

  func immediateDerivatives(at point: Vector) throws -> ConstrainedDerivatives? { try derivativesNow(at: point) }
  func derivatives(at point: Vector) async throws -> ConstrainedDerivatives { try derivativesNow(at: point) }

  /// The Jacobian is stored whole.
  private func derivativesNow(at point: Vector) throws -> ConstrainedDerivatives {
    try check(point)
    var seeded = point.elements.map { HyperDual($0) }
    var gradient = Vector.zeros(dimension)
    var entries: [Double] = []
    entries.reserveCapacity(dimension * constraintCount)
    for j in point.indices {
      seeded[j].parts[1] = 1
      gradient[j] = objective(seeded).parts[1]
      for c in constraints(seeded) { entries.append(c.parts[1]) }
      seeded[j].parts[1] = 0
    }
    return ConstrainedDerivatives(
      gradient: gradient,
      jacobian: SparseMatrix(
        rowCount: constraintCount, columnCount: dimension, starts: (0...dimension).map { Int32($0 * constraintCount) },
        rows: (0..<dimension).flatMap { _ in (0..<constraintCount).map { Int32($0) } }, values: entries))
  }

  func immediateLagrangianProduct(
    at point: Vector, multipliers: Vector, objectiveWeight: Double, along direction: Vector
  ) throws -> Vector? {
    try productNow(at: point, multipliers, objectiveWeight, along: direction)
  }

  func lagrangianProduct(
    at point: Vector, multipliers: Vector, objectiveWeight: Double, along direction: Vector
  ) async throws -> Vector {
    try productNow(at: point, multipliers, objectiveWeight, along: direction)
  }

  private func productNow(
    at point: Vector, _ multipliers: Vector, _ objectiveWeight: Double, along direction: Vector
  ) throws -> Vector {
    try check(point)
    try check(direction)
    guard multipliers.count == constraintCount else {
      throw DimensionMismatch(expected: constraintCount, found: multipliers.count)
    }
    var seeded = point.indices.map { HyperDual(point[$0], first: 0, second: direction[$0]) }
    var product = Vector.zeros(dimension)
    for j in point.indices {
      seeded[j].parts[1] = 1
      var sum = objectiveWeight * objective(seeded).parts[3]
      for (i, c) in constraints(seeded).enumerated() { sum += multipliers[i] * c.parts[3] }
      product[j] = sum
      seeded[j].parts[1] = 0
    }
    return product
  }
}
