// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Individuals with their objectives, in flat buffers.
///
/// How many objectives there are is learned from the first answer that has some. A failed evaluation (an objective that is not
/// finite, another number of objectives, a constraint that is NaN) is kept with NaN objectives and an infinite violation.
struct Population: Sendable, Codable {
  let dimension: Int
  /// Unit coordinates, row by row.
  private(set) var genes: Buffer<Double> = []
  /// nil until the number of objectives is known.
  private(set) var objectives: ObjectiveMatrix?
  /// Σ max(0, gᵢ).
  private(set) var violations: Buffer<Double> = []

  init(dimension: Int) { self.dimension = dimension }

  var count: Int { violations.count }
  var isEmpty: Bool { violations.count == 0 }

  mutating func append(_ row: ArraySlice<Double>, _ outcomes: Outcomes) {
    genes.elements += row
    let f = outcomes.objectives
    var violation = outcomes.constraints.contains(where: \.isNaN) ? .infinity : outcomes.violation
    var isFailed = f.isEmpty || !f.allSatisfy(\.isFinite)
    if objectives == nil, !isFailed {
      objectives = ObjectiveMatrix(
        objectives: f.count, values: [Double](repeating: .nan, count: f.count * count))
    }
    if let m = objectives?.objectives {
      isFailed = isFailed || f.count != m
      objectives?.append(isFailed ? [Double](repeating: .nan, count: m) : f)
    }
    if isFailed { violation = .infinity }
    violations.elements.append(violation)
  }

  /// Takes over individual i of another population.
  mutating func append(_ i: Int, of other: Population) {
    let f = other.objectives?.row(i) ?? []
    append(
      other.genes.elements[i * dimension..<(i + 1) * dimension],
      Outcomes(objectives: f, constraints: [other.violations[i]]))
  }

  /// Replaces individual i by individual j of another population.
  mutating func replace(_ i: Int, by j: Int, of other: Population) {
    guard let row = other.objectives?.row(j), objectives?.objectives == row.count else { return }
    for k in 0..<dimension { genes[i * dimension + k] = other.genes[j * dimension + k] }
    objectives?.replace(i..<i + 1, with: row)
    violations[i] = other.violations[j]
  }

  /// Removes one individual; the last one takes its place.
  mutating func remove(_ i: Int) {
    let last = count - 1
    for k in 0..<dimension { genes[i * dimension + k] = genes[last * dimension + k] }
    genes.elements.removeLast(dimension)
    objectives?.swapRemove(i)
    violations[i] = violations[last]
    violations.elements.removeLast()
  }

  /// The chosen individuals, in this order.
  func select(_ chosen: [Int]) -> Population {
    var result = Population(dimension: dimension)
    result.genes.elements.reserveCapacity(chosen.count * dimension)
    for i in chosen { result.genes.elements += genes.elements[i * dimension..<(i + 1) * dimension] }
    result.objectives = objectives?.rows(chosen)
    result.violations = Buffer(chosen.map { violations[$0] })
    return result
  }

  func isFeasible(_ i: Int) -> Bool { violations[i] == 0 }

  /// Constraint domination: feasible individuals by their fronts, then the others by what they violate, failures last.
  func ranks() -> [Int] {
    guard let objectives else { return [Int](repeating: 0, count: count) }
    if violations.elements.allSatisfy({ $0 == 0 }) {
      return NonDominatedSorting.ranks(of: objectives)
    }
    let feasible = (0..<count).filter { isFeasible($0) }
    var ranks = [Int](repeating: 0, count: count)
    var next = 0
    for (i, rank) in zip(feasible, NonDominatedSorting.ranks(of: objectives.rows(feasible))) {
      ranks[i] = rank
      next = max(next, rank + 1)
    }
    var previous: Double?
    let others = (0..<count).filter { !isFeasible($0) }.sorted {
      (violations[$0], $0) < (violations[$1], $1)
    }
    for i in others {
      if let previous, violations[i] > previous { next += 1 }
      previous = violations[i]
      ranks[i] = next
    }
    return ranks
  }

  /// The crowding distance of each individual within its front.
  func crowding(_ ranks: [Int]) -> [Double] {
    var distances = [Double](repeating: 0, count: count)
    guard let objectives else { return distances }
    for front in Self.fronts(ranks) {
      for (i, d) in zip(front, CrowdingDistance.distances(of: objectives.rows(front))) {
        distances[i] = d
      }
    }
    return distances
  }

  static func fronts(_ ranks: [Int]) -> [[Int]] {
    var fronts = [[Int]](repeating: [], count: (ranks.max() ?? -1) + 1)
    for (i, rank) in ranks.enumerated() { fronts[rank].append(i) }
    return fronts
  }
}
