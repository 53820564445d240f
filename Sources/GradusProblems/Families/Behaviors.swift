// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An arm of n equal joints in the plane: where its hand is, and how unequal its angles are.
///
///     features   (Σ cos θₖ, Σ sin θₖ)/n,   θₖ = x₁ + … + xₖ;        value   Var(x) − 1
///
/// **Reference** A. Cully, J. Clune, D. Tarapore, J.-B. Mouret, Nature 521 (2015), in the form that is usual for archives.
private struct PlanarArm: BehaviorOracle {
  func behavior(at point: Vector) async throws -> Behavior {
    let n = Double(max(1, point.count))
    let mean = point.elements.reduce(0, +) / n
    let variance = point.elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    var (angle, x, y) = (0.0, 0.0, 0.0)
    for turn in point.elements {
      angle += turn
      x += cos(angle) / n
      y += sin(angle) / n
    }
    return Behavior(value: variance - 1, features: [x, y])
  }
}

let behaviorFamilies: [ProblemFamily] = [
  ProblemFamily(
    "planar-arm", "an arm in the plane that reaches places with angles as equal as possible",
    reference: "Cully, Clune, Tarapore & Mouret 2015", parameters: [.dimension(4)]
  ) { p in
    let region = Box.cube(-.pi, .pi, p.n)
    let problem = (try? SearchSpace(region)).map {
      BehaviorProblem($0, features: .cube(-1, 1, 2))
    }
    return ProblemContent(
      forms: problem.map { [$0] } ?? [], oracle: PlanarArm(), optimum: KnownOptimum(value: nil, points: [.zeros(p.n)]),
      traits: [.bounded], region: region)
  }
]
