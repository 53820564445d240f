// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Coordinates in blocks of equal size, strongly coupled ones together:
///
///     a block begins with the coordinate left that has the largest |Hᵢᵢ| and takes, again and again, the one left with
///     the largest coupling  Σ over its members j  Hᵢⱼ²/|Hᵢᵢ·Hⱼⱼ|;  where none is coupled, the next one by |Hᵢᵢ|
///
/// Ties go to the first. Cost: entries × log entries.
struct CoupledClusters {
  private(set) var blocks: [[Int]] = []

  /// From the upper triangle of H.
  init(_ matrix: SparseMatrix, size: Int) {
    let n = matrix.columnCount
    let diagonal = matrix.diagonal
    var neighbors = [[(place: Int, weight: Double)]](repeating: [], count: n)
    for j in 0..<n {
      for p in matrix.range(ofColumn: j) where Int(matrix.rows[p]) < j {
        let i = Int(matrix.rows[p])
        let scale = abs(diagonal[i] * diagonal[j])
        let weight = scale > 0 ? matrix.values[p] * matrix.values[p] / scale : 0
        guard weight > 0, weight.isFinite else { continue }
        neighbors[i].append((j, weight))
        neighbors[j].append((i, weight))
      }
    }
    func key(_ i: Int) -> Double { diagonal[i].isFinite ? abs(diagonal[i]) : .infinity }
    let order = (0..<n).sorted { key($0) != key($1) ? key($0) > key($1) : $0 < $1 }
    var isTaken = [Bool](repeating: false, count: n)
    var next = 0
    while next < n {
      var block: [Int] = []
      var coupling: [Int: Double] = [:]
      while block.count < size {
        var best = -1
        // The candidates are the neighbors of one block; the order of a dictionary must not matter.
        for (i, weight) in coupling
        where best < 0 || weight > coupling[best] ?? 0 || weight == coupling[best] && i < best {
          best = i
        }
        if best < 0 {
          while next < n, isTaken[order[next]] { next += 1 }
          if next == n { break }
          best = order[next]
        }
        isTaken[best] = true
        coupling[best] = nil
        block.append(best)
        for neighbor in neighbors[best] where !isTaken[neighbor.place] {
          coupling[neighbor.place, default: 0] += neighbor.weight
        }
      }
      if block.isEmpty { break }
      blocks.append(block.sorted())
    }
  }
}
