// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics

/// A function of a vector as an oracle that can be awaited and asked at once.
struct Function: ZerothOrderOracle {
  let f: @Sendable (Vector) -> Double
  func value(at point: Vector) async throws -> Double { f(point) }
  func immediateValue(at point: Vector) throws -> Double? { f(point) }

  static let rosenbrock = Function { x in
    (1..<x.count).reduce(0.0) { sum, i in
      let (a, b) = (x[i] - x[i - 1] * x[i - 1], 1 - x[i - 1])
      return sum + (100 * a * a + b * b)
    }
  }

  /// Σ 10^(6i/(n−1))·(xᵢ − 1)².
  static let ellipsoid = Function { x in
    x.indices.reduce(0.0) { $0 + pow(1e6, Double($1) / Double(x.count - 1)) * (x[$1] - 1) * (x[$1] - 1) }
  }

  static let rastrigin = Function { x in
    x.elements.reduce(0.0) { $0 + (10 + ($1 - 1) * ($1 - 1) - 10 * cos(2 * .pi * ($1 - 1))) }
  }
}

extension Box {
  static func cube(_ lower: Double, _ upper: Double, _ n: Int) -> Box {
    Box(lower: Vector(repeating: lower, count: n), upper: Vector(repeating: upper, count: n))
  }
}

func goldenFile(_ name: String) -> URL {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "GoldenTests/Golden/\(name)")
}

/// Drives a method by hand; returns its report and the points asked about.
func drive<M: OptimizationMethod>(
  _ method: M, _ problem: BoxConstrained, seed: UInt64 = 1, limit: Int, until target: Double? = nil,
  _ f: (Vector) -> Double
) throws -> (report: Report<Vector>, asked: [Vector])
where M.Problem == BoxConstrained, M.Question == Evaluate<Vector>, M.Point == Vector {
  var state = try method.start(problem, random: RandomStream(seed: seed))
  var asked: [Vector] = []
  while asked.count < limit, let question = method.ask(&state) {
    asked.append(question.point)
    let value = f(question.point)
    method.tell(&state, value, to: question)
    if let target, value <= target { break }
  }
  return (method.report(state), asked)
}
