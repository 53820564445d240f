// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GradusNumerics

private func cosine<T: Algebraic>(_ x: T) -> T { x.chained(cos(x.value), -sin(x.value), -cos(x.value)) }

/// 10 n + Σ xᵢ² − 10 cos 2πxᵢ.
private struct Rastrigin: GradientFunction {
  let dimension: Int
  func formula<T: Algebraic>(_ x: [T]) -> T {
    x.reduce(T(10 * Double(dimension))) { $0 + $1.squared - 10 * cosine(2 * Double.pi * $1) }
  }
  func gradient<T: Algebraic>(_ x: [T], _ g: inout [T]) {
    for i in x.indices { g[i] = 2 * x[i] + (20 * Double.pi) * sine(2 * Double.pi * x[i]) }
  }
}

/// 20 + e − 20 exp(−⅕ √(Σxᵢ²/n)) − exp(Σ cos 2πxᵢ / n); not differentiable at its minimum.
private struct Ackley: DifferentiableFunction {
  let dimension: Int

  func evaluate(_ x: [Double]) -> Double {
    let (radius, mean) = parts(x)
    return -20 * expm1(-0.2 * radius) - M_E * expm1(mean - 1)
  }

  func differentiate(_ x: [Double], _ g: inout [Double]) -> Double {
    let (radius, mean) = parts(x)
    let outer = radius == 0 ? 0 : 4 * exp(-0.2 * radius) / (radius * Double(dimension))
    let wave = 2 * Double.pi * exp(mean) / Double(dimension)
    for i in x.indices { g[i] = outer * x[i] + wave * sin(2 * Double.pi * x[i]) }
    return -20 * expm1(-0.2 * radius) - M_E * expm1(mean - 1)
  }

  private func parts(_ x: [Double]) -> (radius: Double, mean: Double) {
    var squares = 0.0
    var waves = 0.0
    for v in x {
      squares += v * v
      waves += cos(2 * Double.pi * v)
    }
    return ((squares / Double(dimension)).squareRoot(), waves / Double(dimension))
  }
}

/// 1 + Σ xᵢ²/4000 − Π cos(xᵢ/√i).
private struct Griewank: GradientFunction {
  let dimension: Int

  private func scaled<T: Algebraic>(_ x: [T], _ i: Int) -> T { x[i] / Double(i + 1).squareRoot() }

  func formula<T: Algebraic>(_ x: [T]) -> T {
    var squares = T(0)
    var product = T(1)
    for i in x.indices {
      squares = squares + x[i].squared
      product = product * cosine(scaled(x, i))
    }
    return 1 + squares / 4000 - product
  }

  func gradient<T: Algebraic>(_ x: [T], _ g: inout [T]) {
    // g first holds the product of the cosines before i, then gets the one of those after i as well: no division.
    var before = T(1)
    for i in x.indices {
      g[i] = before
      before = before * cosine(scaled(x, i))
    }
    var after = T(1)
    for i in x.indices.reversed() {
      let slope = sine(scaled(x, i)) / Double(i + 1).squareRoot()
      g[i] = x[i] / 2000 + g[i] * slope * after
      after = after * cosine(scaled(x, i))
    }
  }
}

/// (x² + y − 11)² + (x + y² − 7)².
private struct Himmelblau: FormulaFunction {
  var dimension: Int { 2 }
  func formula<T: Algebraic>(_ x: [T]) -> T {
    (x[0].squared + x[1] - 11).squared + (x[0] + x[1].squared - 7).squared
  }
}

/// ½ Σ xᵢ⁴ − 16 xᵢ² + 5 xᵢ.
private struct StyblinskiTang: GradientFunction {
  let dimension: Int
  func formula<T: Algebraic>(_ x: [T]) -> T {
    x.reduce(T(0)) { $0 + 0.5 * ($1.squared.squared - 16 * $1.squared + 5 * $1) }
  }
  func gradient<T: Algebraic>(_ x: [T], _ g: inout [T]) {
    for i in x.indices { g[i] = 2 * x[i].cubed - 16 * x[i] + 2.5 }
  }
}

let multimodalFamilies: [ProblemFamily] = [
  ProblemFamily(
    "rastrigin", "a bowl with 10ⁿ regular dents", reference: "Rastrigin 1974", parameters: [.dimension(10)]
  ) { p in
    ProblemContent(
      Rastrigin(dimension: p.n), start: Vector(repeating: 3, count: p.n), region: .cube(-5.12, 5.12, p.n),
      optimum: KnownOptimum(value: 0, points: [.zeros(p.n)]), [.smooth, .multimodal])
  },
  ProblemFamily(
    "ackley", "a flat plain with dents around a funnel", reference: "Ackley 1987", parameters: [.dimension(10)]
  ) { p in
    ProblemContent(
      Ackley(dimension: p.n), start: Vector(repeating: 10, count: p.n), region: .cube(-15, 30, p.n),
      optimum: KnownOptimum(value: 0, points: [.zeros(p.n)]), [.nonSmooth, .multimodal])
  },
  ProblemFamily(
    "griewank", "a bowl with fine ripples", reference: "Griewank 1981", parameters: [.dimension(10)]
  ) { p in
    ProblemContent(
      Griewank(dimension: p.n), start: Vector(repeating: 100, count: p.n), region: .cube(-500, 600, p.n),
      optimum: KnownOptimum(value: 0, points: [.zeros(p.n)]), [.smooth, .multimodal])
  },
  ProblemFamily("himmelblau", "four equal minima", reference: "Himmelblau 1972") { _ in
    ProblemContent(
      Himmelblau(), start: [0, 0], region: .cube(-6, 6, 2),
      optimum: KnownOptimum(
        value: 0,
        points: [
          [3, 2], [-2.8051180869527448, 3.1313125182505730], [-3.7793102533777469, -3.2831859912861694],
          [3.5844283403304917, -1.8481265269644036],
        ]), [.smooth, .multimodal])
  },
  ProblemFamily(
    "styblinski-tang", "two unequal wells a coordinate", reference: "Styblinski, Tang 1990", parameters: [.dimension(5)]
  ) { p in
    ProblemContent(
      StyblinskiTang(dimension: p.n), start: Vector(repeating: -1, count: p.n), region: .cube(-5, 5, p.n),
      optimum: KnownOptimum(
        value: -39.166165703771415 * Double(p.n), points: [Vector(repeating: -2.9035340277711771, count: p.n)]),
      [.smooth, .multimodal])
  },
]
