// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// Aᵀ.
struct TransposedOperator: AdjointOperator {
  let base: any AdjointOperator
  var rowCount: Int { base.columnCount }
  var columnCount: Int { base.rowCount }
  var operationsPerProduct: Int { base.operationsPerProduct }
  func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) { base.multiplyTransposed(x, into: &y) }
  func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) { base.multiply(y, into: &x) }
}

/// −A.
struct NegatedOperator: AdjointOperator {
  let base: any AdjointOperator
  var rowCount: Int { base.rowCount }
  var columnCount: Int { base.columnCount }
  var operationsPerProduct: Int { base.operationsPerProduct + rowCount }

  func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    base.multiply(x, into: &y)
    scale(-1, &y)
  }

  func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) {
    base.multiplyTransposed(y, into: &x)
    scale(-1, &x)
  }
}

/// A + shift·I.
struct ShiftedOperator: AdjointOperator {
  let base: any AdjointOperator
  let shift: Double
  var rowCount: Int { base.rowCount }
  var columnCount: Int { base.columnCount }
  var operationsPerProduct: Int { base.operationsPerProduct + 2 * rowCount }

  func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    base.multiply(x, into: &y)
    axpy(shift, x, &y)
  }

  func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) {
    base.multiplyTransposed(y, into: &x)
    axpy(shift, y, &x)
  }
}

/// A above weight·I.
struct DampedOperator: AdjointOperator {
  let base: any AdjointOperator
  let weight: Double
  var rowCount: Int { base.rowCount + base.columnCount }
  var columnCount: Int { base.columnCount }
  var operationsPerProduct: Int { base.operationsPerProduct + columnCount }

  func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    let m = base.rowCount
    var top = [Double](repeating: 0, count: m)
    var span = top.mutableSpan
    base.multiply(x, into: &span)
    for i in 0..<m { y[i] = top[i] }
    for j in 0..<columnCount { y[m + j] = weight * x[j] }
  }

  func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) {
    let m = base.rowCount
    base.multiplyTransposed(y.extracting(0..<m), into: &x)
    for j in 0..<columnCount { x[j] += weight * y[m + j] }
  }
}
