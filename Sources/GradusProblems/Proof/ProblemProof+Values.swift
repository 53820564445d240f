// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension ProblemProof {
  /// The value at the optimum, better than random points, immediate equals awaited, convex on chords.
  mutating func checkValues(_ oracle: any ZerothOrderOracle<Vector>) async throws {
    guard let best = problem.optimum.value else { return }
    for point in problem.optimum.points {
      let value = try await oracle.value(at: point)
      expect(
        abs(value - best) <= 1e-12 * max(1, abs(best)) + noise, "f at the stated optimum is the stated value",
        "f = \(value), stated \(best)")
    }
    for _ in 0..<50 * points {
      let x = sample()
      let value = try await oracle.value(at: x)
      expect(
        value >= best - 1e-12 * max(1, abs(best)) - noise, "no random point is better than the optimum",
        "f = \(value) at \(x.elements), stated \(best)")
    }
    if best == -.infinity { try await checkUnbounded(oracle) }
    for _ in 0..<points {
      let x = sample()
      let awaited = try await oracle.value(at: x)
      let now = try oracle.immediateValue(at: x)
      expect(now == awaited, "immediate and awaited values agree", "\(String(describing: now)) and \(awaited)")
      if problem.isConvex {
        let y = sample()
        let ends = 0.5 * (awaited + (try await oracle.value(at: y)))
        let middle = try await oracle.value(at: 0.5 * (x + y))
        expect(
          middle <= ends + 1e-9 * max(1, abs(ends)), "the function is convex",
          "between \(x.elements) and \(y.elements): middle \(middle), mean of the ends \(ends)")
      }
    }
  }

  /// Somewhere along some axis the function falls without end.
  private mutating func checkUnbounded(_ oracle: any ZerothOrderOracle<Vector>) async throws {
    var lowest = 0.0
    for i in 0..<problem.dimension {
      for side in [-1e8, 1e8] {
        var x = Vector.zeros(problem.dimension)
        x[i] = side
        lowest = min(lowest, try await oracle.value(at: x))
      }
    }
    expect(lowest < -1e12, "the function is unbounded below", "the lowest value met is \(lowest)")
  }

  /// The same stream gives the same sample; the mean of many is the value, within five standard errors.
  mutating func checkNoise(_ oracle: any StochasticOracle<Vector>) async throws {
    guard let optimum = problem.optimum.points.first, let best = problem.optimum.value else { return }
    let stream = random.child("samples")
    let first = try await oracle.sample(at: optimum, stream: stream)
    let again = try await oracle.sample(at: optimum, stream: stream)
    expect(first == again, "a repeated question has a repeated answer", "\(first.value) and \(again.value)")
    let count = 2000
    var total = 0.0
    for i in 0..<count { total += try await oracle.sample(at: optimum, stream: random.child("sample", i)).value }
    let error = abs(total / Double(count) - best)
    let allowed = 5 * (first.variance ?? 1).squareRoot() / Double(count).squareRoot()
    expect(error <= allowed, "samples average to the value", "off by \(error), five standard errors are \(allowed)")
  }

  /// Every order is complete, the optimum comes first, and the order does not depend on the order of asking.
  mutating func checkRanking(_ oracle: any PreferenceOracle<Vector>) async throws {
    guard let optimum = problem.optimum.points.first else { return }
    for _ in 0..<points {
      var rivals: [Vector] = []
      for _ in 0..<5 { rivals.append(sample()) }
      let order = try await oracle.ranking(of: [optimum] + rivals)
      expect(order.sorted() == Array(0...5), "a ranking names every point once", "\(order)")
      expect(order.first == 0, "the stated optimum comes first", "\(order)")
      let forward = try await oracle.ranking(of: rivals).map { rivals[$0] }
      let backward = try await oracle.ranking(of: rivals.reversed()).map { rivals[4 - $0] }
      expect(forward == backward, "the order of points does not depend on the order of asking", "\(forward)")
    }
  }

  /// Stated front points are feasible, do not dominate each other, and no random point dominates one.
  mutating func checkFront(_ oracle: any VectorOracle<Vector>) async throws {
    let front = problem.optimum.front
    expect(!front.isEmpty, "a front is stated", "it is empty")
    for point in front {
      let outcomes = try await oracle.outcomes(at: point.point)
      expect(outcomes == point.outcomes, "outcomes on the front are as stated", "\(outcomes)")
      expect(outcomes.violation <= 1e-12, "the front is feasible", "\(outcomes.constraints) at \(point.point.elements)")
      for other in front {
        expect(!other.outcomes.dominates(outcomes), "front points do not dominate each other", "\(outcomes)")
      }
    }
    for _ in 0..<50 * points {
      let x = sample()
      let outcomes = try await oracle.outcomes(at: x)
      guard outcomes.violation == 0 else { continue }
      for point in front {
        // Rounding on the front itself is not dominance.
        let margin = Outcomes(objectives: outcomes.objectives.map { $0 + 1e-9 * max(1, abs($0)) })
        expect(
          !margin.dominates(point.outcomes), "no random point dominates the front",
          "\(outcomes.objectives) at \(x.elements)")
      }
    }
  }
}
