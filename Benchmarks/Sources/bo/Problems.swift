// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics

/// A function of the suite: those of the table of results, and others on which the method was made.
struct TestProblem: Sendable {
  let name: String
  let lower: [Double]
  let upper: [Double]
  var constraints = 0
  /// Standard deviation of what is added to each answer.
  var noise = 0.0
  let best: Double
  let function: @Sendable (Vector) -> [Double]

  var dimension: Int { lower.count }

  /// The value, then the constraints.
  func callAsFunction(_ x: Vector) -> [Double] { function(x) }

  init(
    _ name: String, _ lower: [Double], _ upper: [Double], constraints: Int = 0, noise: Double = 0, best: Double,
    _ function: @escaping @Sendable (Vector) -> [Double]
  ) {
    (self.name, self.lower, self.upper) = (name, lower, upper)
    (self.constraints, self.noise, self.best, self.function) = (constraints, noise, best, function)
  }

  /// Equal sides.
  init(
    _ name: String, _ dimension: Int, _ low: Double, _ high: Double, noise: Double = 0, best: Double,
    _ function: @escaping @Sendable (Vector) -> Double
  ) {
    self.init(
      name, [Double](repeating: low, count: dimension), [Double](repeating: high, count: dimension), noise: noise,
      best: best
    ) { [function($0)] }
  }
}

enum Functions {
  static func branin(_ x: Vector) -> Double {
    let (b, c) = (5.1 / (4 * .pi * .pi), 5 / Double.pi)
    let first = x[1] - b * x[0] * x[0] + c * x[0] - 6
    return first * first + 10 * (1 - 1 / (8 * .pi)) * cos(x[0]) + 10
  }

  static func hartmann(_ x: Vector) -> Double {
    let six = x.count == 6
    let a: [[Double]] =
      six
      ? [
        [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14],
      ] : [[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]]
    let p: [[Double]] =
      six
      ? [
        [1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381],
      ] : [[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]]
    var sum = 0.0
    for (k, weight) in [1.0, 1.2, 3.0, 3.2].enumerated() {
      var exponent = 0.0
      for j in x.indices { exponent += a[k][j] * (x[j] - 1e-4 * p[k][j]) * (x[j] - 1e-4 * p[k][j]) }
      sum -= weight * exp(-exponent)
    }
    return sum
  }

  static func ackley(_ x: Vector) -> Double {
    let n = Double(x.count)
    let squares = x.elements.reduce(0) { $0 + $1 * $1 } / n
    let waves = x.elements.reduce(0) { $0 + cos(2 * .pi * $1) } / n
    return -20 * exp(-0.2 * squares.squareRoot()) - exp(waves) + 20 + M_E
  }

  static func levy(_ x: Vector) -> Double {
    let w = x.elements.map { 1 + ($0 - 1) / 4 }
    let n = w.count
    var sum = pow(sin(.pi * w[0]), 2)
    for v in w.dropLast() { sum += (v - 1) * (v - 1) * (1 + 10 * pow(sin(.pi * v + 1), 2)) }
    return sum + (w[n - 1] - 1) * (w[n - 1] - 1) * (1 + pow(sin(2 * .pi * w[n - 1]), 2))
  }

  static func gramacy(_ x: Vector) -> [Double] {
    let wave = 0.5 * sin(2 * .pi * (x[0] * x[0] - 2 * x[1]))
    return [x[0] + x[1], 1.5 - x[0] - 2 * x[1] - wave, x[0] * x[0] + x[1] * x[1] - 1.5]
  }

  static func rosenbrock(_ x: Vector) -> Double {
    (0..<x.count - 1).reduce(0) { $0 + 100 * pow(x[$1 + 1] - x[$1] * x[$1], 2) + pow(1 - x[$1], 2) }
  }

  static func shekel(_ x: Vector) -> Double {
    let weights = [0.1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.3, 0.7, 0.5, 0.5]
    let places: [[Double]] = [
      [4, 4, 4, 4], [1, 1, 1, 1], [8, 8, 8, 8], [6, 6, 6, 6], [3, 7, 3, 7], [2, 9, 2, 9], [5, 5, 3, 3], [8, 1, 8, 1],
      [6, 2, 6, 2], [7, 3.6, 7, 3.6],
    ]
    return zip(weights, places).reduce(0) { sum, peak in
      sum - 1 / (peak.0 + x.indices.reduce(0) { $0 + pow(x[$1] - peak.1[$1], 2) })
    }
  }

  static func goldstein(_ x: Vector) -> Double {
    let (a, b) = (x[0], x[1])
    let first = 19 - 14 * a + 3 * a * a - 14 * b + 6 * a * b + 3 * b * b
    let second = 18 - 32 * a + 12 * a * a + 48 * b - 36 * a * b + 27 * b * b
    return (1 + pow(a + b + 1, 2) * first) * (30 + pow(2 * a - 3 * b, 2) * second)
  }
}

extension TestProblem {
  /// Those of the table, with one objective.
  static let table: [TestProblem] = [
    TestProblem("branin", [-5, 0], [10, 15], best: 0.397887357729738) { [Functions.branin($0)] },
    TestProblem("hartmann6", 6, 0, 1, best: -3.322368011415515) { Functions.hartmann($0) },
    TestProblem("ackley5", 5, -5, 10, best: 0) { Functions.ackley($0) },
    TestProblem("levy8", 8, -5, 10, best: 0) { Functions.levy($0) },
    TestProblem("noisy-hartmann6", 6, 0, 1, noise: 0.2, best: -3.322368011415515) { Functions.hartmann($0) },
    TestProblem("gramacy-c", [0, 0], [1, 1], constraints: 2, best: 0.599788) { Functions.gramacy($0) },
  ]

  /// Others.
  static let others: [TestProblem] = [
    TestProblem("rosenbrock4", 4, -2, 2, best: 0) { Functions.rosenbrock($0) },
    TestProblem("rosenbrock8", 8, -5, 10, best: 0) { Functions.rosenbrock($0) },
    TestProblem("styblinski5", 5, -5, 5, best: -39.16616570377142 * 5) { x in
      x.elements.reduce(0) { $0 + 0.5 * ($1 * $1 * $1 * $1 - 16 * $1 * $1 + 5 * $1) }
    },
    TestProblem("styblinski10", 10, -5, 5, best: -39.16616570377142 * 10) { x in
      x.elements.reduce(0) { $0 + 0.5 * ($1 * $1 * $1 * $1 - 16 * $1 * $1 + 5 * $1) }
    },
    TestProblem("michalewicz5", 5, 0, .pi, best: -4.687658179) { x in
      x.indices.reduce(0) { $0 - sin(x[$1]) * pow(sin(Double($1 + 1) * x[$1] * x[$1] / .pi), 20) }
    },
    TestProblem("griewank6", 6, -40, 60, best: 0) { x in
      let waves = x.indices.reduce(1.0) { $0 * cos(x[$1] / Double($1 + 1).squareRoot()) }
      return x.inner(x) / 4000 - waves + 1
    },
    TestProblem("rastrigin4", 4, -4, 6, best: 0) { x in
      x.elements.reduce(0) { $0 + $1 * $1 - 10 * cos(2 * .pi * $1) + 10 }
    },
    TestProblem("hartmann3", 3, 0, 1, best: -3.8627797869493365) { Functions.hartmann($0) },
    TestProblem("shekel4", 4, 0, 10, best: -10.536409816692) { Functions.shekel($0) },
    TestProblem("dixon-price8", 8, -10, 10, best: 0) { x in
      (1..<x.count).reduce(pow(x[0] - 1, 2)) { $0 + Double($1 + 1) * pow(2 * x[$1] * x[$1] - x[$1 - 1], 2) }
    },
    TestProblem("six-hump2", [-3, -2], [3, 2], best: -1.031628453489877) { x in
      let (a, b) = (x[0] * x[0], x[1] * x[1])
      return [(4 - 2.1 * a + a * a / 3) * a + x[0] * x[1] + (-4 + 4 * b) * b]
    },
    TestProblem("goldstein2", 2, -2, 2, best: 3) { Functions.goldstein($0) },
    TestProblem("zakharov6", 6, -5, 10, best: 0) { x in
      let sum = x.indices.reduce(0) { $0 + 0.5 * Double($1 + 1) * x[$1] }
      return x.inner(x) + sum * sum + pow(sum, 4)
    },
    TestProblem("ellipsoid10", 10, -4, 6, best: 0) { x in
      x.indices.reduce(0) { $0 + pow(100, Double($1) / 9) * pow(x[$1] - 1, 2) }
    },
    TestProblem("noisy-branin", [-5, 0], [10, 15], noise: 3, best: 0.397887357729738) { [Functions.branin($0)] },
    TestProblem("noisy-hartmann3", 3, 0, 1, noise: 0.2, best: -3.8627797869493365) { Functions.hartmann($0) },
    TestProblem("noisy-styblinski4", 4, -5, 5, noise: 5, best: -39.16616570377142 * 4) { x in
      x.elements.reduce(0) { $0 + 0.5 * ($1 * $1 * $1 * $1 - 16 * $1 * $1 + 5 * $1) }
    },
    TestProblem("branin-disk", [-5, 0], [10, 15], constraints: 1, best: 0.397887357729738) { x in
      [Functions.branin(x), pow(x[0] - 2.5, 2) + pow(x[1] - 7.5, 2) - 50]
    },
    // The minimum of Σx on the shell where the product keeps to 1/16 in the cube: four equal coordinates of ½.
    TestProblem("product4", [0, 0, 0, 0], [1, 1, 1, 1], constraints: 1, best: 2) { x in
      [x.elements.reduce(0, +), 0.0625 - x.elements.reduce(1, *)]
    },
  ]
}
