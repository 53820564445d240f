// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics

/// Values made by `Tests/GoldenTests/Reference/smooth_methods.py`.
struct Golden: Decodable {
  struct Iterates: Decodable {
    var start: Vector
    var asked: [Vector]
  }
  struct Memory: Decodable {
    struct Pair: Decodable {
      var step: Vector
      var change: Vector
    }
    var pairs: [Pair]
    var gradient: Vector
    var directions: [Vector]
  }
  struct Fit: Decodable {
    var times: [Double]
    var values: [Double]
    var start: Vector
    var asked: [Vector]
  }
  var gradientDescent: Iterates
  var lbfgs: Memory
  var levenbergMarquardt: Fit

  static func load() throws -> Golden {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appending(path: "GoldenTests/Golden/smooth-methods.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }
}

/// A function with its gradient and Hessian products, as closures.
struct Smooth: Sendable {
  var value: @Sendable (Vector) -> Double
  var gradient: @Sendable (Vector) -> Vector
  /// ∇²f(x)·d by central differences of the gradient, good to about 1e-9 relative to its size.
  func product(_ x: Vector, _ d: Vector) -> Vector {
    let h = 1e-6 / max(d.norm, 1e-300)
    return (1 / (2 * h)) * (gradient(x + h * d) - gradient(x - h * d))
  }

  func linearize(_ x: Vector) -> Linearization<Vector> { Linearization(value: value(x), gradient: gradient(x)) }

  static let rosenbrock = Smooth(
    value: { x in
      (1..<x.count).reduce(0.0) { sum, i in
        let (a, b) = (x[i] - x[i - 1] * x[i - 1], 1 - x[i - 1])
        return sum + (100 * a * a + b * b)
      }
    },
    gradient: { x in
      var g = Vector.zeros(x.count)
      for i in 1..<x.count {
        let (a, b) = (x[i] - x[i - 1] * x[i - 1], 1 - x[i - 1])
        g[i - 1] += -400 * x[i - 1] * a - 2 * b
        g[i] += 200 * a
      }
      return g
    })

  /// Σ κ^(i/(n−1))·(xᵢ − 1)² + offset.
  static func ellipsoid(condition: Double, offset: Double = 0) -> Smooth {
    @Sendable func weight(_ i: Int, _ n: Int) -> Double { pow(condition, Double(i) / Double(n - 1)) }
    return Smooth(
      value: { x in offset + x.indices.reduce(0.0) { $0 + weight($1, x.count) * (x[$1] - 1) * (x[$1] - 1) } },
      gradient: { x in Vector(x.indices.map { 2 * weight($0, x.count) * (x[$0] - 1) }) })
  }

  /// x − ln x for x > 0 and NaN elsewhere.
  static let wall = Smooth(
    value: { $0[0] > 0 ? $0[0] - log($0[0]) : .nan }, gradient: { [$0[0] > 0 ? 1 - 1 / $0[0] : .nan] })
}

/// Drives a first-order method until it ends or `limit` answers are told; returns its report and the points asked about.
func drive<M: OptimizationMethod>(
  _ method: M, _ start: Vector, _ f: Smooth, limit: Int
) throws -> (report: Report<Vector>, asked: [Vector])
where M.Problem == Unconstrained, M.Question == Linearize<Vector>, M.Point == Vector {
  var state = try method.start(Unconstrained(start: start), random: RandomStream(seed: 1))
  var asked: [Vector] = []
  while asked.count < limit, let question = method.ask(&state) {
    asked.append(question.point)
    method.tell(&state, f.linearize(question.point), to: question)
  }
  return (method.report(state), asked)
}

func isClose(_ a: Vector, _ b: Vector, relative tolerance: Double) -> Bool {
  a.count == b.count && (a - b).norm <= tolerance * max(1, b.norm)
}
