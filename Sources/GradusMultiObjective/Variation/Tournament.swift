// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Binary tournaments: of two random individuals the one of the better front, then the one with more room, then the first.
struct Tournament {
  let ranks: [Int]
  let room: [Double]

  func pick(_ random: inout RandomStream) -> Int {
    let (a, b) = (random.integer(below: ranks.count), random.integer(below: ranks.count))
    if ranks[a] != ranks[b] { return ranks[a] < ranks[b] ? a : b }
    return room[b] > room[a] ? b : a
  }
}

extension Evolution {
  /// Lays children of parents chosen by tournaments; all further individuals are drawn evenly.
  mutating func breed(_ count: Int, _ policy: VariationPolicy, _ tournament: Tournament) {
    let variation = Variation(policy: policy, box: box)
    let (genes, n) = (population.genes, box.dimension)
    genes.elements.withUnsafeBufferPointer { rows in
      lay(count) { random, child in
        guard let base = rows.baseAddress else { return }
        let (a, b) = (tournament.pick(&random), tournament.pick(&random))
        variation.make(child, base + a * n, base + b * n, &random) { random in
          base + random.integer(below: rows.count / n) * n
        }
      }
    }
  }
}
