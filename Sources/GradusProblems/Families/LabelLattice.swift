// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Label propagation on a square lattice: ½ Σ over edges (xᵢ − xⱼ)² + ½ Σ over labelled vertices 4(xᵢ − yᵢ)², y = ±1.
///
/// One vertex in twenty is labelled, the first always. Moves of a block change the gradient on the block and its neighbors.
package struct LabelLattice: SecondOrderOracle {
  package let width: Int
  private var labels: [Double?] = []

  package init(width: Int, seed: UInt64) {
    self.width = width
    var random = RandomStream(seed: seed)
    for _ in 0..<width * width { labels.append(random.uniform() < 0.05 ? (random.uniform() < 0.5 ? -1 : 1) : nil) }
    labels[0] = 1
  }

  private func neighbors(_ i: Int) -> [Int] {
    var result: [Int] = []
    if i >= width { result.append(i - width) }
    if i % width > 0 { result.append(i - 1) }
    if i % width < width - 1 { result.append(i + 1) }
    if i < width * (width - 1) { result.append(i + width) }
    return result
  }

  private func value(_ x: Vector) -> Double {
    var sum = 0.0
    for i in x.indices {
      for j in neighbors(i) where j > i { sum += 0.5 * (x[i] - x[j]) * (x[i] - x[j]) }
      if let y = labels[i] { sum += 2 * (x[i] - y) * (x[i] - y) }
    }
    return sum
  }

  private func slope(_ i: Int, _ x: Vector) -> Double {
    var sum = 0.0
    for j in neighbors(i) { sum += x[i] - x[j] }
    if let y = labels[i] { sum += 4 * (x[i] - y) }
    return sum
  }

  package func linearization(at x: Vector) async throws -> Linearization<Vector> {
    Linearization(value: value(x), gradient: Vector(x.indices.map { slope($0, x) }))
  }

  package func hessianProduct(at point: Vector, along d: Vector) async throws -> Vector {
    Vector(
      d.indices.map { i in
        neighbors(i).reduce(labels[i] == nil ? 0 : 4 * d[i]) { $0 + d[i] - d[$1] }
      })
  }

  package func hessianBlock(at point: Vector, of block: [Int]) async throws -> SparseMatrix {
    var place: [Int: Int] = [:]
    for (k, i) in block.enumerated() { place[i] = k }
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for (k, i) in block.enumerated() {
      let around = neighbors(i)
      triplets.append((k, k, Double(around.count) + (labels[i] == nil ? 0 : 4)))
      for j in around { if let l = place[j], l < k { triplets.append((l, k, -1)) } }
    }
    return SparseMatrix(rowCount: block.count, columnCount: block.count, triplets: triplets)
  }

  /// The block and its neighbors.
  package func blockLinearization(at x: Vector, moving block: [Int]) async throws -> BlockLinearization {
    let places = Set(block.flatMap { [$0] + neighbors($0) }).sorted()
    return BlockLinearization(value: value(x), places: places, entries: Vector(places.map { slope($0, x) }))
  }
}
