// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Sums that tell their terms, and two derivatives of the whole.
struct TermProbe: GradientListening, SecondOrderOracle, FiniteSumOracle {
  typealias Base = any SecondOrderOracle<Vector> & FiniteSumOracle
  let curve: CurveProbe
  let base: any SecondOrderOracle<Vector> & FiniteSumOracle
  var listener: Listener { curve.listener }
  var first: any FirstOrderOracle<Vector> { curve.base }

  func linearization(ofTerm index: Int, at point: Vector) async throws -> Linearization<Vector> {
    let fault = try listener.hear([point])
    await listener.arrive()
    let answer = try await base.linearization(ofTerm: index, at: point)
    return Linearization(value: fault.spoil(answer.value), gradient: fault.spoil(answer.gradient))
  }

  func immediateLinearization(ofTerm index: Int, at point: Vector) throws -> Linearization<Vector>? {
    guard listener.immediate, let answer = try base.immediateLinearization(ofTerm: index, at: point) else { return nil }
    let fault = try listener.hear([point])
    return Linearization(value: fault.spoil(answer.value), gradient: fault.spoil(answer.gradient))
  }

  func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    try await curve.hessianProduct(at: point, along: direction)
  }
  func immediateHessianProduct(at point: Vector, along direction: Vector) throws -> Vector? {
    try curve.immediateHessianProduct(at: point, along: direction)
  }
  func hessianMatrix(at point: Vector) async throws -> Vector { try await curve.hessianMatrix(at: point) }
  func immediateHessianMatrix(at point: Vector) throws -> Vector? { try curve.immediateHessianMatrix(at: point) }
  func hessianBlock(at point: Vector, of block: [Int]) async throws -> SparseMatrix {
    try await curve.hessianBlock(at: point, of: block)
  }
  func immediateHessianBlock(at point: Vector, of block: [Int]) throws -> SparseMatrix? {
    try curve.immediateHessianBlock(at: point, of: block)
  }
}
