// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The throughput of a database whose best knobs depend on its load:
///
///     T(u) = Πⱼ (0.5 + 0.5·exp(−((uⱼ − cⱼ)/0.35)²)) · Πₖ (0.5 + 0.5·(1 − e^{−rₖuₖ})/(1 − e^{−rₖ})) · interactions
///
/// Four knobs have a peak at cⱼ, eight saturate at the rate rₖ; memory that two of these share, and workers that two of the others
/// share, slow everything down beyond what there is. c, r and both limits are smooth functions of six features of the load.
struct SimulatedDatabase: Sendable {
  static let knobs = 12
  static let features = 6
  static let box = Box(lower: Vector.zeros(knobs), upper: Vector(repeating: 1, count: knobs))
  /// The default knobs.
  static let usual = Vector(repeating: 0.2, count: knobs)

  /// Features, between 0 and 1.
  let load: Vector
  private let centers: [Double]
  private let rates: [Double]
  private let limits: (memory: Double, workers: Double)
  /// T at the best knobs.
  private(set) var best = 1.0

  init(_ random: inout RandomStream) {
    let load = Vector((0..<Self.features).map { _ in random.uniform() })
    self.load = load
    // The same database for every load: what a knob depends on is fixed.
    var structure = RandomStream(seed: 31).child("database")
    func dependence() -> Double {
      let (first, second) = (structure.integer(below: Self.features), structure.integer(below: Self.features))
      let (a, b, c) = (structure.uniform(-3, 3), structure.uniform(-3, 3), structure.uniform(-4, 4))
      let (x, y) = (load[first] - 0.5, load[second] - 0.5)
      return 1 / (1 + exp(-(a * x + b * y + c * x * y + structure.uniform(-0.5, 0.5))))
    }
    centers = (0..<4).map { _ in 0.05 + 0.9 * dependence() }
    rates = (0..<8).map { _ in 1 + 8 * dependence() }
    limits = (0.7 + 0.8 * dependence(), 0.7 + 0.8 * dependence())
    best = peak()
  }

  func throughput(_ u: Vector) -> Double {
    var value = 1.0
    for (j, center) in centers.enumerated() {
      let step = (u[j] - center) / 0.35
      value *= 0.5 + 0.5 * exp(-step * step)
    }
    for (k, rate) in rates.enumerated() {
      value *= 0.5 + 0.5 * expm1(-rate * u[4 + k]) / expm1(-rate)
    }
    let (memory, workers) = (u[4] + u[5] - limits.memory, u[0] + u[1] - limits.workers)
    return value / (1 + 8 * max(0, memory) * max(0, memory)) / (1 + 8 * max(0, workers) * max(0, workers))
  }

  /// The largest value of coordinate searches from several places.
  private func peak() -> Double {
    var best = 0.0
    for start in [0.2, 0.5, 0.8] {
      var (x, value, width) = (Vector(centers + [Double](repeating: start, count: 8)), 0.0, 0.25)
      value = throughput(x)
      while width > 1e-4 {
        let before = value
        for j in x.indices {
          for side in [-width, width] {
            var other = x
            other[j] = min(max(x[j] + side, 0), 1)
            let there = throughput(other)
            if there > value { (x, value) = (other, there) }
          }
        }
        if value <= before * (1 + 1e-9) { width /= 2 }
      }
      best = max(best, value)
    }
    return best
  }
}
