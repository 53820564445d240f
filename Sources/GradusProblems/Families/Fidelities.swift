// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A function with one cheap approximation; values alone are those of the function itself.
private struct Approximated: ZerothOrderOracle, FidelityOracle {
  let dimension: Int
  let levels: [FidelityLevel]
  /// The function, and its approximation.
  let full: @Sendable (Vector) -> Double
  let cheap: @Sendable (Vector) -> Double

  private func checked(_ point: Vector) throws -> Vector {
    guard point.count == dimension else { throw DimensionMismatch(expected: dimension, found: point.count) }
    return point
  }

  func immediateValue(at point: Vector) throws -> Double? { full(try checked(point)) }
  func value(at point: Vector) async throws -> Double { full(try checked(point)) }

  /// The function at fidelity 1, its approximation below.
  func value(at point: Vector, fidelity: Double) async throws -> PricedValue {
    let level = levels.first { fidelity <= $0.fidelity } ?? levels[levels.count - 1]
    return PricedValue(
      value: level.fidelity == 1 ? full(try checked(point)) : cheap(try checked(point)), cost: level.cost)
  }
}

private func approximated(
  _ box: Box, optimum: KnownOptimum, full: @escaping @Sendable (Vector) -> Double,
  cheap: @escaping @Sendable (Vector) -> Double
) -> ProblemContent {
  let levels = [FidelityLevel(0.5, cost: 0.1), FidelityLevel(1, cost: 1)]
  let space = SearchSpace.flat(box)
  return ProblemContent(
    forms: [SearchProblem(space, fidelities: levels), BoxConstrained(box)],
    oracle: Approximated(dimension: box.dimension, levels: levels, full: full, cheap: cheap), optimum: optimum,
    traits: [.multimodal, .bounded], region: box)
}

extension SearchSpace {
  /// The parameters of a box with finite sides.
  fileprivate static func flat(_ box: Box) -> SearchSpace {
    do throws(SpaceError) { return try SearchSpace(box) } catch {
      preconditionFailure("the sides of a test problem are finite: \(error)")
    }
  }
}

private func forrester(_ x: Double) -> Double { (6 * x - 2) * (6 * x - 2) * sin(12 * x - 4) }

/// Branin's function; `bend` moves its valleys.
private func branin(_ x: Double, _ y: Double, bend: Double) -> Double {
  let first = y - (5.1 / (4 * Double.pi * Double.pi) - bend) * x * x + 5 / Double.pi * x - 6
  return first * first + 10 * (1 - 1 / (8 * Double.pi)) * cos(x) + 10
}

/// Currin's function, with its sign changed.
private func currin(_ x: Double, _ y: Double) -> Double {
  let factor = y > 0 ? -expm1(-1 / (2 * y)) : 1
  let (square, cube) = (x * x, x * x * x)
  return -factor * (2300 * cube + 1900 * square + 2092 * x + 60) / (100 * cube + 500 * square + 4 * x + 20)
}

/// Park's first function, with its sign changed.
private func park(_ x: Vector) -> Double {
  let inner = (x[1] + x[2] * x[2]) * x[3]
  // ½(√(x₁² + inner) − x₁), which is the formula of the literature without its quotient.
  let first = 0.5 * ((x[0] * x[0] + inner).squareRoot() - x[0])
  return -(first + (x[0] + 3 * x[3]) * exp(1 + sin(x[2])))
}

let fidelityFamilies: [ProblemFamily] = [
  ProblemFamily(
    "forrester", "a wave of growing height; the approximation is half of it and a line",
    reference: "Forrester, Sóbester, Keane 2007"
  ) { _ in
    let x = 0.757248757841856
    return approximated(.cube(0, 1, 1), optimum: KnownOptimum(value: forrester(x), points: [[x]])) {
      forrester($0[0])
    } cheap: {
      0.5 * forrester($0[0]) + 10 * ($0[0] - 0.5) - 5
    }
  },
  ProblemFamily(
    "augmented-branin", "three equal minima in bent valleys; the approximation bends them less",
    reference: "Branin 1972; Wu et al. 2020"
  ) { _ in
    let x = [-Double.pi, 12.275]
    return approximated(
      Box(lower: [-5, 0], upper: [10, 15]),
      optimum: KnownOptimum(value: branin(x[0], x[1], bend: 0), points: [Vector(x)])
    ) {
      branin($0[0], $0[1], bend: 0)
    } cheap: {
      branin($0[0], $0[1], bend: 0.01)
    }
  },
  ProblemFamily(
    "currin", "an exponential; the approximation is its mean at four points around",
    reference: "Currin et al. 1988; Xiong et al. 2013"
  ) { _ in
    // The best point lies on the edge y = 0, where the factor is 1: the least root of the derivative there.
    let x = 0.2166666666666667
    return approximated(.cube(0, 1, 2), optimum: KnownOptimum(value: currin(x, 0), points: [[x, 0]])) {
      currin($0[0], $0[1])
    } cheap: {
      let (x, y) = ($0[0], $0[1])
      return 0.25 * (currin(x + 0.05, y + 0.05) + currin(x + 0.05, max(0, y - 0.05)))
        + 0.25 * (currin(x - 0.05, y + 0.05) + currin(x - 0.05, max(0, y - 0.05)))
    }
  },
  ProblemFamily(
    "park", "grows to a corner of four dimensions; the approximation is bent", reference: "Park 1991; Xiong et al. 2013"
  ) { _ in
    let corner = Vector(repeating: 1, count: 4)
    return approximated(.cube(0, 1, 4), optimum: KnownOptimum(value: park(corner), points: [corner])) {
      park($0)
    } cheap: {
      -((1 + 0.1 * sin($0[0])) * -park($0) - 2 * $0[0] + $0[1] * $0[1] + $0[2] * $0[2] + 0.5)
    }
  },
]
