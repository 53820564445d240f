// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// r = (x₁ + 10x₂, √5 (x₃ − x₄), (x₂ − 2x₃)², √10 (x₁ − x₄)²); the Jacobian is singular at the solution.
private struct PowellSingular: ResidualFunction {
  var dimension: Int { 4 }
  var residualCount: Int { 4 }
  func residuals<T: Algebraic>(_ x: [T]) -> [T] {
    [
      x[0] + 10 * x[1], 5.0.squareRoot() * (x[2] - x[3]), (x[1] - 2 * x[2]).squared,
      10.0.squareRoot() * (x[0] - x[3]).squared,
    ]
  }
}

/// r = (10 (x₂ − x₁²), 1 − x₁).
private struct RosenbrockResiduals: ResidualFunction {
  var dimension: Int { 2 }
  var residualCount: Int { 2 }
  func residuals<T: Algebraic>(_ x: [T]) -> [T] { [10 * (x[1] - x[0].squared), 1 - x[0]] }
}

/// rᵢ = a exp(−b tᵢ) + c − yᵢ with yᵢ = 5 exp(−0.7 tᵢ) + 0.5, tᵢ = 0, 0.25, …, 5: an exact fit exists.
private struct ExponentialFit: ResidualFunction {
  var dimension: Int { 3 }
  var residualCount: Int { 21 }
  func residuals<T: Algebraic>(_ x: [T]) -> [T] {
    (0..<residualCount).map { i in
      let t = 0.25 * Double(i)
      return x[0] * exponential((-t) * x[1]) + x[2] - (5 * exponential(-0.7 * t) + 0.5)
    }
  }
}

/// rᵢ = yᵢ − (x₁ + x₂ exp(−tᵢx₄) + x₃ exp(−tᵢx₅)), tᵢ = 10 (i − 1), 33 measurements.
private struct Osborne: ResidualFunction {
  static let measured = [
    0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603,
    0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411,
    0.406,
  ]
  var dimension: Int { 5 }
  var residualCount: Int { Self.measured.count }
  func residuals<T: Algebraic>(_ x: [T]) -> [T] {
    Self.measured.indices.map { i in
      let t = -10 * Double(i)
      return Self.measured[i] - (x[0] + x[1] * exponential(t * x[3]) + x[2] * exponential(t * x[4]))
    }
  }
}

/// rᵢ = V cᵢ/(K + cᵢ) − vᵢ: reaction velocity against concentration, 12 measurements of the puromycin experiment.
private struct MichaelisMenten: ResidualFunction {
  static let concentrations = [0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10]
  static let velocities = [76.0, 47, 97, 107, 123, 139, 159, 152, 191, 201, 207, 200]
  var dimension: Int { 2 }
  var residualCount: Int { Self.velocities.count }
  func residuals<T: Algebraic>(_ x: [T]) -> [T] {
    Self.velocities.indices.map { i in
      Self.concentrations[i] * x[0] / (x[1] + Self.concentrations[i]) - Self.velocities[i]
    }
  }
}

/// rᵢ = yᵢ − x₁(uᵢ² + uᵢx₂)/(uᵢ² + uᵢx₃ + x₄), 11 measurements.
private struct KowalikOsborne: ResidualFunction {
  static let y = [0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246]
  static let u = [4.0, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625]
  var dimension: Int { 4 }
  var residualCount: Int { Self.y.count }
  func residuals<T: Algebraic>(_ x: [T]) -> [T] {
    Self.y.indices.map { i in
      let u = Self.u[i]
      return Self.y[i] - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3])
    }
  }
}

let leastSquaresFamilies: [ProblemFamily] = [
  ProblemFamily(
    "powell-singular", "sum of squares with a singular Jacobian at its solution (½|r|²)",
    reference: "Moré, Garbow, Hillstrom 1981, no. 13"
  ) { _ in
    ProblemContent(
      PowellSingular(), start: [3, -1, 0, 1], region: .cube(-5, 10, 4),
      optimum: KnownOptimum(value: 0, points: [.zeros(4)]), [.smooth, .leastSquares, .degenerate])
  },
  ProblemFamily(
    "rosenbrock-residuals", "the curved valley as two residuals (½|r|²)",
    reference: "Moré, Garbow, Hillstrom 1981, no. 1"
  ) { _ in
    ProblemContent(
      RosenbrockResiduals(), start: [-1.2, 1], region: .cube(-5, 10, 2),
      optimum: KnownOptimum(value: 0, points: [[1, 1]]), [.smooth, .leastSquares])
  },
  ProblemFamily("exponential-fit", "one decay fitted exactly (½|r|²)", reference: "by construction") { _ in
    ProblemContent(
      ExponentialFit(), start: [1, 0, 0], region: Box(lower: [-10, -1, -10], upper: [20, 5, 10]),
      optimum: KnownOptimum(value: 0, points: [[5, 0.7, 0.5]]), [.smooth, .leastSquares])
  },
  ProblemFamily(
    "osborne-1", "two decays fitted to 33 measurements (½|r|²)", reference: "Moré, Garbow, Hillstrom 1981, no. 17"
  ) { _ in
    ProblemContent(
      Osborne(), start: [0.5, 1.5, -1, 0.01, 0.02],
      region: Box(lower: [-1, 0, -5, 0, 0], upper: [2, 5, 1, 0.1, 0.1]),
      optimum: KnownOptimum(
        value: 0.00002732447348741453,
        points: [
          [0.37541005210695204, 1.9358469127123674, -1.4646871366134231, 0.012867534640057289, 0.022122699661672611]
        ]
      ), [.smooth, .leastSquares])
  },
  ProblemFamily(
    "michaelis-menten", "reaction velocities fitted to 12 measurements (½|r|²)", reference: "Bates, Watts 1988"
  ) { _ in
    ProblemContent(
      MichaelisMenten(), start: [205, 0.08], region: Box(lower: [100, 0.01], upper: [500, 1]),
      optimum: KnownOptimum(value: 597.72440721967964, points: [[212.68374314253607, 0.064121281681567072]]),
      [.smooth, .leastSquares])
  },
  ProblemFamily(
    "kowalik-osborne", "a rational model fitted to 11 measurements (½|r|²)",
    reference: "Moré, Garbow, Hillstrom 1981, no. 15"
  ) { _ in
    ProblemContent(
      KowalikOsborne(), start: [0.25, 0.39, 0.415, 0.39], region: .cube(0.01, 1, 4),
      optimum: KnownOptimum(
        value: 0.0001537528019246187,
        points: [[0.19280693457903785, 0.19128232873436696, 0.12305650692632065, 0.13606233068379484]]),
      [.smooth, .leastSquares])
  },
]
