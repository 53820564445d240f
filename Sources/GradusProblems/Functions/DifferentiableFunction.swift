// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The oracle was asked about a point of another dimension.
public struct DimensionMismatch: Error, Sendable, Hashable, CustomStringConvertible {
  public var expected: Int
  public var found: Int
  public var description: String { "the point has \(found) coordinates; this problem takes \(expected)" }
}

/// A function of Rⁿ with its gradient (or a subgradient), computed without waiting.
protocol DifferentiableFunction: FirstOrderOracle where Point == Vector {
  var dimension: Int { get }
  func evaluate(_ x: [Double]) -> Double
  /// Overwrites `g` with ∇f(x) and gives f(x).
  func differentiate(_ x: [Double], _ g: inout [Double]) -> Double
}

/// A function of Rⁿ with products of its Hessian, computed without waiting.
protocol SmoothFunction: DifferentiableFunction, SecondOrderOracle where Point == Vector {
  /// Overwrites `h` with ∇²f(x)·d.
  func curve(_ x: [Double], _ d: [Double], _ h: inout [Double])
}

extension DifferentiableFunction {
  func check(_ point: Vector) throws {
    guard point.count == dimension else { throw DimensionMismatch(expected: dimension, found: point.count) }
  }

  func immediateValue(at point: Vector) throws -> Double? {
    try check(point)
    return evaluate(point.elements)
  }

  func value(at point: Vector) async throws -> Double {
    try check(point)
    return evaluate(point.elements)
  }

  func linearizationNow(at point: Vector) throws -> Linearization<Vector> {
    try check(point)
    var gradient = [Double](repeating: 0, count: dimension)
    let value = differentiate(point.elements, &gradient)
    return Linearization(value: value, gradient: Vector(gradient))
  }

  func immediateLinearization(at point: Vector) throws -> Linearization<Vector>? { try linearizationNow(at: point) }
  func linearization(at point: Vector) async throws -> Linearization<Vector> { try linearizationNow(at: point) }
}

extension SmoothFunction {
  func hessianProductNow(at point: Vector, along direction: Vector) throws -> Vector {
    try check(point)
    try check(direction)
    var product = [Double](repeating: 0, count: dimension)
    curve(point.elements, direction.elements, &product)
    return Vector(product)
  }

  func immediateHessianProduct(at point: Vector, along direction: Vector) throws -> Vector? {
    try hessianProductNow(at: point, along: direction)
  }

  func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    try hessianProductNow(at: point, along: direction)
  }

  // The defaults live in another module, which the files of the families do not import.

  private func productsNow(at point: Vector, of block: [Int]) throws -> HessianParts {
    HessianParts(
      point.count, try block.map { try hessianProductNow(at: point, along: .unit($0, of: point.count)) })
  }

  func immediateHessianMatrix(at point: Vector) throws -> Vector? {
    try productsNow(at: point, of: Array(point.indices)).matrix
  }

  func hessianMatrix(at point: Vector) async throws -> Vector {
    try productsNow(at: point, of: Array(point.indices)).matrix
  }

  func immediateHessianBlock(at point: Vector, of block: [Int]) throws -> SparseMatrix? {
    try productsNow(at: point, of: block).block(block)
  }

  func hessianBlock(at point: Vector, of block: [Int]) async throws -> SparseMatrix {
    try productsNow(at: point, of: block).block(block)
  }

  func immediateBlockLinearization(at point: Vector, moving block: [Int]) throws -> BlockLinearization? {
    try immediateLinearization(at: point).map { BlockLinearization($0) }
  }

  func blockLinearization(at point: Vector, moving block: [Int]) async throws -> BlockLinearization {
    BlockLinearization(try await linearization(at: point))
  }
}
