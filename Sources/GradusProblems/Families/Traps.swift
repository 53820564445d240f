// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// x² − y² + ½y⁴: minima at (0, ±1), a saddle at the origin; without the last term unbounded below.
private struct Saddle: FormulaFunction {
  let isBounded: Bool
  var dimension: Int { 2 }
  func formula<T: Algebraic>(_ x: [T]) -> T {
    let saddle = x[0].squared - x[1].squared
    return isBounded ? saddle + 0.5 * x[1].squared.squared : saddle
  }
}

/// x³ − 3xy² + (x² + y²)²: three valleys meet at the origin, where gradient and Hessian vanish.
private struct MonkeySaddle: FormulaFunction {
  var dimension: Int { 2 }
  func formula<T: Algebraic>(_ x: [T]) -> T {
    x[0].cubed - 3 * (x[0] * x[1].squared) + (x[0].squared + x[1].squared).squared
  }
}

/// x² + y³ + y⁴: at the origin the Hessian is positive semidefinite, yet −y descends.
private struct CubicSaddle: FormulaFunction {
  var dimension: Int { 2 }
  func formula<T: Algebraic>(_ x: [T]) -> T { x[0].squared + x[1].cubed + x[1].squared.squared }
}

/// Σ ¼xᵢ⁴ − ½xᵢ²: a maximum at the origin, minima at (±1, …, ±1).
private struct Hilltop: GradientFunction {
  let dimension: Int
  func formula<T: Algebraic>(_ x: [T]) -> T {
    x.reduce(T(0)) { $0 + 0.25 * $1.squared.squared - 0.5 * $1.squared }
  }
  func gradient<T: Algebraic>(_ x: [T], _ g: inout [T]) { for i in x.indices { g[i] = x[i].cubed - x[i] } }
}

/// r = (x² − 1, y): the origin is a saddle of ½|r|².
private struct ResidualSaddle: ResidualFunction {
  var dimension: Int { 2 }
  var residualCount: Int { 2 }
  func residuals<T: Algebraic>(_ x: [T]) -> [T] { [x[0].squared - 1, x[1]] }
}

private let offset = ProblemParameter.real("x", 1, -10...10, "where on the ridge to start; 0 is the saddle itself")

let trapFamilies: [ProblemFamily] = [
  ProblemFamily(
    "saddle", "a start from which descent leads straight to a saddle", reference: "by construction",
    parameters: [offset]
  ) { p in
    ProblemContent(
      Saddle(isBounded: true), start: [p["x"], 0], region: .cube(-3, 4, 2),
      optimum: KnownOptimum(value: -0.5, points: [[0, 1], [0, -1]]), [.smooth, .trap])
  },
  ProblemFamily(
    "unbounded-saddle", "a saddle without any minimum", reference: "by construction", parameters: [offset]
  ) { p in
    ProblemContent(
      Saddle(isBounded: false), start: [p["x"], 0], region: .cube(-3, 4, 2),
      optimum: KnownOptimum(value: -.infinity), [.smooth, .trap, .unbounded])
  },
  ProblemFamily(
    "monkey-saddle", "a start at a saddle whose Hessian is zero", reference: "by construction"
  ) { _ in
    let r = 0.75
    let side = r * 3.0.squareRoot() / 2
    return ProblemContent(
      MonkeySaddle(), start: [0, 0], region: .cube(-3, 4, 2),
      optimum: KnownOptimum(value: -27.0 / 256, points: [[-r, 0], [r / 2, side], [r / 2, -side]]),
      [.smooth, .trap, .degenerate])
  },
  ProblemFamily(
    "cubic-saddle", "a start where only third derivatives tell that it is no minimum", reference: "by construction"
  ) { _ in
    ProblemContent(
      CubicSaddle(), start: [0, 0], region: .cube(-3, 4, 2),
      optimum: KnownOptimum(value: -27.0 / 256, points: [[0, -0.75]]), [.smooth, .trap, .degenerate])
  },
  ProblemFamily("hilltop", "a start on a maximum", reference: "by construction", parameters: [.dimension(3)]) { p in
    ProblemContent(
      Hilltop(dimension: p.n), start: .zeros(p.n), region: .cube(-3, 4, p.n),
      optimum: KnownOptimum(
        value: -0.25 * Double(p.n),
        points: [Vector(repeating: 1, count: p.n), Vector((0..<p.n).map { $0 % 2 == 0 ? 1 : -1 })]),
      [.smooth, .trap, .multimodal])
  },
  ProblemFamily(
    "residual-saddle", "residuals whose squared norm starts on the ridge of a saddle (½|r|²)",
    reference: "by construction"
  ) { _ in
    ProblemContent(
      ResidualSaddle(), start: [0, 1], region: .cube(-3, 4, 2),
      optimum: KnownOptimum(value: 0, points: [[1, 0], [-1, 0]]), [.smooth, .trap, .leastSquares])
  },
]
