// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

private let source = "Deb, Thiele, Laumanns, Zitzler, Scalable test problems, 2005"

private func objectiveCount(upTo most: Int) -> ProblemParameter {
  ProblemParameter(
    name: "m", defaultValue: 3, lower: 2, upper: Double(most), isInteger: true, help: "number of objectives")
}

/// A problem of m objectives: m − 1 coordinates choose the place on the front, the others the distance from it.
private func dtlz(
  _ name: String, _ summary: String, distance: Int, most: Int = 20, rest: Double,
  places: @escaping @Sendable (Int) -> [[Double]], reference: Double = 1.1,
  volume: @escaping @Sendable (Int) -> Double?, _ f: @escaping @Sendable (Vector, Int) -> [Double]
) -> ProblemFamily {
  ProblemFamily(
    name, summary, reference: source, parameters: [.dimension(distance + 2, from: 2), objectiveCount(upTo: most)]
  ) { p in
    // Fewer coordinates than objectives leave none for the distance: one is added for it.
    let m = Int(p["m"])
    let n = max(p.n, m)
    let front = places(m).map { Vector($0 + [Double](repeating: rest, count: n - m + 1)) }
    var content = objectives(.cube(0, 1, n), front: front) { Outcomes(objectives: f($0, m)) }
    content.optimum.hypervolume = volume(m).map {
      KnownHypervolume(reference: [Double](repeating: reference, count: m), value: $0)
    }
    return content
  }
}

/// A grid of [0, 1]^(m−1), coarser in more dimensions.
@Sendable private func grid(_ m: Int) -> [[Double]] {
  let steps = m == 2 ? 20 : m == 3 ? 6 : m <= 5 ? 2 : 1
  guard m <= 8 else { return [[Double](repeating: 0.5, count: m - 1)] }
  var points: [[Double]] = [[]]
  for _ in 1..<m { points = points.flatMap { p in (0...steps).map { p + [Double($0) / Double(steps)] } } }
  return points
}

/// fₖ = (1 + g)·cos θ₁ ⋯ cos θₘ₋ₖ·sin θₘ₋ₖ₊₁
private func sphere(_ g: Double, _ m: Int, _ angle: (Int) -> Double) -> [Double] {
  (0..<m).map { k in
    var value = 1 + g
    for i in 0..<m - 1 - k { value *= cos(angle(i)) }
    return k == 0 ? value : value * sin(angle(m - 1 - k))
  }
}

private func squares(_ x: Vector, _ m: Int) -> Double {
  x.elements.dropFirst(m - 1).reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) }
}

/// 100(k + Σ (xᵢ − ½)² − cos 20π(xᵢ − ½)): 3ᵏ − 1 local fronts.
private func ripples(_ x: Vector, _ m: Int) -> Double {
  let far = x.elements.dropFirst(m - 1)
  return 100 * far.reduce(Double(far.count)) { $0 + ($1 - 0.5) * ($1 - 0.5) - cos(20 * .pi * ($1 - 0.5)) }
}

/// Volume of the part of the unit ball with positive coordinates, by V(m) = V(m − 2)·2π/m in the whole space.
private func orthant(_ m: Int) -> Double {
  var whole = m % 2 == 0 ? 1.0 : 2.0
  for k in stride(from: m % 2 == 0 ? 2 : 3, through: m, by: 2) { whole *= 2 * .pi / Double(k) }
  return (0..<m).reduce(whole) { part, _ in part / 2 }
}

@Sendable private func sphereVolume(_ m: Int) -> Double? { pow(1.1, Double(m)) - orthant(m) }

/// The arc f₁ = f₂ = cos θ/√2, f₃ = sin θ: ∫₀¹ (1.1 − √((1 − z²)/2))² dz + 0.1·1.1².
@Sendable private func arcVolume(_ m: Int) -> Double? {
  m == 2 ? sphereVolume(2) : 1.21 + 0.121 + 1.0 / 3 - 2.2 * 0.5.squareRoot() * .pi / 4
}

@Sendable private func arc(_ m: Int) -> [[Double]] {
  (0...20).map { k in [Double(k) / 20] + [Double](repeating: 0.5, count: m - 2) }
}

/// Angles of DTLZ5 and 6: all but the first collapse to π/4 on the front.
private func bent(_ x: Vector, _ m: Int, _ g: Double) -> [Double] {
  sphere(g, m) { i in i == 0 ? x[0] * .pi / 2 : .pi / (4 * (1 + g)) * (1 + 2 * g * x[i]) }
}

let dtlzFamilies: [ProblemFamily] = [
  dtlz(
    "dtlz1", "a plane Σf = ½ behind 11ᵏ − 1 local fronts", distance: 5, rest: 0.5, places: grid, reference: 0.6,
    volume: { m in pow(0.6, Double(m)) - (1...m).reduce(1) { $0 * 0.5 / Double($1) } }
  ) { x, m in
    let g = ripples(x, m)
    return (0..<m).map { k in
      var value = 0.5 * (1 + g)
      for i in 0..<m - 1 - k { value *= x[i] }
      return k == 0 ? value : value * (1 - x[m - 1 - k])
    }
  },
  dtlz("dtlz2", "the unit sphere", distance: 10, rest: 0.5, places: grid, volume: sphereVolume) { x, m in
    sphere(squares(x, m), m) { x[$0] * .pi / 2 }
  },
  dtlz(
    "dtlz3", "the unit sphere behind 3ᵏ − 1 local fronts", distance: 10, rest: 0.5, places: grid, volume: sphereVolume
  ) { x, m in
    sphere(ripples(x, m), m) { x[$0] * .pi / 2 }
  },
  dtlz(
    "dtlz4", "the unit sphere, almost all points near its rim", distance: 10, rest: 0.5,
    places: { m in grid(m).map { $0.map { pow($0, 0.01) } } }, volume: sphereVolume
  ) { x, m in
    sphere(squares(x, m), m) { pow(x[$0], 100) * .pi / 2 }
  },
  dtlz("dtlz5", "an arc", distance: 10, most: 3, rest: 0.5, places: arc, volume: arcVolume) { x, m in
    bent(x, m, squares(x, m))
  },
  dtlz("dtlz6", "an arc, hard to come near", distance: 10, most: 3, rest: 0, places: arc, volume: arcVolume) { x, m in
    bent(x, m, x.elements.dropFirst(m - 1).reduce(0) { $0 + pow($1, 0.1) })
  },
  dtlz(
    "dtlz7", "2ᵐ⁻¹ parts that do not hang together", distance: 20, rest: 0,
    // Each coordinate of a front point lies where x(1 + sin 3πx) exceeds all before it.
    places: { m in
      let good = [0, 0.1, 0.2, 0.25, 0.64, 0.7, 0.8, 0.85]
      guard m <= 4 else { return [[Double](repeating: 0, count: m - 1)] }
      return (1..<m).reduce([[]]) { points, _ in points.flatMap { p in good.map { p + [$0] } } }
    }, volume: { _ in nil }
  ) { x, m in
    let far = x.elements.dropFirst(m - 1)
    let g = 1 + 9 * far.reduce(0, +) / Double(far.count)
    var last = Double(m)
    for i in 0..<m - 1 { last -= x[i] / (1 + g) * (1 + sin(3 * .pi * x[i])) }
    return x.elements.prefix(m - 1) + [(1 + g) * last]
  },
]
