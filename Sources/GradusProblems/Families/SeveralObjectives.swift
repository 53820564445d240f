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

func objectives(_ box: Box, front: [Vector], _ tell: @escaping @Sendable (Vector) -> Outcomes) -> ProblemContent {
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
