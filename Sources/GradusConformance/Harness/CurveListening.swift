// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// What a probe of more than curvature leaves to the probe of curvature inside it.
protocol CurveListening: GradientListening, SecondOrderOracle {
  var curve: CurveProbe { get }
}

extension CurveListening {
  var listener: Listener { curve.listener }
  var first: any FirstOrderOracle<Vector> { curve.base }

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
