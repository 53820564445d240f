// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Σ xᵢ² + σ ε. Samples draw ε from the stream in the question; values draw it from the point itself, so that a
/// repeated question has a repeated answer.
private struct NoisySphere: ZerothOrderOracle, StochasticOracle {
  let dimension: Int
  let deviation: Double

  private func noisy(_ point: Vector, _ stream: RandomStream) throws -> Double {
    guard point.count == dimension else { throw DimensionMismatch(expected: dimension, found: point.count) }
    var noise = stream.child("noise")
    return point.inner(point) + deviation * noise.normal()
  }

  func immediateValue(at point: Vector) throws -> Double? {
    var print = Fingerprint()
    print.mix(point.elements)
    return try noisy(point, RandomStream(seed: print.value))
  }

  func value(at point: Vector) async throws -> Double { try immediateValue(at: point) ?? .nan }

  func sample(at point: Vector, stream: RandomStream) async throws -> Observation {
    Observation(value: try noisy(point, stream), variance: deviation * deviation)
  }
}

let noisyFamilies: [ProblemFamily] = [
  ProblemFamily(
    "noisy-sphere", "sum of squares with additive normal noise", reference: "Arnold, Beyer 2002",
    parameters: [.dimension(5), .real("sigma", 0.01, 0...1e6, "standard deviation of the noise")]
  ) { p in
    let start = Vector(repeating: 2, count: p.n)
    return ProblemContent(
      forms: [Unconstrained(start: start), BoxConstrained(.cube(-5, 10, p.n), start: start)],
      oracle: NoisySphere(dimension: p.n, deviation: p["sigma"]),
      optimum: KnownOptimum(value: 0, points: [.zeros(p.n)]), traits: [.noisy], region: .cube(-5, 10, p.n))
  }
]
