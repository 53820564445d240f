// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// fᵢ(x) = ½ Σⱼ (1 + i)(xⱼ − i + 1)² of three clients: the mean is least at xⱼ = ⅓.
private struct ClientParabolas: FederatedOracle {
  func value(at point: Vector, of client: Int) async throws -> Double {
    let (weight, place) = (Double(1 + client), Double(client) - 1)
    return point.elements.reduce(0) { $0 + 0.5 * weight * ($1 - place) * ($1 - place) }
  }
}

let clientFamilies: [ProblemFamily] = [
  ProblemFamily(
    "client-parabolas", "three clients whose parabolas have different minima", reference: "by construction",
    parameters: [.dimension(3)]
  ) { p in
    ProblemContent(
      forms: [
        FederatedProblem(.cube(-5, 5, p.n), clients: 3, start: Vector(repeating: 3, count: p.n))
      ],
      oracle: ClientParabolas(),
      optimum: KnownOptimum(value: nil, points: [Vector(repeating: 1.0 / 3, count: p.n)]), traits: [.bounded],
      region: .cube(-5, 5, p.n))
  }
]
