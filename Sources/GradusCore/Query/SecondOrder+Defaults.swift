// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

extension SecondOrderOracle where Point == Vector {
  /// n products with unit vectors, made symmetric: (H + Hᵀ)/2.
  public func hessianMatrix(at point: Vector) async throws -> Vector {
    var products: [Vector] = []
    for j in point.indices {
      products.append(try await hessianProduct(at: point, along: .unit(j, of: point.count)))
    }
    return HessianParts(point.count, products).matrix
  }

  /// The same where products are immediate, or nil.
  public func immediateHessianMatrix(at point: Vector) throws -> Vector? {
    var products: [Vector] = []
    for j in point.indices {
      guard let product = try immediateHessianProduct(at: point, along: .unit(j, of: point.count)) else { return nil }
      products.append(product)
    }
    return HessianParts(point.count, products).matrix
  }

  /// One product for each coordinate of the block, made symmetric; entries that are zero are not stored.
  public func hessianBlock(at point: Vector, of block: [Int]) async throws -> SparseMatrix {
    var products: [Vector] = []
    for j in block { products.append(try await hessianProduct(at: point, along: .unit(j, of: point.count))) }
    return HessianParts(point.count, products).block(block)
  }

  /// The same where products are immediate, or nil.
  public func immediateHessianBlock(at point: Vector, of block: [Int]) throws -> SparseMatrix? {
    var products: [Vector] = []
    for j in block {
      guard let product = try immediateHessianProduct(at: point, along: .unit(j, of: point.count)) else { return nil }
      products.append(product)
    }
    return HessianParts(point.count, products).block(block)
  }

  /// The whole gradient.
  public func blockLinearization(at point: Vector, moving block: [Int]) async throws -> BlockLinearization {
    BlockLinearization(try await linearization(at: point))
  }

  /// The same where gradients are immediate, or nil.
  public func immediateBlockLinearization(at point: Vector, moving block: [Int]) throws -> BlockLinearization? {
    try immediateLinearization(at: point).map { BlockLinearization($0) }
  }
}

/// Products of a Hessian with unit vectors, put together.
package struct HessianParts {
  private let products: [Vector]

  package init(_ n: Int, _ products: [Vector]) {
    precondition(products.allSatisfy { $0.count == n }, "a Hessian product has as many elements as its point")
    self.products = products
  }

  /// (H + Hᵀ)/2 by columns, where all products are there.
  package var matrix: Vector {
    let n = products.count
    var h = [Double](repeating: 0, count: n * n)
    for j in 0..<n {
      for i in 0...j {
        let mean = 0.5 * (products[j][i] + products[i][j])
        h[i + j * n] = mean
        h[j + i * n] = mean
      }
    }
    return Vector(h)
  }

  /// The upper triangle for the coordinates whose products are there, in this order.
  package func block(_ block: [Int]) -> SparseMatrix {
    var starts: [Int32] = [0]
    var rows: [Int32] = []
    var values: [Double] = []
    for j in block.indices {
      for i in 0...j {
        let mean = 0.5 * (products[j][block[i]] + products[i][block[j]])
        // NaN is kept: it must be seen.
        guard mean != 0 else { continue }
        rows.append(Int32(i))
        values.append(mean)
      }
      starts.append(Int32(rows.count))
    }
    return SparseMatrix(rowCount: block.count, columnCount: block.count, starts: starts, rows: rows, values: values)
  }
}

extension Vector {
  /// The j-th unit vector of Rⁿ.
  package static func unit(_ j: Int, of n: Int) -> Vector {
    var unit = Vector.zeros(n)
    unit[j] = 1
    return unit
  }
}
