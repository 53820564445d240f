// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// All objectives and constraints by one formula.
private struct Objectives: VectorOracle {
  let dimension: Int
  let tell: @Sendable (Vector) -> Outcomes

  func outcomes(at point: Vector) async throws -> Outcomes {
    guard point.count == dimension else { throw DimensionMismatch(expected: dimension, found: point.count) }
    return tell(point)
  }
}

private func objectives(_ box: Box, front: [Vector], _ tell: @escaping @Sendable (Vector) -> Outcomes) -> ProblemContent
{
  var optimum = KnownOptimum(value: nil)
  optimum.front = front.map { FrontPoint(point: $0, outcomes: tell($0)) }
  return ProblemContent(
    forms: [BoxConstrained(box)], oracle: Objectives(dimension: box.dimension, tell: tell), optimum: optimum,
    traits: [.severalObjectives], region: box)
}

let objectiveFamilies: [ProblemFamily] = [
  ProblemFamily("schaffer", "x² and (x − 2)²; front 0 ≤ x ≤ 2", reference: "Schaffer 1985") { _ in
    objectives(.cube(-10, 10, 1), front: (0...20).map { [0.1 * Double($0)] }) { x in
      Outcomes(objectives: [x[0] * x[0], (x[0] - 2) * (x[0] - 2)])
    }
  },
  ProblemFamily(
    "zdt1", "x₁ and g(1 − √(x₁/g)); front x₂ = … = xₙ = 0", reference: "Zitzler, Deb, Thiele 2000",
    parameters: [.dimension(30, from: 2)]
  ) { p in
    let n = p.n
    let front = (0...20).map { k in Vector([0.05 * Double(k)] + [Double](repeating: 0, count: n - 1)) }
    return objectives(.cube(0, 1, n), front: front) { x in
      let g = 1 + 9 * x.elements.dropFirst().reduce(0, +) / Double(n - 1)
      return Outcomes(objectives: [x[0], g * (1 - (x[0] / g).squareRoot())])
    }
  },
  ProblemFamily(
    "binh-korn", "two quadratics under two circles", reference: "Binh, Korn 1997"
  ) { _ in
    let diagonal = (0...12).map { Vector(repeating: 0.25 * Double($0), count: 2) }
    let edge = (1...8).map { Vector([3 + 0.25 * Double($0), 3]) }
    return objectives(Box(lower: [0, 0], upper: [5, 3]), front: diagonal + edge) { p in
      let (x, y) = (p[0], p[1])
      return Outcomes(
        objectives: [4 * x * x + 4 * y * y, (x - 5) * (x - 5) + (y - 5) * (y - 5)],
        constraints: [(x - 5) * (x - 5) + y * y - 25, 7.7 - (x - 8) * (x - 8) - (y + 3) * (y + 3)])
    }
  },
]
