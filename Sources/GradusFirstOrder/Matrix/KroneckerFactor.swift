// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
public import GradusNumerics

/// One side of a Kronecker-factored second moment in single precision: a moving average of G·Gᵀ or GᵀG, and a matrix that is
/// made of it now and then, a root or a basis.
public struct KroneckerFactor: Sendable, Codable {
  /// Its order; 0: this side is not preconditioned.
  public let order: Int
  /// The average.
  public internal(set) var average: Buffer<Float>
  /// What was made of it.
  public internal(set) var derived: Buffer<Float>

  /// Zero, and the identity.
  init(order: Int) {
    self.order = order
    average = Buffer(repeating: 0, count: order * order)
    derived = Buffer(repeating: 0, count: order * order)
    for i in 0..<order { derived[i * (order + 1)] = 1 }
  }

  /// average ← keep·average + share·X·Xᵀ.
  mutating func add(_ rows: MatrixView<Float>, keep: Double, share: Double, on engine: MatrixEngine) {
    guard order > 0 else { return }
    precondition(rows.rows == order, "the memory of the rule belongs to another layout")
    let sum = engine.scratch(6, order * order, Float.self)
    average.elements.withUnsafeMutableBufferPointer { average in
      guard let old = average.baseAddress else { return }
      engine.symmetricProduct(rows, rows.transposed, into: sum, Float(share), plus: Float(keep), times: old)
      old.update(from: sum, count: order * order)
    }
  }

  /// The average in double precision, times `scale`.
  func matrix(_ scale: Double = 1) -> Matrix {
    Matrix(rowCount: order, columnCount: order, elements: average.elements.map { scale * Double($0) })
  }

  /// The derived matrix in double precision; columns of `Matrix` are columns here too.
  var derivedMatrix: Matrix {
    // Row-major numbers read by columns are the transposed matrix.
    Matrix(rowCount: order, columnCount: order, elements: derived.elements.map { Double($0) }).transposed
  }

  mutating func setDerived(_ matrix: Matrix) {
    derived.elements = matrix.transposed.elements.map { Float($0) }
  }

  /// The derived matrix in place; nil where this side is not preconditioned.
  mutating func withDerived<Result>(_ body: (MatrixView<Float>?) -> Result) -> Result {
    let order = order
    return derived.elements.withUnsafeMutableBufferPointer { numbers in
      guard order > 0, let base = numbers.baseAddress else { return body(nil) }
      return body(MatrixView(base, order, order))
    }
  }
}

/// op(P)·X·op(Q) through a place of the engine; sides without a matrix are left out.
func sandwich(
  _ left: MatrixView<Float>?, _ x: MatrixView<Float>, _ right: MatrixView<Float>?, into result: MatrixView<Float>,
  on engine: MatrixEngine
) {
  switch (left, right) {
  case (let left?, let right?):
    let middle = MatrixView(engine.scratch(7, x.count, Float.self), x.rows, x.columns)
    engine.multiply(left, x, into: middle)
    engine.multiply(middle, right, into: result)
  case (let left?, nil): engine.multiply(left, x, into: result)
  case (nil, let right?): engine.multiply(x, right, into: result)
  case (nil, nil):
    for i in 0..<x.rows {
      for j in 0..<x.columns { result.elements[i * result.stride + j] = x[i, j] }
    }
  }
}
