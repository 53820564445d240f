// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// How parents make a child.
public enum VariationPolicy: String, Sendable, Codable, CaseIterable {
  /// One of the two below, each with the same chance a child, the differential one with few or with most coordinates.
  case mixed
  /// Simulated binary crossover, then polynomial mutation: the operators of the classical methods.
  case simulatedBinary
  /// Differential variation, then polynomial mutation.
  case differential
}

/// All operators with their constants; a policy says which of them makes a child.
struct Variation {
  var policy: VariationPolicy
  var crossover = SimulatedBinaryCrossover()
  var mutation = PolynomialMutation()
  let box: SearchBox

  /// A child of parents `a` and `b`, written to `child`; `other` draws further individuals.
  func make(
    _ child: UnsafeMutablePointer<Double>, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ random: inout RandomStream, other: (inout RandomStream) -> UnsafePointer<Double>
  ) {
    let kind =
      policy == .mixed
      ? random.integer(below: 3) : policy == .differential ? 1 + random.integer(below: 2) : 0
    if kind == 0 {
      crossover.apply(child, a, b, box, isBounded: policy == .simulatedBinary, &random)
    } else {
      let share = kind == 1 ? DifferentialVariation.few : DifferentialVariation.most
      let (p, q) = (other(&random), other(&random))
      DifferentialVariation(share: share).apply(child, a, b, p, q, box, &random)
    }
    mutation.apply(child, box, &random)
  }
}
