// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLinearAlgebra
public import GradusNumerics

/// The Gauss–Newton matrix of a small model as a matrix, for solves without approximation: what fast ones are judged by.
///
///     (G + D)x = v,   G = 1/N Σᵢ JᵢᵀHᵢJᵢ,   D diagonal;  block-diagonal: entries between two blocks are left out
///
/// Cost: a Gauss–Newton product a parameter, then P³/3 operations; P² numbers of memory, so some thousand parameters.
/// **Reference** N. Schraudolph, *Fast curvature matrix-vector products for second-order gradient descent*, Neural Comput.
/// 14 (2002).
public struct DampedGaussNewton: Sendable {
  /// G.
  public let matrix: Matrix
  /// D.
  public let damping: Vector
  private let factors: [(range: [Int], factor: Cholesky)]

  /// Of the mean loss of these observations at `point`. `damping` has a positive number for each parameter.
  public init<Architecture: Network>(
    _ loss: NetworkLoss<Architecture>, at point: Buffer<Float>, of rows: [Int], damping: Vector
  ) throws {
    let count = point.count
    precondition(damping.count == count, "\(damping.count) numbers of damping for \(count) parameters")
    var matrix = Matrix(rowCount: count, columnCount: count)
    var unit = [Float](repeating: 0, count: count)
    for j in 0..<count {
      unit[j] = 1
      let column = try loss.gaussNewtonProduct(at: point, of: rows, along: Buffer(unit)).elements
      unit[j] = 0
      for i in 0..<count { matrix[i, j] = Double(column[i]) }
    }
    // Products are in single precision: the mean of both halves is symmetric.
    for j in 0..<count {
      for i in 0..<j {
        let mean = 0.5 * (matrix[i, j] + matrix[j, i])
        (matrix[i, j], matrix[j, i]) = (mean, mean)
      }
    }
    try self.init(matrix, damping, blocks: [Array(0..<count)])
  }

  private init(_ matrix: Matrix, _ damping: Vector, blocks: [[Int]]) throws {
    self.matrix = matrix
    self.damping = damping
    factors = try blocks.map { block in
      var part = Matrix(rowCount: block.count, columnCount: block.count)
      for (j, column) in block.enumerated() {
        for (i, row) in block.enumerated() { part[i, j] = matrix[row, column] }
        part[j, j] += damping[column]
      }
      return (block, try Cholesky(part))
    }
  }

  /// Without the entries between two blocks; each parameter is in one block.
  public func blockDiagonal(_ blocks: [[Int]]) throws -> DampedGaussNewton {
    precondition(
      blocks.flatMap { $0 }.sorted() == Array(0..<damping.count), "each parameter is in exactly one block")
    return try DampedGaussNewton(matrix, damping, blocks: blocks)
  }

  /// x. Cost: the sum over blocks of 2n² operations.
  public func solve(_ v: Vector) -> Vector {
    var x = Vector.zeros(v.count)
    for (range, factor) in factors {
      for (i, value) in zip(range, factor.solve(Vector(range.map { v[$0] })).elements) { x[i] = value }
    }
    return x
  }
}
