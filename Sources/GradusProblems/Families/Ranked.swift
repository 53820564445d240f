// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Orders points by an ellipsoid that it does not tell.
private struct RankedEllipsoid: PreferenceOracle {
  let hidden: Ellipsoid

  func ranking(of points: [Vector]) async throws -> [Int] {
    let values = try points.map { point -> Double in
      try hidden.check(point)
      return hidden.evaluate(point.elements)
    }
    // Ties and numbers that cannot be compared keep the order in which they were asked.
    func key(_ i: Int) -> Double { values[i].isNaN ? .infinity : values[i] }
    return points.indices.sorted { key($0) != key($1) ? key($0) < key($1) : $0 < $1 }
  }
}

let rankFamilies: [ProblemFamily] = [
  ProblemFamily(
    "ranked-ellipsoid", "an ellipsoid of which only the order of points is told", reference: "by construction",
    parameters: [.dimension(5)]
  ) { p in
    ProblemContent(
      forms: [BoxConstrained(.cube(-5, 10, p.n), start: Vector(repeating: 2, count: p.n))],
      oracle: RankedEllipsoid(hidden: Ellipsoid(dimension: p.n, condition: 100)),
      optimum: KnownOptimum(value: nil, points: [.zeros(p.n)]), traits: [.rankOnly], region: .cube(-5, 10, p.n))
  }
]
