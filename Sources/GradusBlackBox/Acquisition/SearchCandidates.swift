// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Where a search for the next question begins: a Sobol set, and the best points known moved a little.
struct SearchCandidates {
  let inputs: SpaceInputs
  /// Inputs of good points, best first.
  var incumbents: [Vector]
  /// Sobol points.
  let sweep: Int
  /// The chance that a coordinate is drawn anew instead of moved.
  let redrawn: Double
  /// The part of the unit cube that is looked at, for numbers; nil: all of it.
  var region: Box?

  func draw(_ random: inout RandomStream) -> [Vector] {
    let d = inputs.dimension
    var sobol = d > 0 && d <= SobolDirections.mostDimensions ? SobolSequence(dimension: d, shift: &random) : nil
    var found = (0..<sweep).map { _ in
      let u = sobol?.next()
      return Vector((0..<d).map { placed($0, u?[$0] ?? random.uniform()) })
    }
    for (rank, incumbent) in incumbents.enumerated() {
      for k in 0..<(rank == 0 ? 48 : 16) {
        // Small and large moves, of all coordinates and of a few.
        let share = k % 3 == 0 ? 1 : min(1, 3 / Double(max(1, d)))
        found.append(moved(incumbent, width: 0.3 * Double.power(0.5, k % 8), share, &random))
      }
    }
    return found
  }

  private func moved(_ x: Vector, width: Double, _ share: Double, _ random: inout RandomStream) -> Vector {
    var x = x
    for j in x.indices where random.uniform() < share {
      let isNew = inputs.metric.isCategory[j] || redrawn > 0 && random.uniform() < redrawn
      x[j] =
        isNew
        ? placed(j, random.uniform())
        : min(max(x[j] + width * random.normal(), region?.lower[j] ?? 0), region?.upper[j] ?? 1)
    }
    return x
  }

  /// A share of a side of the region.
  private func placed(_ j: Int, _ u: Double) -> Double {
    guard let region, !inputs.metric.isCategory[j] else { return u }
    return region.lower[j] + u * (region.upper[j] - region.lower[j])
  }
}

extension Double {
  /// base^k for whole k ≥ 0, without a library.
  static func power(_ base: Double, _ k: Int) -> Double { (0..<k).reduce(1) { product, _ in product * base } }
}
