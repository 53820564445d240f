// SPDX-License-Identifier: Apache-2.0

/// A basis of the vectors over some columns that are orthogonal to given gradients: Gram–Schmidt, then completion.
struct TangentBasis {
  private let columns: [Int]
  private var normals: [[Double]] = []

  init(columns: [Int]) { self.columns = columns }

  /// Removes the direction of a gradient (over all variables). One that depends on those before changes nothing.
  mutating func remove(_ gradient: [Double]) {
    var v = columns.map { gradient[$0] }
    let size = Self.norm(v)
    guard size > 0, size.isFinite else { return }
    for k in v.indices { v[k] /= size }
    if let unit = Self.orthogonalized(v, to: normals, above: 1e-8) { normals.append(unit) }
  }

  /// Unit vectors over all variables that span what is left.
  func directions(dimension: Int) -> [[Double]] {
    var basis: [[Double]] = []
    let wanted = columns.count - normals.count
    for k in columns.indices where basis.count < wanted {
      var unit = [Double](repeating: 0, count: columns.count)
      unit[k] = 1
      // Any threshold below 1/√n finds a complete basis; a larger one gives a better conditioned one.
      if let v = Self.orthogonalized(unit, to: normals + basis, above: 0.5 / Double(columns.count).squareRoot()) {
        basis.append(v)
      }
    }
    return basis.map { v in
      var d = [Double](repeating: 0, count: dimension)
      for (k, j) in columns.enumerated() { d[j] = v[k] }
      return d
    }
  }

  private static func orthogonalized(_ v: [Double], to basis: [[Double]], above limit: Double) -> [Double]? {
    var v = v
    // Twice is enough (Kahan, Parlett).
    for _ in 0..<2 {
      for b in basis {
        var inner = 0.0
        for k in v.indices { inner += b[k] * v[k] }
        for k in v.indices { v[k] -= inner * b[k] }
      }
    }
    let size = norm(v)
    guard size > limit else { return nil }
    return v.map { $0 / size }
  }

  private static func norm(_ v: [Double]) -> Double { v.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
